import type { AuditClient } from '@fumikura/audit';
import type { Config } from '@fumikura/config';
import { AppError, toAppError } from '@fumikura/errors';
import type { Logger } from '@fumikura/logging';
import { buildServer, documentAddress } from '@fumikura/mcp';
import type { McpDeps, ToolSet } from '@fumikura/mcp';
import type { PersonId } from '@fumikura/model';
import { startHttpServer, UpdateBus } from '@fumikura/server';
import type { AuthenticatedInfo, LoadLimits, MayHear, RunningServer, SignIn } from '@fumikura/server';
import type { AuthInfo, McpServerFactory } from '@modelcontextprotocol/server';
import { recordShown } from './audit.ts';
import type { Variables } from './connectors/secrets.ts';
import type { Installation } from './installation.ts';
import { personOfIdentity } from './person-of-identity.ts';
import { webhooksOf } from './webhooks.ts';
import type { WebhookOptions } from './webhooks.ts';

export interface ServeOptions {
  readonly installation: Installation;
  readonly logger: Logger;
  readonly version: string;
  /** Deliveries that are taken over HTTP; default: none. */
  readonly webhooks?: WebhookOptions;
  /** Of the process, for secrets that lie there. */
  readonly variables?: Variables;
}

/** MCP over standard input and output, for the person at this machine. */
export function mcpFactory(options: ServeOptions, toolSet: ToolSet): McpServerFactory {
  const { localPerson } = options.installation;
  return factoryFor(options, toolSet, () => localPerson(), { channel: 'stdio' });
}

function factoryFor(
  { installation, logger, version }: ServeOptions,
  toolSet: ToolSet,
  resolvePerson: McpDeps['resolvePerson'],
  client: AuditClient,
  announcesUpdates = false,
): McpServerFactory {
  const { knowledge, access, audit, config, store } = installation;
  const deps: McpDeps = {
    knowledge,
    access,
    logger,
    version,
    announcesUpdates,
    resolvePerson,
    mayUse: (person, tool) => installation.rightsOf(person).mayUse(tool),
    ...(config.signIn && { toolScopes: advertised(config.signIn) }),
    onShown: (event, { authInfo }) =>
      recordShown(audit, store.catalog, event, {
        ...client,
        ...(authInfo && { credential: authInfo.clientId }),
      }),
  };
  return (context) => buildServer(deps, toolSet, context);
}

/** Scopes as clients have to ask for them. */
function advertised({ issuers, toolScopes }: NonNullable<Config['signIn']>): Record<string, string[]> {
  const prefix = issuers[0]?.scopePrefix ?? '';
  return Object.fromEntries(
    Object.entries(toolScopes).map(([tool, scopes]) => [tool, scopes.map((scope) => `${prefix}${scope}`)]),
  );
}

/**
 * @throws AppError PERSON_UNKNOWN before anything listens, when nobody signs in and nobody sits here: a server that can
 * show nobody anything is a mistake
 */
export async function serveHttp(options: ServeOptions, host: string, port: number): Promise<RunningServer> {
  const { installation, logger, variables = {} } = options;
  const { config, audit } = installation;
  const signIn = config.signIn && (await import('./sign-in.ts')).openSignIn(config, audit, logger, variables);
  if (!signIn) installation.localPerson();
  const personOf = (auth: AuthInfo | undefined) => personOfRequest(installation, signIn !== undefined, auth);
  const updates = new UpdateBus(mayHear(installation, signIn, personOf), (cause) =>
    logger.warn('mcp.update.failed', { message: toAppError(cause).message }),
  );
  const factory = (toolSet: ToolSet, announces: boolean) =>
    factoryFor(options, toolSet, ({ authInfo }) => personOf(authInfo), { channel: 'http' }, announces);
  const server = await startHttpServer({
    host,
    port,
    logger,
    updates,
    ...(options.webhooks && { webhooks: webhooksOf(installation.store.catalog, options.webhooks) }),
    ...(signIn && { signIn }),
    hosts: hostsOf(config),
    trustedProxies: config.server.trustedProxies,
    maxMemoryBytes: config.server.maxMemoryMiB * 1_048_576,
    ...(config.server.limits && { loadLimits: given(config.server.limits) }),
    isReady: () => installation.store.catalog.accessVersion().then(Boolean),
    endpoints: { '/mcp': factory('knowledge', true), '/mcp/openai': factory('openai', false) },
  });
  const stop = installation.onChanged((ids) => {
    for (const id of ids) updates.publish({ kind: 'resource_updated', uri: documentAddress.addressOf(id) });
  });
  return {
    url: server.url,
    close: () => {
      stop();
      return server.close();
    },
  };
}

function given(limits: NonNullable<Config['server']['limits']>): Partial<LoadLimits> {
  return Object.fromEntries(Object.entries(limits).filter(([, value]) => value !== undefined));
}

function hostsOf({ server, signIn }: Config): string[] {
  return [...server.hosts, ...(signIn ? [new URL(signIn.publicUrl).hostname] : [])];
}

/** Where people sign in, a request without a verified token is nobody's, however it came to be here. */
function personOfRequest(
  { config, localPerson }: Installation,
  isSignedIn: boolean,
  auth: AuthInfo | undefined,
): PersonId {
  if (!isSignedIn) return localPerson();
  const { identity } = (auth?.extra ?? {}) as Partial<AuthenticatedInfo['extra']>;
  if (identity) return personOfIdentity(config, identity);
  throw new AppError('PERSON_UNKNOWN', 'permission', 'a request without an identity');
}

/**
 * Who may read a document may hear that it changed; asked when it did, with the rights of that moment. A subscription
 * whose token has expired or was revoked hears nothing more.
 */
function mayHear(
  { access, rightsOf, store }: Installation,
  signIn: SignIn | undefined,
  personOf: (auth: AuthInfo | undefined) => PersonId,
): MayHear {
  return async (request, uri) => {
    const auth = await signIn?.authenticate(request);
    if (auth instanceof Response) return false;
    const person = personOf(auth);
    const filter = await access.filterFor(person);
    const [readable] = await store.catalog.readable([documentAddress.idOf(uri)], filter);
    return readable !== undefined && rightsOf(person).maySee(readable.source);
  };
}

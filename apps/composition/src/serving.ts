import type { AuditClient } from '@fumikura/audit';
import { Secret } from '@fumikura/config';
import type { Config } from '@fumikura/config';
import { AppError, toAppError } from '@fumikura/errors';
import type { Logger } from '@fumikura/logging';
import { buildServer, documentAddress } from '@fumikura/mcp';
import type { McpDeps, ToolSet } from '@fumikura/mcp';
import type { PersonId } from '@fumikura/model';
import { startHttpServer, UpdateBus } from '@fumikura/server';
import type {
  AuthenticatedInfo,
  Dependency,
  LoadLimits,
  MayHear,
  MayStay,
  RunningServer,
  SignIn,
} from '@fumikura/server';
import type { AuthInfo, McpServerFactory } from '@modelcontextprotocol/server';
import { recordShown } from './audit.ts';
import type { Variables } from './connectors/secrets.ts';
import type { Installation } from './installation.ts';
import { idsOf } from './people/people.ts';
import { openScim } from './people/scim.ts';
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
  /** Of those that take turns behind a balancer: time for it to notice an end, and for requests to finish, ms. */
  readonly drain?: { readonly announceMs: number; readonly limitMs: number };
  /** What the first request would wait for. */
  readonly warmUp?: Promise<unknown>;
}

/** Less than the shortest-lived token; more than hosts with a time service ever differ. */
const MOST_CLOCK_DIFFERENCE_MS = 120_000;

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
  const { knowledge, answering, access, audit, config, store } = installation;
  const deps: McpDeps = {
    knowledge,
    answering,
    access,
    logger,
    version,
    announcesUpdates,
    resolvePerson,
    mayUse: (person, tool) => installation.rightsOf(person).mayUse(tool),
    peopleVersion: () => installation.people.now().version,
    ...(config.signIn && { toolScopes: advertised(config.signIn) }),
    onShown: (event, { authInfo }) =>
      recordShown(audit, store.catalog, event, {
        ...client,
        ...(authInfo && { credential: authInfo.clientId }),
      }),
  };
  return (context) => {
    const credential = credentialOf(installation, context.authInfo);
    if (!credential) return buildServer(deps, toolSet, context);
    const own = { ...access, filterFor: (person: PersonId) => access.filterFor(person, credential) };
    return buildServer({ ...deps, access: own }, toolSet, context);
  };
}

/** What somebody signed in with, where sources are asked with it; a token that is bound to a key is of no use to anybody else. */
function credentialOf(
  { ownRights }: Installation,
  auth: AuthInfo | undefined,
): Parameters<Installation['access']['filterFor']>[1] {
  const { identity } = (auth?.extra ?? {}) as Partial<AuthenticatedInfo['extra']>;
  if (!auth || !identity || identity.boundTo !== undefined || !ownRights.exchanges(identity.issuer))
    return undefined;
  const { issuer, subject, expiresAt, holdsStill } = identity;
  return { issuer, subject, expiresAt, token: new Secret(auth.token), ...(holdsStill && { holdsStill }) };
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
  const { config } = installation;
  const isPerson = (id: string) => idsOf(installation.people.now().config).includes(id);
  const signIn =
    config.signIn &&
    (await import('./sign-in.ts')).openSignIn(config, installation, logger, variables, isPerson);
  if (signIn) installation.ownRights.check();
  const scim = openScim(config, installation.peopleStore, installation.audit, variables);
  if (!signIn) installation.localPerson();
  const pages =
    config.slack?.signIn &&
    (await import('./slack/sign-in-page.ts')).openSlackSignIn(installation, logger, variables);
  const personOf = (auth: AuthInfo | undefined) => personOfRequest(installation, signIn !== undefined, auth);
  const updates = new UpdateBus(
    mayHear(installation, signIn, personOf),
    mayStay(installation, signIn, personOf),
    (cause) => logger.warn('mcp.update.failed', { message: toAppError(cause).message }),
  );
  const stopSweeping = installation.people.onChanged(() => void updates.sweep());
  const factory = (toolSet: ToolSet, announces: boolean) =>
    factoryFor(options, toolSet, ({ authInfo }) => personOf(authInfo), { channel: 'http' }, announces);
  const server = await startHttpServer({
    host,
    port,
    logger,
    updates,
    ...(options.webhooks && { webhooks: webhooksOf(installation.store.catalog, options.webhooks) }),
    ...(signIn && { signIn }),
    ...(scim && { provisioning: scim }),
    ...(pages && { pages }),
    hosts: hostsOf(config),
    trustedProxies: config.server.trustedProxies,
    maxMemoryBytes: config.server.maxMemoryMiB * 1_048_576,
    ...(config.server.limits && { loadLimits: given(config.server.limits) }),
    dependencies: dependenciesOf(installation.store),
    ...(options.warmUp && { warmUp: options.warmUp }),
    ...(options.drain && { announceMs: options.drain.announceMs, drainMs: options.drain.limitMs }),
    ...(config.server.connections !== undefined && { maxConnections: config.server.connections }),
    endpoints: { '/mcp': factory('knowledge', true), '/mcp/openai': factory('openai', false) },
  });
  const stop = installation.onChanged((ids) => {
    for (const uri of ids.flatMap((id) => documentAddress.spellingsOf(id)))
      updates.publish({ kind: 'resource_updated', uri });
  });
  return {
    url: server.url,
    close: () => {
      stop();
      stopSweeping();
      return server.close();
    },
  };
}

/** Without the catalog nobody's rights are known; without the index, documents can still be read by their ids. */
export function dependenciesOf({ catalog, paired, now }: Installation['store']): Dependency[] {
  const dependencies: Dependency[] = [
    { name: 'catalog', isRequired: true, check: () => catalog.accessVersion() },
  ];
  if (paired) dependencies.push({ name: 'index', isRequired: false, check: () => paired.versions.reach() });
  if (now) dependencies.push({ name: 'clock', isRequired: true, check: () => requireSameTime(now) });
  return dependencies;
}

/** By a clock that is late, tokens live longer than they should: such a process gets no requests. */
async function requireSameTime(now: () => Promise<Date>): Promise<void> {
  const theirs = await now().catch(() => undefined);
  // Without the catalog there is nothing to compare with, and it is named already.
  if (!theirs) return;
  const aheadMs = Date.now() - theirs.getTime();
  if (Math.abs(aheadMs) > MOST_CLOCK_DIFFERENCE_MS)
    throw new Error(`this clock is ${Math.round(aheadMs / 1_000)} s ahead of the catalog's`);
}

function given(limits: NonNullable<Config['server']['limits']>): Partial<LoadLimits> {
  return Object.fromEntries(Object.entries(limits).filter(([, value]) => value !== undefined));
}

function hostsOf({ server, signIn }: Config): string[] {
  return [...server.hosts, ...(signIn ? [new URL(signIn.publicUrl).hostname] : [])];
}

/** Where people sign in, a request without a verified token is nobody's, however it came to be here. */
async function personOfRequest(
  { people, localPerson }: Installation,
  isSignedIn: boolean,
  auth: AuthInfo | undefined,
): Promise<PersonId> {
  if (!isSignedIn) return localPerson();
  const { identity } = (auth?.extra ?? {}) as Partial<AuthenticatedInfo['extra']>;
  if (!identity) throw new AppError('PERSON_UNKNOWN', 'permission', 'a request without an identity');
  const holds = (await identity.holdsStill?.()) ?? true;
  if (holds) return personOfIdentity(people.now().config, identity);
  throw new AppError('PERSON_UNKNOWN', 'permission', 'the credential was revoked meanwhile', {
    publicMessage: 'Your sign-in ended meanwhile. Sign in again.',
  });
}

type PersonOf = (auth: AuthInfo | undefined) => Promise<PersonId>;

/**
 * Who may read a document may hear that it changed; asked when it did, with the rights of that moment. A subscription
 * whose token has expired or was revoked hears nothing more.
 */
function mayHear(
  { access, rightsOf, store }: Installation,
  signIn: SignIn | undefined,
  personOf: PersonOf,
): MayHear {
  return async (request, uri) => {
    const auth = await signIn?.authenticate(request);
    if (auth instanceof Response) return false;
    const person = await personOf(auth);
    const filter = await access.filterFor(person);
    const [readable] = await store.catalog.readable([documentAddress.idOf(uri)], filter);
    return readable !== undefined && rightsOf(person).maySee(readable.source);
  };
}

/** Whoever is a person here, signed in still, and has a role that reads. */
function mayStay(
  { directory, rightsOf }: Installation,
  signIn: SignIn | undefined,
  personOf: PersonOf,
): MayStay {
  return async (request) => {
    const auth = await signIn?.authenticate(request);
    if (auth instanceof Response) return false;
    const person = await personOf(auth).catch((cause: unknown) => {
      if (toAppError(cause).code === 'PERSON_UNKNOWN') return undefined;
      throw cause;
    });
    if (!person || (await directory.principalsOf(person)).length === 0) return false;
    return rightsOf(person).mayUse('get_document');
  };
}

import { createPersonalTokens, isPersonalToken, LOCAL_ISSUER } from '@fumikura/access';
import { invalid, Secret } from '@fumikura/config';
import type { Config, ConfigProblem } from '@fumikura/config';

import type { Logger } from '@fumikura/logging';
import type { SharedState } from '@fumikura/ports';
import { createSignIn, invalidToken } from '@fumikura/server/sign-in';
import type { IssuerSettings, SignIn, VerifyToken } from '@fumikura/server/sign-in';
import { withSecrets } from './connectors/secrets.ts';
import type { Variables } from './connectors/secrets.ts';
import type { Installation } from './installation.ts';

/** Paths of the MCP endpoints: each is a resource that tokens are issued for. */
const ENDPOINTS = ['/mcp', '/mcp/openai'] as const;

/** Proofs of keys that were used, so that no other server takes them. */
const PROOFS = 'proof';

/** Sign-in as configured; undefined when nobody has to. @throws AppError CONFIG_INVALID (config) */
export function openSignIn(
  config: Config,
  { audit, store }: Pick<Installation, 'audit' | 'store'>,
  logger: Logger,
  variables: Variables,
  isPerson: (id: string) => boolean,
): SignIn | undefined {
  const { signIn } = config;
  if (!signIn) return undefined;
  requireHttps(config);
  return createSignIn({
    publicUrl: signIn.publicUrl,
    paths: ENDPOINTS,
    issuers: issuersOf(config, variables),
    readScope: signIn.readScope,
    useProof: async (key, expiresAt) =>
      (await store.catalog.state.put(PROOFS, { key, value: null, expected: 0, expiresAt })) !== undefined,
    personalTokens: verifyPersonalTokens(store.catalog.state, isPerson),
    logger,
    onRefused: (request, rule) =>
      audit.record({
        action: 'access',
        via: 'sign-in',
        outcome: 'refused',
        client: { channel: 'http' },
        object: new URL(request.url).pathname,
        details: { rule },
      }),
  });
}

/** A token whose person has left speaks of nobody. */
function verifyPersonalTokens(state: SharedState, isPerson: (id: string) => boolean): VerifyToken {
  const tokens = createPersonalTokens(state);
  return async (token) => {
    if (!isPersonalToken(token)) return undefined;
    const find = async () => {
      const record = await tokens.find(token);
      return record && isPerson(record.person) ? record : undefined;
    };
    const record = await find();
    if (!record) throw invalidToken('the personal token does not hold');
    const { id, person, scopes, expiresAt } = record;
    return {
      issuer: LOCAL_ISSUER,
      subject: person,
      credential: `personal token ${id}`,
      scopes,
      expiresAt: Date.parse(expiresAt) / 1_000,
      holdsStill: async () => (await find()) !== undefined,
    };
  };
}

export function issuersOf(config: Config, variables: Variables): IssuerSettings[] {
  const problems: ConfigProblem[] = [];
  const place = { folder: config.folder, variables };
  const issuers = (config.signIn?.issuers ?? []).map((each, index): IssuerSettings => {
    const { introspection, jwksUri, ...settings } = each;
    const known = { ...settings, ...(jwksUri !== undefined && { jwksUri }) };
    if (!introspection) return known;
    const { clientSecret: reference, ...asked } = introspection;
    const path = `signIn.issuers.${index}.introspection.clientSecret`;
    const secret = withSecrets(reference, { ...place, path }, problems);
    const clientSecret = secret instanceof Secret ? secret.reveal() : '';
    return { ...known, introspection: { ...asked, clientSecret } };
  });
  if (problems.length > 0) throw invalid(config.file, problems);
  return issuers;
}

/** Tokens and keys travel encrypted, except to ourselves. */
function requireHttps({ file, signIn }: Config): void {
  const addresses = (signIn?.issuers ?? []).flatMap(({ issuer, jwksUri, introspection }) => [
    issuer,
    ...(jwksUri === undefined ? [] : [jwksUri]),
    ...(introspection ? [introspection.url] : []),
  ]);
  const problems = [signIn?.publicUrl ?? '', ...addresses]
    .filter((address) => address !== '' && !isSafe(new URL(address)))
    .map((address) => ({ path: 'signIn', message: `${address}: use https, or a loopback address` }));
  if (problems.length > 0) throw invalid(file, problems);
}

function isSafe({ protocol, hostname }: URL): boolean {
  return protocol === 'https:' || ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
}

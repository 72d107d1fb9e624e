import { join } from 'node:path';
import type { AuditTrail } from '@fumikura/audit';
import { invalid, Secret } from '@fumikura/config';
import type { Config, ConfigProblem } from '@fumikura/config';
import { createPersonalTokens, isPersonalToken, LOCAL_ISSUER } from '@fumikura/access';
import type { PersonalTokens } from '@fumikura/access';
import type { Logger } from '@fumikura/logging';
import type { PersonId } from '@fumikura/model';
import { createSignIn, invalidToken } from '@fumikura/server';
import type { Identity, IssuerSettings, SignIn, VerifyToken } from '@fumikura/server';
import { withSecrets } from './connectors/secrets.ts';
import type { Variables } from './connectors/secrets.ts';

/** Paths of the MCP endpoints: each is a resource that tokens are issued for. */
export const ENDPOINTS = ['/mcp', '/mcp/openai'] as const;

/** Sign-in as configured; undefined when nobody has to. @throws AppError CONFIG_INVALID (config) */
export function openSignIn(
  config: Config,
  audit: AuditTrail,
  logger: Logger,
  variables: Variables,
): SignIn | undefined {
  const { signIn } = config;
  if (!signIn) return undefined;
  requireHttps(config);
  return createSignIn({
    publicUrl: signIn.publicUrl,
    paths: ENDPOINTS,
    issuers: issuersOf(config, variables),
    readScope: signIn.readScope,
    personalTokens: verifyPersonalTokens(config),
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

export function personalTokensOf({ dataFolder }: Config): PersonalTokens {
  return createPersonalTokens(join(dataFolder, 'tokens'));
}

/** A token whose person has left the configuration speaks of nobody. */
function verifyPersonalTokens(config: Config): VerifyToken {
  const tokens = personalTokensOf(config);
  const people = new Set([config.owner, ...config.persons.map(({ id }) => id)]);
  return async (token) => {
    if (!isPersonalToken(token)) return undefined;
    const record = await tokens.find(token);
    if (!record || !people.has(record.person)) throw invalidToken('the personal token does not hold');
    const { id, person, scopes, expiresAt } = record;
    return {
      issuer: LOCAL_ISSUER,
      subject: person,
      credential: `personal token ${id}`,
      scopes,
      expiresAt: Date.parse(expiresAt) / 1_000,
    };
  };
}

function issuersOf(config: Config, variables: Variables): IssuerSettings[] {
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

/**
 * The person of the configuration whom an identity belongs to: by issuer and subject, else by an address that the issuer
 * calls verified, where it may link. Anybody else is themselves, whom no reader list knows.
 */
export function personOfIdentity(config: Pick<Config, 'persons' | 'signIn'>, identity: Identity): PersonId {
  const { issuer, subject, verifiedEmail } = identity;
  if (issuer === LOCAL_ISSUER) return { issuer, subject };
  const named = config.persons.filter(({ signIn }) =>
    signIn.some((each) => each.issuer === issuer && each.subject === subject),
  );
  if (named.length === 1 && named[0]) return { issuer: LOCAL_ISSUER, subject: named[0].id };
  const mayLink = config.signIn?.issuers.find((each) => each.issuer === issuer)?.linkBy === 'email';
  if (named.length === 0 && mayLink && verifiedEmail !== undefined) {
    const address = verifiedEmail.toLowerCase();
    const same = config.persons.filter(({ email }) => email?.toLowerCase() === address);
    // Somebody whose subject at this issuer is written down is that subject alone, whoever has their address now.
    const [only] = same.length === 1 ? same : [];
    if (only && !only.signIn.some((each) => each.issuer === issuer))
      return { issuer: LOCAL_ISSUER, subject: only.id };
  }
  return { issuer, subject };
}

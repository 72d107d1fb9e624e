import { identityOf, requireAudience } from './claims.ts';
import { fetchJson } from './fetch-json.ts';
import { invalidToken } from './refusal.ts';
import type { Fetch, IssuerSettings, VerifyToken } from './types.ts';

/** Tokens that only their issuer can read (RFC 7662): each issuer with introspection is asked until one knows it. */
export function introspectTokens(
  issuers: readonly IssuerSettings[],
  fetch: Fetch,
  now: () => number,
): VerifyToken {
  const askable = issuers.filter(({ introspection }) => introspection !== undefined);
  return async (token, resource) => {
    for (const settings of askable) {
      const claims = await introspect(settings, token, fetch);
      if (claims['active'] !== true) continue;
      if (claims['iss'] !== undefined && claims['iss'] !== settings.issuer)
        throw invalidToken('the token is of another issuer');
      requireTime(claims, settings, now() / 1_000);
      requireAudience(claims['aud'], settings, resource);
      return { ...identityOf(claims, settings), cacheSeconds: settings.introspection?.cacheSeconds ?? 0 };
    }
    return undefined;
  };
}

function introspect(
  { introspection }: IssuerSettings,
  token: string,
  fetch: Fetch,
): Promise<Record<string, unknown>> {
  const { url = '', clientId = '', clientSecret = '' } = introspection ?? {};
  const credentials = `${encodeURIComponent(clientId)}:${encodeURIComponent(clientSecret)}`;
  return fetchJson(fetch, url, {
    method: 'POST',
    headers: {
      authorization: `Basic ${Buffer.from(credentials).toString('base64')}`,
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: new URLSearchParams({ token, token_type_hint: 'access_token' }).toString(),
  });
}

function requireTime(
  { exp, nbf }: Readonly<Record<string, unknown>>,
  { clockSkewSeconds }: IssuerSettings,
  now: number,
): void {
  if (typeof exp === 'number' && exp + clockSkewSeconds <= now) throw invalidToken('the token has expired');
  if (typeof nbf === 'number' && nbf - clockSkewSeconds > now)
    throw invalidToken('the token does not hold yet');
}

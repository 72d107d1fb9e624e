import type { IssuerSettings, Identity } from './types.ts';
import { invalidToken } from './refusal.ts';

/** The facts that we read of a token, signed or introspected. @throws OAuthError InvalidToken when one is missing */
export function identityOf(claims: Readonly<Record<string, unknown>>, settings: IssuerSettings): Identity {
  const subject = claims[settings.subjectClaim];
  const expiresAt = claims['exp'];
  if (typeof subject !== 'string' || subject === '') throw invalidToken('the token names nobody');
  if (typeof expiresAt !== 'number') throw invalidToken('the token does not say when it expires');
  const email = claims['email'];
  const client = claims['client_id'] ?? claims['azp'] ?? claims['appid'] ?? claims['cid'];
  return {
    issuer: settings.issuer,
    subject,
    credential: typeof client === 'string' ? client : 'unknown client',
    scopes: scopesOf(claims[settings.scopeClaim], settings),
    expiresAt,
    ...boundTo(claims['cnf']),
    ...(claims['email_verified'] === true && typeof email === 'string' && { verifiedEmail: email }),
  };
}

/** A token that is bound in a way we cannot check counts for nobody. */
function boundTo(confirmation: unknown): Pick<Identity, 'boundTo'> {
  if (confirmation === undefined) return {};
  const { jkt } = (confirmation ?? {}) as { jkt?: unknown };
  if (typeof jkt === 'string' && jkt !== '') return { boundTo: jkt };
  throw invalidToken('the token is bound in a way that is not known here');
}

function scopesOf(value: unknown, { scopePrefix, scopeNames }: IssuerSettings): string[] {
  const words = Array.isArray(value) ? value : typeof value === 'string' ? value.split(' ') : [];
  return words
    .filter((word): word is string => typeof word === 'string' && word !== '')
    .map((word) =>
      scopePrefix !== '' && word.startsWith(scopePrefix) ? word.slice(scopePrefix.length) : word,
    )
    .map((word) => (Object.hasOwn(scopeNames, word) ? (scopeNames[word] ?? word) : word));
}

/** @throws OAuthError InvalidToken unless one of the token's audiences is ours */
export function requireAudience(value: unknown, { audiences }: IssuerSettings, resource: string): void {
  const stated = Array.isArray(value) ? value : [value];
  const ours = audiences.length > 0 ? audiences : [resource];
  if (!stated.some((each) => typeof each === 'string' && ours.includes(each)))
    throw invalidToken('the token is for another audience');
}

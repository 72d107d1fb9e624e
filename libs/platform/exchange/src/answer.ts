import { Secret } from '@fumikura/config';
import { AppError } from '@fumikura/errors';
import { decodeJwt } from 'jose';
import type { ExchangeSettings, SubjectToken } from './types.ts';

export interface ExchangedToken {
  readonly token: Secret;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

const TOKEN_TYPES = new Set([
  'urn:ietf:params:oauth:token-type:access_token',
  'urn:ietf:params:oauth:token-type:jwt',
]);
/** An issuer that does not say how long its token holds is asked again soon. */
const UNSAID_SECONDS = 60;
const MAX_TOKEN_CHARACTERS = 16_384;

/** What went wrong, in the words of the standard alone: descriptions may quote what was sent. */
const ERROR_WORD = /^[a-z_]{1,60}$/u;

/** @throws AppError EXCHANGE_REFUSED (permission): the issuer does not give this person such a token */
export function refusalOf(status: number, answer: Readonly<Record<string, unknown>> | undefined): AppError {
  const { error } = answer ?? {};
  const word = typeof error === 'string' && ERROR_WORD.test(error) ? error : `status ${status}`;
  return new AppError('EXCHANGE_REFUSED', 'permission', `no token for the source: ${word}`, {
    publicMessage: 'the sign-in service gave no token of yours for it',
    details: { reason: word },
  });
}

/** The token, when everything that can be seen of it is right. @throws AppError EXCHANGE_INVALID (auth) */
export function exchangedToken(
  answer: Readonly<Record<string, unknown>>,
  settings: ExchangeSettings,
  subject: SubjectToken,
  nowMs: number,
): ExchangedToken {
  const { access_token: token, token_type: type, issued_token_type: issued, expires_in: seconds } = answer;
  if (typeof token !== 'string' || token === '' || token.length > MAX_TOKEN_CHARACTERS)
    throw unusable('no token came');
  if (/[^\u0021-\u007e]/u.test(token)) throw unusable('what came is no token');
  if (typeof type !== 'string' || type.toLowerCase() !== 'bearer')
    throw unusable('the token is of a type that cannot be used');
  if (settings.form === 'token-exchange' && !TOKEN_TYPES.has(String(issued)))
    throw unusable('what was issued is no access token');
  // Passing on what we were given is what an exchange is there to avoid.
  if (token === subject.token.reveal()) throw unusable('the same token came back');
  const until = nowMs + secondsOf(seconds) * 1_000;
  return { token: new Secret(token), expiresAt: Math.min(until, endStatedBy(token, settings)) };
}

function secondsOf(value: unknown): number {
  if (value === undefined) return UNSAID_SECONDS;
  const seconds = Number(value);
  if (!(seconds > 0)) throw unusable('the token has expired');
  return seconds;
}

/** Read, not verified: the source does that. It keeps a token from going where it was not meant to be. */
function endStatedBy(token: string, { audiences }: ExchangeSettings): number {
  const claims = claimsOf(token);
  if (!claims) return Number.POSITIVE_INFINITY;
  const { aud, exp } = claims;
  const stated = [aud].flat();
  if (audiences.length > 0 && !stated.some((each) => typeof each === 'string' && audiences.includes(each)))
    throw unusable('the token is for another audience');
  if (exp === undefined) return Number.POSITIVE_INFINITY;
  if (typeof exp !== 'number') throw unusable('the token does not say when it ends');
  return exp * 1_000;
}

function claimsOf(token: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return decodeJwt(token);
  } catch {
    return undefined; // Opaque, or not for us to read.
  }
}

function unusable(why: string): AppError {
  return new AppError('EXCHANGE_INVALID', 'auth', `the token exchange gave nothing to use: ${why}`, {
    publicMessage: 'the sign-in service answered with a token that is not to be used',
    details: { reason: why },
  });
}

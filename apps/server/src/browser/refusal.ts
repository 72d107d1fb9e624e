import { toAppError } from '@fumikura/errors';
import { AuthorizationResponseError, ClientError, ResponseBodyError } from 'openid-client';
import { IssuerUnavailable } from '../auth/refusal.ts';

/**
 * - `not-begun`: this browser did not begin it here, or too long ago
 * - `used`: it was finished before
 * - `declined`: the issuer says no, or the person at it does
 * - `not-proven`: something in the answer does not hold
 * - `nobody`: signed in, and no person here
 * - `issuer-away`: nobody can say now
 */
export type RefusedFor = 'not-begun' | 'used' | 'declined' | 'not-proven' | 'nobody' | 'issuer-away';

/** `rule` is for the record: a fixed word, or a code of the protocol, never what came from outside. */
export class SignInRefused extends Error {
  readonly why: RefusedFor;
  readonly rule: string;

  constructor(why: RefusedFor, rule: string, options?: ErrorOptions) {
    super(`${why}: ${rule}`, options);
    this.why = why;
    this.rule = rule;
  }
}

/** The codes that OAuth and OpenID Connect know for an authorization that did not come about. */
const DECLINED = new Set([
  ...['access_denied', 'login_required', 'consent_required', 'interaction_required'],
  ...['account_selection_required', 'invalid_request', 'unauthorized_client', 'invalid_scope'],
  ...['unsupported_response_type', 'server_error', 'temporarily_unavailable'],
]);

/** Which of ours it is; a bug stays what it is. */
export function refusalOf(error: unknown): unknown {
  if (error instanceof AuthorizationResponseError)
    return new SignInRefused('declined', DECLINED.has(error.error) ? error.error : 'another error', {
      cause: error,
    });
  if (isAway(error)) return new SignInRefused('issuer-away', 'the issuer does not answer', { cause: error });
  if (error instanceof ResponseBodyError)
    return new SignInRefused('not-proven', 'the issuer refused the code or the client', { cause: error });
  if (error instanceof ClientError)
    return new SignInRefused('not-proven', error.code ?? 'the answer does not hold', { cause: error });
  if (error instanceof Error && error.name === 'OAuthError')
    return new SignInRefused('not-proven', error.message, { cause: error });
  return error;
}

function isAway(error: unknown): boolean {
  if (error instanceof IssuerUnavailable) return true;
  const cause = error instanceof ClientError && error.cause !== undefined ? error.cause : error;
  if (cause instanceof Response || cause instanceof ResponseBodyError) return cause.status >= 500;
  return ['SOURCE_UNAVAILABLE', 'TIMEOUT'].includes(toAppError(cause).code);
}

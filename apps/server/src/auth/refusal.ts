import { OAuthError, OAuthErrorCode } from '@modelcontextprotocol/server';

/** 401 with a challenge; the text names the rule, never a value of the token. */
export function invalidToken(rule: string): OAuthError {
  return new OAuthError(OAuthErrorCode.InvalidToken, rule);
}

/** 503: the token may be good, and nobody can say so now. */
export class IssuerUnavailable extends Error {
  override readonly name = 'IssuerUnavailable';
}

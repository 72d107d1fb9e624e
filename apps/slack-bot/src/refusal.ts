/** The code with which Slack refused a call; undefined for whatever else went wrong. */
export function refusalOf(error: unknown): string | undefined {
  const code = (error as { data?: { error?: unknown } } | undefined)?.data?.error;
  return typeof code === 'string' ? code : undefined;
}

/** The app was removed, or its token withdrawn. */
const DEAD = new Set([
  'account_inactive',
  'token_revoked',
  'invalid_auth',
  'not_authed',
  'invalid_refresh_token',
]);

/** There is nobody to be answered any more: the place is gone, the app has left it, its token was withdrawn. */
const GONE = new Set([
  ...['channel_not_found', 'is_archived', 'not_in_channel', 'user_not_in_channel', 'user_not_found'],
  ...['thread_not_found', 'message_not_found', 'cannot_reply_to_message', 'cannot_unfurl_message'],
  ...['team_access_not_granted', ...DEAD],
]);

export function isGone(error: unknown): boolean {
  return GONE.has(refusalOf(error) ?? '');
}

export function isTokenDead(error: unknown): boolean {
  return DEAD.has(refusalOf(error) ?? refusalOf((error as { cause?: unknown } | undefined)?.cause) ?? '');
}

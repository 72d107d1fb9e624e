import { AppError } from '@fumikura/errors';
import { retryAfterMs } from '@fumikura/http';

/** What GitHub asks of those it refuses without saying how long: a minute at least, then twice as long each time. */
const SECONDARY_SECONDS = 60;

/**
 * Writes into each refused answer how long to wait, as the one header that is understood everywhere: until the hour's
 * quota begins anew, or the wait for the secondary limits, which only their text tells from a refusal for good.
 */
export function sayingHowLong(send: typeof fetch, now: () => number): typeof fetch {
  let inARow = 0;
  return async (input, init) => {
    const response = await send(input, init);
    if (response.status !== 403 && response.status !== 429) {
      if (response.ok) inARow = 0;
      return response;
    }
    if (response.headers.has('retry-after')) return response;
    const text = await response.text();
    const reset = Number(response.headers.get('x-ratelimit-reset'));
    const isUsedUp = response.headers.get('x-ratelimit-remaining') === '0' && reset > 0;
    const isSecondary =
      response.status === 429 || /secondary rate limit|abuse detection|rate limit exceeded/iu.test(text);
    const headers = new Headers(response.headers);
    if (isUsedUp) headers.set('retry-after', String(Math.max(1, Math.ceil(reset - now() / 1_000) + 1)));
    else if (isSecondary) headers.set('retry-after', String(SECONDARY_SECONDS * 2 ** inARow++));
    return new Response(text, { status: response.status, statusText: response.statusText, headers });
  };
}

/** A 403 that says how long to wait is a limit; without, it is a refusal. */
export function waitOf(now: () => number): (status: number, headers: Headers) => number | undefined {
  return (status, headers) => (status === 403 ? retryAfterMs(headers, now()) : undefined);
}

/** @throws SOURCE_RATE_LIMITED for an answer that is still a limit after the last attempt, which looks like a refusal */
export function refuseLimit(response: Response, now: () => number): void {
  const waitMs = response.status === 403 ? retryAfterMs(response.headers, now()) : undefined;
  if (waitMs !== undefined) throw rateLimited(waitMs);
}

export function rateLimited(waitMs: number): AppError {
  return new AppError(
    'SOURCE_RATE_LIMITED',
    'rate-limited',
    `GitHub asks us to wait ${Math.ceil(waitMs / 1_000)} s`,
    {
      retryAfterMs: waitMs,
      publicMessage: 'The source is busy; the sync goes on when it allows.',
    },
  );
}

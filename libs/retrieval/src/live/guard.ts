import { AppError, toAppError } from '@fumikura/errors';
import {
  bulkhead,
  BulkheadRejectedError,
  BrokenCircuitError,
  circuitBreaker,
  CircuitState,
  ConsecutiveBreaker,
  handleWhen,
  TaskCancelledError,
  timeout,
  TimeoutStrategy,
  wrap,
} from 'cockatiel';
import type { LiveSettings } from './types.ts';

/** Of what a source did wrong, not of what it was asked: one odd query must not close it for everybody. */
const FAULTS = new Set(['transient', 'rate-limited', 'auth', 'permission', 'config']);

const MINUTE_MS = 60_000;

/**
 * Keeps the searches of one source within their limits.
 * @throws AppError LIVE_NOT_ASKED (rate-limited) when it was not asked at all, LIVE_TIMED_OUT (transient), and what the work throws
 */
export type Guard = <T>(work: (signal: AbortSignal) => Promise<T>) => Promise<T>;

export function createGuard(settings: LiveSettings, now: () => number): Guard {
  const { deadlineMs, concurrency, failures, resetMs } = settings;
  const breaker = circuitBreaker(handleWhen(isFault), {
    breaker: new ConsecutiveBreaker(failures),
    halfOpenAfter: resetMs,
  });
  // Who does not listen to the signal is not waited for either.
  const policy = wrap(bulkhead(concurrency), breaker, timeout(deadlineMs, TimeoutStrategy.Aggressive));
  const mayAsk = bucket(settings.perMinute, now);
  return async (work) => {
    if (breaker.state !== CircuitState.Open && !mayAsk())
      throw notAsked('its searches of this minute are used up');
    try {
      return await policy.execute(({ signal }) => work(signal));
    } catch (error) {
      if (error instanceof BrokenCircuitError)
        throw notAsked(
          `it failed ${failures} times in a row and is asked again after ${Math.ceil(resetMs / 1_000)} s`,
        );
      if (error instanceof BulkheadRejectedError) throw notAsked('too many searches of it are under way');
      if (error instanceof TaskCancelledError)
        throw new AppError('LIVE_TIMED_OUT', 'transient', `no answer within ${deadlineMs} ms`, {
          publicMessage: `it did not answer within ${deadlineMs} ms`,
        });
      throw error;
    }
  };
}

function isFault(error: unknown): boolean {
  return error instanceof TaskCancelledError || FAULTS.has(toAppError(error).kind);
}

function notAsked(why: string): AppError {
  return new AppError('LIVE_NOT_ASKED', 'rate-limited', why, { publicMessage: `it was not asked: ${why}` });
}

/** Refills steadily; never makes anybody wait. */
function bucket(perMinute: number, now: () => number): () => boolean {
  let tokens = perMinute;
  let refilledAt = now();
  return () => {
    const at = now();
    tokens = Math.min(perMinute, tokens + (Math.max(0, at - refilledAt) * perMinute) / MINUTE_MS);
    refilledAt = at;
    if (tokens < 1) return false;
    tokens--;
    return true;
  };
}

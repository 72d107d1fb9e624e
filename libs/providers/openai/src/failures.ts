import { AppError, toAppError } from '@fumikura/errors';
import { refusalOf } from './vendor.ts';

/** What our own `fetch` threw, which the package wraps. */
export function ownError(error: unknown): AppError | undefined {
  for (let at = error; at instanceof Error; at = at.cause) if (at instanceof AppError) return at;
  return undefined;
}

/** The failure of a language model in our words: never the text of the endpoint, which may repeat what it was sent. */
export function modelFailure(error: unknown, signal: AbortSignal): AppError {
  if (signal.aborted) return toAppError(signal.reason);
  const own = ownError(error);
  if (own?.code.startsWith('MODEL_')) return own;
  if (own) return unavailable(own.code, own, own.kind === 'rate-limited', own.retryAfterMs);
  const refusal = refusalOf(error);
  if (!refusal) return unavailable(error instanceof Error ? error.name : 'no answer', error, false);
  const { status } = refusal;
  if (status === 401 || status === 403)
    return new AppError('MODEL_UNAUTHORISED', 'auth', `the model answers ${status}`, {
      publicMessage: 'The language model does not accept our key.',
      cause: error,
    });
  if (status === 402) return refused('its quota is used up', error);
  if (status === 404) return refused('it knows no such model or address', error);
  if (status === 429) return unavailable('429', error, true, 60_000);
  return status >= 500 ? unavailable(String(status), error, false) : refused(`it answers ${status}`, error);
}

export function brokenAnswer(why: string): AppError {
  return new AppError('MODEL_ANSWER_INVALID', 'transient', `the model's answer ${why}`, {
    publicMessage: `The language model's answer ${why}.`,
  });
}

function refused(why: string, cause: unknown): AppError {
  return new AppError('MODEL_REFUSED', 'config', `the model refuses: ${why}`, {
    publicMessage: `The language model refuses: ${why}.`,
    cause,
  });
}

function unavailable(why: string, cause: unknown, isBusy: boolean, retryAfterMs?: number): AppError {
  return new AppError(
    'MODEL_UNAVAILABLE',
    isBusy ? 'rate-limited' : 'transient',
    `the model is not there: ${why}`,
    {
      publicMessage: isBusy
        ? 'The language model is busy.'
        : 'The language model cannot be reached at the moment.',
      cause,
      ...(retryAfterMs !== undefined && { retryAfterMs }),
    },
  );
}

import { AppError } from '@fumikura/errors';

export function statusOf(error: unknown): number | undefined {
  const cause = error instanceof AppError ? error.cause : error;
  return (cause as { status?: number } | undefined)?.status;
}

/** What a request to the server failed with, as callers know failures. */
export function qdrantError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  const { message } = error as Error;
  const status = statusOf(error);
  const said = (error as { data?: { status?: { error?: string } } }).data?.status?.error ?? message;
  if (status === 429 || (error as Error).name === 'QdrantClientResourceExhaustedError')
    return new AppError('STORE_LOCKED', 'transient', said, {
      publicMessage: 'The search index is busy. Try again.',
      retryAfterMs: (secondsToWait(error, said) ?? 1) * 1_000,
      cause: error,
    });
  if (status === 401 || status === 403)
    return new AppError('STORE_REFUSED', 'config', `${status} ${said}`, {
      publicMessage: 'The search index refuses the key. Check the key of the index in the configuration.',
      cause: error,
    });
  const isGone = status === undefined ? isNetwork(error) : status >= 500;
  if (isGone) return unreachable(`${status ?? ''} ${said}`, error);
  return new AppError('UNEXPECTED', 'internal', `${status ?? ''} ${said}`.trim(), { cause: error });
}

export function unreachable(message: string, cause: unknown): AppError {
  return new AppError('STORE_UNREACHABLE', 'transient', message, {
    publicMessage:
      'The search index cannot be reached at the moment. Check that Qdrant runs and that its address is right.',
    cause,
  });
}

/** The server's own words first: the client keeps one digit of the header. */
function secondsToWait(error: unknown, said: string): number | undefined {
  const told = /Retry after (\d+)s/.exec(said)?.[1] ?? (error as { retry_after?: number }).retry_after;
  return told === undefined ? undefined : Number(told);
}

function isNetwork(error: unknown): boolean {
  const { name, message } = error as Error;
  return name === 'QdrantClientTimeoutError' || (name === 'TypeError' && message === 'fetch failed');
}

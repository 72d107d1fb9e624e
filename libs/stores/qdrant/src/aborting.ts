import { AppError, toAppError } from '@fumikura/errors';

/** The caller goes on at once; the request ends by itself. */
export async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const stopped = () =>
    signal.reason instanceof AppError
      ? signal.reason
      : toAppError(
          signal.reason instanceof Error ? signal.reason : new DOMException('aborted', 'AbortError'),
        );
  if (signal.aborted) {
    void work.catch(() => undefined); // nobody waits for it any more
    throw stopped();
  }
  let stop: () => void = () => undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(stopped());
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

export interface Deadline {
  readonly signal: AbortSignal;
  /** What it was for has ended: nothing of it is left. */
  readonly end: () => void;
}

/**
 * A signal that follows another one, or a clock. Unlike `AbortSignal.any` with a timeout it leaves nothing behind on the
 * other signal when it ends, which lives for a whole run and sees thousands of requests.
 */
export function startDeadline(follows: AbortSignal, timeoutMs: number): Deadline {
  const controller = new AbortController();
  const follow = () => {
    end();
    controller.abort(follows.reason);
  };
  const timer = setTimeout(() => {
    end();
    controller.abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError'));
  }, timeoutMs);
  timer.unref();
  const end = () => {
    clearTimeout(timer);
    follows.removeEventListener('abort', follow);
  };
  if (follows.aborted) follow();
  else follows.addEventListener('abort', follow, { once: true });
  return { signal: controller.signal, end };
}

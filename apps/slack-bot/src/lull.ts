/** Between deliveries of the same moment. */
const QUIET_MS = 20;
/** Though more come all the time. */
const AT_MOST_MS = 500;

export interface Lull<T> {
  put(item: T): void;
  /** Runs what waits, now. */
  flush(): void;
}

/**
 * Runs what it is given when nothing more has come for a moment: Slack wants each of many deliveries acknowledged within
 * three seconds, and work on the first would hold up the last.
 */
export function createLull<T>(run: (item: T) => void): Lull<T> {
  let waiting: T[] = [];
  let since = 0;
  let timer: NodeJS.Timeout | undefined;
  const flush = () => {
    clearTimeout(timer);
    const items = waiting;
    waiting = [];
    for (const item of items) run(item);
  };
  return {
    flush,
    put: (item) => {
      const now = performance.now();
      if (waiting.length === 0) since = now;
      waiting.push(item);
      clearTimeout(timer);
      timer = setTimeout(flush, Math.max(0, Math.min(QUIET_MS, since + AT_MOST_MS - now)));
    },
  };
}

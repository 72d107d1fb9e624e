import { setTimeout as delay } from 'node:timers/promises';

type Nothing = false | undefined | null | '';

export interface UntilOptions {
  /** What is waited for, for the error. */
  readonly what?: string;
  /** Default two minutes: a loaded machine is no failure. */
  readonly withinMs?: number;
  readonly everyMs?: number;
}

/**
 * Looks again and again; a look that rejects is one that found nothing.
 * @returns the first value found that is not nothing
 * @throws Error when the time is over, with what the last look rejected with as its cause
 */
export async function until<T>(
  look: () => T | Promise<T>,
  { what = 'what was waited for', withinMs = 120_000, everyMs = 20 }: UntilOptions = {},
): Promise<Exclude<T, Nothing>> {
  const end = performance.now() + withinMs;
  let cause: unknown;
  for (;;) {
    try {
      const found = await look();
      if (found !== false && found !== undefined && found !== null && found !== '')
        return found as Exclude<T, Nothing>;
      cause = undefined;
    } catch (error) {
      cause = error;
    }
    if (performance.now() > end) throw new Error(`not within ${withinMs} ms: ${what}`, { cause });
    await delay(everyMs);
  }
}

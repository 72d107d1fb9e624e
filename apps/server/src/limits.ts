/** Requests at once, and within a minute, of one person and of one address. */
export interface LoadLimits {
  readonly concurrentPerPerson: number;
  readonly perMinutePerPerson: number;
  readonly concurrentPerAddress: number;
  readonly perMinutePerAddress: number;
}

/** One person with a few assistants stays far below; a loop gone wild does not. */
export const DEFAULT_LOAD_LIMITS: LoadLimits = {
  concurrentPerPerson: 16,
  perMinutePerPerson: 1_200,
  concurrentPerAddress: 32,
  perMinutePerAddress: 2_400,
};

const MINUTE_MS = 60_000;
/** Callers remembered; the oldest that run nothing are forgotten first. */
const MAX_CALLERS = 10_000;

interface Usage {
  running: number;
  count: number;
  windowStart: number;
}

/** Counts what each caller does; refuses beyond the limits. */
export class LoadGate {
  readonly #concurrent: number;
  readonly #perMinute: number;
  readonly #now: () => number;
  readonly #usages = new Map<string, Usage>();

  constructor(limits: { readonly concurrent: number; readonly perMinute: number }, now: () => number) {
    this.#concurrent = limits.concurrent;
    this.#perMinute = limits.perMinute;
    this.#now = now;
  }

  /** @returns a function to call once, when the request is done, or the seconds after which to try again */
  enter(caller: string): (() => void) | number {
    const now = this.#now();
    const usage = this.#usage(caller, now);
    if (usage.running >= this.#concurrent) return 1;
    if (usage.count >= this.#perMinute) return Math.ceil((usage.windowStart + MINUTE_MS - now) / 1_000);
    usage.running++;
    usage.count++;
    return () => void usage.running--;
  }

  #usage(caller: string, now: number): Usage {
    const usage = this.#usages.get(caller) ?? { running: 0, count: 0, windowStart: now };
    if (now - usage.windowStart >= MINUTE_MS) {
      usage.count = 0;
      usage.windowStart = now;
    }
    this.#usages.delete(caller);
    this.#usages.set(caller, usage);
    this.#forgetOldest();
    return usage;
  }

  #forgetOldest(): void {
    if (this.#usages.size <= MAX_CALLERS) return;
    for (const [caller, { running }] of this.#usages) {
      if (running > 0) continue;
      this.#usages.delete(caller);
      return;
    }
  }
}

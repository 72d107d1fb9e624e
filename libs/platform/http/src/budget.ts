import type { HttpClock } from './clock.ts';
import { Width } from './width.ts';

/** What one host, account or endpoint may be asked. A blocked budget never holds up another one. */
export interface BudgetLimits {
  /** For metrics and messages: `content`, `search`, `permissions`. */
  readonly name: string;
  /** Requests at once, at most; default 4. Begins with no more than four and follows what the source takes. */
  readonly concurrency?: number;
  /** Requests started per second on average, a second's worth at once; default without bound. */
  readonly perSecond?: number;
  /** Which requests it is for; the first budget that fits is used. Absent fits all. */
  readonly matches?: (url: URL, method: string) => boolean;
}

const DEFAULT_CONCURRENCY = 4;

/** Lets requests in one by one, in the order they came, as the limits and the source's own waits allow. */
export class Budget {
  readonly name: string;
  readonly #limits: BudgetLimits;
  readonly #clock: HttpClock;
  readonly #width: Width;
  #running = 0;
  readonly #waiting: (() => void)[] = [];
  #tokens: number;
  #refilledAt: number;
  #pausedUntil = 0;

  constructor(limits: BudgetLimits, clock: HttpClock) {
    this.name = limits.name;
    this.#limits = limits;
    this.#clock = clock;
    this.#width = new Width(limits.concurrency ?? DEFAULT_CONCURRENCY);
    this.#tokens = Math.max(1, limits.perSecond ?? 0);
    this.#refilledAt = clock.now();
  }

  fits(url: URL, method: string): boolean {
    return this.#limits.matches?.(url, method) ?? true;
  }

  /** Nothing more starts before then: the source said so. */
  pause(ms: number): void {
    // Refusals of requests that were under way together are one.
    if (this.pausedMs() === 0) this.#width.halve();
    this.#pausedUntil = Math.max(this.#pausedUntil, this.#clock.now() + ms);
  }

  /** Milliseconds of the pause that are left. */
  pausedMs(): number {
    return Math.max(0, this.#pausedUntil - this.#clock.now());
  }

  async run(work: () => Promise<Response>, signal: AbortSignal): Promise<Response> {
    await this.#enter(signal);
    try {
      await this.#pace(signal);
      const answer = await work();
      if (answer.status < 400 && this.pausedMs() === 0) this.#width.taken(this.#running >= this.#width.now);
      return answer;
    } finally {
      this.#running--;
      for (let free = this.#width.now - this.#running; free > 0; free--) this.#waiting.shift()?.();
    }
  }

  async #enter(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    while (this.#running >= this.#width.now) {
      await this.#turn(signal);
      signal.throwIfAborted();
    }
    this.#running++;
  }

  /** Until a place is free; leaves the queue when the signal fires. */
  #turn(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const enter = () => {
        signal.removeEventListener('abort', leave);
        resolve();
      };
      const leave = () => {
        this.#waiting.splice(this.#waiting.indexOf(enter), 1);
        reject(signal.reason);
      };
      this.#waiting.push(enter);
      signal.addEventListener('abort', leave, { once: true });
    });
  }

  async #pace(signal: AbortSignal): Promise<void> {
    for (let waitMs = this.pausedMs(); waitMs > 0; waitMs = this.pausedMs())
      await this.#clock.sleep(waitMs, signal);
    const { perSecond } = this.#limits;
    if (perSecond === undefined) return;
    const now = this.#clock.now();
    this.#tokens = Math.min(
      Math.max(1, perSecond),
      this.#tokens + ((now - this.#refilledAt) / 1_000) * perSecond,
    );
    this.#refilledAt = now;
    this.#tokens--;
    if (this.#tokens < 0) await this.#clock.sleep((-this.#tokens / perSecond) * 1_000, signal);
  }
}

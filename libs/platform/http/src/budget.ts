import type { HttpClock } from './clock.ts';
import { Points } from './points.ts';
import type { PointsLimits } from './points.ts';
import type { Quotas } from './quotas.ts';
import { Width } from './width.ts';

/** What one host, account or endpoint may be asked. A blocked budget never holds up another one. */
export interface BudgetLimits {
  /** For metrics and messages: `content`, `search`, `permissions`. */
  readonly name: string;
  /** Requests at once, at most; default 4. Begins with no more than four and follows what the source takes. */
  readonly concurrency?: number;
  /** Requests started per second on average, a second's worth at once; default without bound. */
  readonly perSecond?: number;
  /** What requests cost, beside their number; default without bound. */
  readonly points?: PointsLimits;
  /**
   * Share of the quota that the source states, in [0, 1), which this budget leaves to the others: it waits until the quota
   * begins anew when no more is left. Default none: only refusals hold it up.
   */
  readonly reserve?: number;
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
  readonly #quotas: Quotas;
  readonly #starts: Points | undefined;
  readonly #points: Points | undefined;
  #pausedUntil = 0;

  constructor(limits: BudgetLimits, quotas: Quotas, clock: HttpClock) {
    this.name = limits.name;
    this.#limits = limits;
    this.#clock = clock;
    this.#width = new Width(limits.concurrency ?? DEFAULT_CONCURRENCY);
    this.#quotas = quotas;
    const { perSecond, points } = limits;
    const now = clock.now();
    // A second's worth at once, and one request in any case.
    const atOnce = Math.max(1, perSecond ?? 0);
    if (perSecond !== undefined) this.#starts = new Points(atOnce, (atOnce / perSecond) * 1_000, now);
    if (points) this.#points = new Points(points.most, points.windowMs, now);
  }

  fits(url: URL, method: string): boolean {
    return this.#limits.matches?.(url, method) ?? true;
  }

  costOf(url: URL, method: string): number {
    return this.#limits.points?.costOf?.(url, method) ?? 1;
  }

  /** Nothing more starts before then: the source said so. */
  pause(ms: number): void {
    // Refusals of requests that were under way together are one.
    if (this.#pausedUntil <= this.#clock.now()) this.#width.halve();
    this.#pausedUntil = Math.max(this.#pausedUntil, this.#clock.now() + ms);
  }

  /** Milliseconds for which nothing may start. */
  pausedMs(): number {
    const now = this.#clock.now();
    const { reserve } = this.#limits;
    const quotaMs = reserve === undefined ? 0 : this.#quotas.waitMs(this.name, reserve, now);
    return Math.max(0, this.#pausedUntil - now, quotaMs);
  }

  /** @param cost in points, when they are counted */
  async run(work: () => Promise<Response>, cost: number, signal: AbortSignal): Promise<Response> {
    await this.#enter(signal);
    try {
      await this.#pace(cost, signal);
      this.#quotas.asked(this.name);
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

  async #pace(cost: number, signal: AbortSignal): Promise<void> {
    for (let waitMs = this.pausedMs(); waitMs > 0; waitMs = this.pausedMs())
      await this.#clock.sleep(waitMs, signal);
    const now = this.#clock.now();
    const waitMs = Math.max(this.#starts?.take(1, now) ?? 0, this.#points?.take(cost, now) ?? 0);
    if (waitMs > 0) await this.#clock.sleep(waitMs, signal);
  }
}

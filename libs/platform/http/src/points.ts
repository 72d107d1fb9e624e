/** What may be spent in a stretch of time, where requests are not all worth the same. */
export interface PointsLimits {
  readonly most: number;
  /** Milliseconds in which so many come back, evenly. */
  readonly windowMs: number;
  /** Default 1. */
  readonly costOf?: (url: URL, method: string) => number;
}

/** A bucket that begins full; what is taken beyond it has to be waited for, in the order of taking. */
export class Points {
  readonly #most: number;
  readonly #perMs: number;
  #left: number;
  #at: number;

  constructor(most: number, windowMs: number, now: number) {
    this.#most = most;
    this.#perMs = most / windowMs;
    this.#left = most;
    this.#at = now;
  }

  /** @returns milliseconds to wait before it may be spent */
  take(cost: number, now: number): number {
    this.#left = Math.min(this.#most, this.#left + (now - this.#at) * this.#perMs) - cost;
    this.#at = now;
    return this.#left < 0 ? -this.#left / this.#perMs : 0;
  }
}

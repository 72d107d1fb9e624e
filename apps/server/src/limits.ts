/** Requests of one address at once, and within a minute. One person at one machine stays far below. */
export interface LoadLimits {
  readonly concurrentPerClient: number;
  readonly perMinutePerClient: number;
}

export const DEFAULT_LOAD_LIMITS: LoadLimits = { concurrentPerClient: 16, perMinutePerClient: 1_200 };

const MINUTE_MS = 60_000;
/** Clients remembered; the oldest are forgotten first. */
const MAX_CLIENTS = 10_000;

interface Client {
  running: number;
  count: number;
  windowStart: number;
}

/** Counts requests per client; refuses beyond the limits. */
export class LoadGate {
  readonly #limits: LoadLimits;
  readonly #now: () => number;
  readonly #clients = new Map<string, Client>();

  constructor(limits: LoadLimits, now: () => number = Date.now) {
    this.#limits = limits;
    this.#now = now;
  }

  /** @returns a function to call when the request is done, or the seconds after which to try again */
  enter(key: string): (() => void) | number {
    const now = this.#now();
    const client = this.#client(key, now);
    if (client.running >= this.#limits.concurrentPerClient) return 1;
    if (client.count >= this.#limits.perMinutePerClient)
      return Math.ceil((client.windowStart + MINUTE_MS - now) / 1_000);
    client.running++;
    client.count++;
    return () => void client.running--;
  }

  #client(key: string, now: number): Client {
    const known = this.#clients.get(key) ?? { running: 0, count: 0, windowStart: now };
    if (now - known.windowStart >= MINUTE_MS) {
      known.count = 0;
      known.windowStart = now;
    }
    this.#clients.delete(key);
    this.#clients.set(key, known);
    for (const [oldest, { running }] of this.#clients) {
      if (this.#clients.size <= MAX_CLIENTS) break;
      if (running === 0) this.#clients.delete(oldest);
    }
    return known;
  }
}

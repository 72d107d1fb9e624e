import type { Collection } from './collection.ts';
import { conditionsOf, expectedHits } from './filter.ts';
import type { Filter } from './filter.ts';
import { Refusal } from './refusal.ts';

/** Tokens for a minute, full at first. */
class Bucket {
  readonly capacity: number;
  #tokens: number;
  #at: number;

  constructor(capacity: number, now: number) {
    this.capacity = capacity;
    this.#tokens = capacity;
    this.#at = now;
  }

  /** @throws Refusal 429 */
  take(cost: number, kind: 'Read' | 'Write', now: number): void {
    if (cost > this.capacity)
      throw new Refusal(
        429,
        `Rate limiting exceeded: ${kind} rate limit exceeded, request larger than rate limiter capacity, please try to split your request`,
      );
    const perMs = this.capacity / 60_000;
    this.#tokens = Math.min(this.capacity, this.#tokens + (now - this.#at) * perMs);
    this.#at = now;
    if (this.#tokens >= cost) {
      this.#tokens -= cost;
      return;
    }
    const seconds = Math.ceil((cost - this.#tokens) / perMs / 1_000);
    throw new Refusal(
      429,
      `Rate limiting exceeded: ${kind} rate limit exceeded: Operation requires ${cost} tokens but only ${this.#tokens.toFixed(1)} were available. Retry after ${seconds}s`,
      { 'retry-after': String(seconds) },
    );
  }
}

/** Buckets of a collection; a limit that is set again is full again. */
export class Rates {
  readonly #buckets = new Map<string, Bucket>();

  set(changed: Readonly<Record<string, unknown>>): void {
    for (const name of Object.keys(changed)) this.#buckets.delete(name);
  }

  take(collection: Collection, kind: 'read' | 'write', cost: number): void {
    const name = `${kind}_rate_limit`;
    const limit = collection.strict[name];
    if (typeof limit !== 'number') return;
    const now = performance.now();
    const known = this.#buckets.get(name);
    const bucket = known?.capacity === limit ? known : new Bucket(limit, now);
    this.#buckets.set(name, bucket);
    bucket.take(cost, kind === 'read' ? 'Read' : 'Write', now);
  }
}

export function readCost(filter: Filter | null | undefined, base = 1): number {
  return base + conditionsOf(filter).length;
}

/** One for each point that is named, and for each that a filter is expected to find. */
export function writeCost(
  collection: Collection,
  { filter, points }: { readonly filter?: Filter | null; readonly points?: readonly unknown[] },
): number {
  return filter ? expectedHits(collection, filter) : (points?.length ?? 0);
}

import type { Collection } from './collection.ts';
import { badRequest } from './refusal.ts';
import { bytesOf } from './vectors.ts';

/** The sizes that quotas are compared with are looked at once in so many writes. */
const LOOKED_AT_EVERY = 32;
/** A payload takes whole blocks; those of a payload that was replaced come back with a flush, which is none here. */
const BLOCK = 128;

/** What a collection held when it was looked at last. */
export class Sizes {
  #asked = 0;
  #known = { points: 0, vectors: 0, payloads: 0 };
  #payloads = 0;

  wrotePayload(payload: object): void {
    this.#payloads += Math.ceil(JSON.stringify(payload).length / BLOCK) * BLOCK;
  }

  of(collection: Collection): {
    readonly points: number;
    readonly vectors: number;
    readonly payloads: number;
  } {
    if (++this.#asked % LOOKED_AT_EVERY === 0) {
      const points = [...collection.points.values()];
      const vectors = points.flatMap((point) => [...point.vectors.values()]);
      this.#known = {
        points: points.length,
        vectors: vectors.reduce((sum, each) => sum + bytesOf(each), 0),
        payloads: this.#payloads,
      };
    }
    return this.#known;
  }
}

/** @throws Refusal when there was no room left at the last look */
export function checkQuotas(collection: Collection): void {
  const { strict, sizes } = collection;
  const most = (name: string) => (typeof strict[name] === 'number' ? strict[name] : undefined);
  const [points, vectors, payloads] = [
    most('max_points_count'),
    most('max_collection_vector_size_bytes'),
    most('max_collection_payload_size_bytes'),
  ];
  if (points === undefined && vectors === undefined && payloads === undefined) return;
  const held = sizes.of(collection);
  if (vectors !== undefined && held.vectors >= vectors)
    throw badRequest(`Max vector storage size limit of ${megabytes(vectors)}MB reached!`);
  if (payloads !== undefined && held.payloads >= payloads)
    throw badRequest(`Max payload storage size limit of ${megabytes(payloads)}MB reached!`);
  if (points !== undefined && held.points >= points)
    throw badRequest(`Max points count limit of ${points} reached!`);
}

/** As a 32-bit float is written. */
function megabytes(bytes: number): string {
  const value = Math.fround(bytes / 1024 ** 2);
  for (let digits = 1; ; digits++) {
    const text = value.toPrecision(digits);
    if (Math.fround(Number(text)) === value || digits > 9) return String(Number(text));
  }
}

import type { VersionedDocument } from '@fumikura/ports';
import { pointsOf } from '../points.ts';
import type { Point } from '../points.ts';
import type { Averages } from '../terms.ts';
import { Vocabulary } from '../vocabulary.ts';

/** Bytes of one write, about: larger ones are not faster. */
const WRITE_BYTES = 1_000_000;
const BYTES_OF_ENTRY = 28;
const BYTES_OF_FLOAT = 13;
const BYTES_OF_PAYLOAD = 400;

/** Versions to write; plain data, because it may go to a thread. */
export interface BodyJob {
  readonly averages: Averages;
  readonly writes: readonly {
    readonly write: VersionedDocument;
    /** Vectors by ordinal, for chunks that bring none themselves. */
    readonly kept: ReadonlyMap<number, readonly number[]>;
  }[];
}

/** One request of a write, as JSON. */
export interface WriteBody {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Terms that share their number with another one, of the documents that this body ends. */
  readonly collisions: number;
}

/** Bodies in order, each made when it is asked for, or ahead of that. */
export type MakeBodies = (job: BodyJob) => AsyncGenerator<WriteBody, void>;

export const makeBodiesHere: MakeBodies = async function* (job) {
  yield* bodiesOf(job);
};

export function* bodiesOf({ writes, averages }: BodyJob): Generator<WriteBody, void> {
  const vocabulary = new Vocabulary();
  const encoder = new TextEncoder();
  let collisions = 0;
  function* points(): Generator<Point> {
    for (const { write, kept } of writes) {
      const made = pointsOf(write, averages, kept, vocabulary);
      collisions += made.collisions;
      yield* made.points;
    }
  }
  for (const batch of inBatches(points())) {
    yield { bytes: encoder.encode(JSON.stringify({ points: batch })), collisions };
    collisions = 0;
  }
}

function* inBatches(points: Iterable<Point>): Generator<readonly Point[]> {
  let batch: Point[] = [];
  let size = 0;
  for (const point of points) {
    const bytes = bytesOf(point);
    if (batch.length > 0 && size + bytes > WRITE_BYTES) {
      yield batch;
      [batch, size] = [[], 0];
    }
    batch.push(point);
    size += bytes;
  }
  if (batch.length > 0) yield batch;
}

function bytesOf({ vector }: Point): number {
  return Object.values(vector).reduce(
    (sum, each) =>
      sum + ('indices' in each ? each.indices.length * BYTES_OF_ENTRY : each.length * BYTES_OF_FLOAT),
    BYTES_OF_PAYLOAD,
  );
}

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Fingerprint } from '@fumikura/model';
import { Database } from '../database.ts';
import { createDenseIndex, DENSE_SCHEMA } from './dense-index.ts';
import type { DenseIndex, DenseOptions } from './dense-index.ts';

/** One connection of a test to its file. */
export interface OpenedDense {
  readonly db: Database;
  readonly dense: DenseIndex;
}

export function fingerprintOf(dimension: number, model = 'test-model'): Fingerprint {
  return { model, dimension, promptForm: 'plain', chunkerVersion: '1' };
}

/** A file with the tables of the dense index alone; call the result for each connection. Gone after the test. */
export function densePlace(test: Pick<TestContext, 'after'>): (options?: DenseOptions) => OpenedDense {
  const folder = mkdtempSync(join(tmpdir(), 'fumi-dense-'));
  const file = join(folder, 'dense.db');
  const opened: Database[] = [];
  test.after(() => {
    for (const db of opened) db.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return (options) => {
    const db = new Database({ file });
    if (opened.length === 0) db.exec(DENSE_SCHEMA);
    opened.push(db);
    return { db, dense: createDenseIndex(db, options) };
  };
}

/** The same, bound to a dimension, with vectors under chunk ids 0, 1, 2 … and refreshed. */
export function filledDense(
  test: Pick<TestContext, 'after'>,
  vectors: readonly Float32Array[],
  options?: DenseOptions,
): OpenedDense {
  const opened = densePlace(test)(options);
  const { db, dense } = opened;
  db.write(() => {
    dense.useFingerprint(fingerprintOf(vectors[0]?.length ?? 8));
    dense.write(
      vectors.map((vector, chunkId) => ({ chunkId, vector })),
      1,
    );
  });
  dense.refresh();
  return opened;
}

export function exactCosine(a: Float32Array, b: Float32Array): number {
  let [dot, left, right] = [0, 0, 0];
  for (const [at, value] of a.entries()) {
    const other = b[at] ?? 0;
    dot += value * other;
    left += value * value;
    right += other * other;
  }
  return dot / Math.sqrt(left) / Math.sqrt(right);
}

/** Runs work in a transaction and takes it back. */
export function rolledBack({ db }: OpenedDense, work: () => void): void {
  const undo = new Error('undo');
  assert.throws(
    () =>
      db.write(() => {
        work();
        throw undo;
      }),
    undo,
  );
}

export function never(): boolean {
  return false;
}

export function all(chunks: number): Uint8Array {
  return new Uint8Array(chunks).fill(1);
}

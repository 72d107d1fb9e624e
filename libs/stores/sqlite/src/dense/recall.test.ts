import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { clusteredVectors } from '@fumikura/testkit';
import { all, exactCosine, filledDense, fingerprintOf, densePlace, never } from './dense-place.ts';
import type { OpenedDense } from './dense-place.ts';

const CHUNKS = 6_000;
const QUERIES = 25;

/** Share of the true ten nearest that are among the first ten found. */
function recallAt10(
  { dense }: OpenedDense,
  stored: readonly Float32Array[],
  queries: readonly Float32Array[],
): number {
  const shares = queries.map((query) => {
    const exact = stored
      .map((vector, chunkId) => ({ chunkId, cosine: exactCosine(query, vector) }))
      .sort((a, b) => b.cosine - a.cosine)
      .slice(0, 10);
    const found = new Set(
      dense
        .scan(query, all(stored.length), 200, never)
        .slice(0, 10)
        .map(({ chunkId }) => chunkId),
    );
    return exact.filter(({ chunkId }) => found.has(chunkId)).length / 10;
  });
  return shares.reduce((sum, share) => sum + share, 0) / shares.length;
}

describe('recall against exact cosines', () => {
  for (const commonMean of [0, 1, 2]) {
    it(`at ten is at least .98 with 200 candidates when the common mean has length ${commonMean}`, (test) => {
      const next = clusteredVectors({ seed: 50, commonMean });
      const stored = Array.from({ length: CHUNKS }, () => next());
      const queries = Array.from({ length: QUERIES }, () => next());
      const recall = recallAt10(filledDense(test, stored), stored, queries);
      assert.ok(recall >= 0.98, `${recall}`);
    });
  }

  it('is as good when the vectors came one by one, the mean fixed on the way', (test) => {
    const next = clusteredVectors({ seed: 51, dimension: 128, topics: 30, subtopics: 5, commonMean: 2 });
    const stored = Array.from({ length: 1_200 }, () => next());
    const opened = densePlace(test)();
    const { db, dense } = opened;
    db.write(() => dense.useFingerprint(fingerprintOf(128)));
    for (let from = 0; from < stored.length; from += 20) {
      db.write(() =>
        dense.write(
          stored.slice(from, from + 20).map((vector, at) => ({ chunkId: from + at, vector })),
          from,
        ),
      );
      dense.refresh();
    }
    const queries = Array.from({ length: QUERIES }, () => next());
    assert.ok(recallAt10(opened, stored, queries) >= 0.98);
    assert.deepEqual(dense.check(), []);
  });
});

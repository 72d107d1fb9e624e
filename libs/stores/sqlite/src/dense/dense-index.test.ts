import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import { AppError } from '@fumikura/errors';
import type { ErrorCode } from '@fumikura/errors';
import { clusteredVectors, seeded } from '@fumikura/testkit';
import fc from 'fast-check';
import {
  all,
  densePlace,
  exactCosine,
  filledDense,
  fingerprintOf,
  never,
  rolledBack,
} from './dense-place.ts';
import type { DenseIndex } from './dense-index.ts';
import type { OpenedDense } from './dense-place.ts';

const DIMENSION = 24;

function fails(code: ErrorCode, work: () => unknown): AppError {
  try {
    work();
  } catch (error) {
    assert.ok(error instanceof AppError, String(error));
    assert.equal(error.code, code);
    return error;
  }
  return assert.fail(`expected ${code}`);
}

function vectors(seed: number, count: number, dimension = DIMENSION): Float32Array[] {
  const next = clusteredVectors({ seed, dimension, topics: 5, subtopics: 3 });
  return Array.from({ length: count }, () => next());
}

function bound(test: TestContext): OpenedDense {
  const opened = densePlace(test)();
  opened.db.write(() => opened.dense.useFingerprint(fingerprintOf(DIMENSION)));
  return opened;
}

/** Ids that a scan for everything finds; the index is refreshed first. */
function visible({ dense }: OpenedDense, chunks = 10_000): number[] {
  dense.refresh();
  const query = new Float32Array(dense.fingerprint()?.dimension ?? DIMENSION).fill(1);
  return dense
    .scan(query, all(chunks), chunks, never)
    .map(({ chunkId }) => chunkId)
    .sort((a, b) => a - b);
}

describe('the dense index', () => {
  it('finds nothing before it has a fingerprint, and refuses vectors until then', (test) => {
    const { db, dense } = densePlace(test)();
    dense.refresh();
    const [vector] = vectors(1, 1);
    assert.ok(vector);
    assert.deepEqual(dense.scan(vector, all(10), 10, never), []);
    assert.deepEqual([...dense.rescore(vector, Uint32Array.of(0, 1))], [NaN, NaN]);
    assert.equal(dense.count(), 0);
    assert.equal(dense.fingerprint(), undefined);
    assert.deepEqual(dense.check(), []);
    fails('FINGERPRINT_MISMATCH', () => db.write(() => dense.write([{ chunkId: 0, vector }], 1)));
  });

  it('orders by cosine, descending, within .004 of the exact one', (test) => {
    const stored = vectors(2, 3_000, 384);
    const { dense } = filledDense(test, stored);
    const [query] = vectors(3, 1, 384);
    assert.ok(query);
    const hits = dense.scan(query, all(3_000), 3_000, never);
    assert.equal(hits.length, 3_000);
    for (const [at, { chunkId, cosine }] of hits.entries()) {
      assert.ok(cosine <= (hits[at - 1]?.cosine ?? 1));
      assert.ok(Math.abs(cosine - exactCosine(query, stored[chunkId] ?? query)) < 0.004);
    }
  });

  it('finds the same with both kernels', (test) => {
    const stored = vectors(4, 5_000, 96);
    const [wasm, typescript] = [
      filledDense(test, stored, { kernel: 'wasm' }),
      filledDense(test, stored, { kernel: 'typescript' }),
    ];
    const random = seeded(5);
    for (const query of vectors(6, 10, 96)) {
      const admitted = Uint8Array.from({ length: 5_000 }, () => (random() < 0.3 ? 1 : 0));
      const hits = wasm.dense.scan(query, admitted, 50, never);
      assert.equal(hits.length, 50);
      assert.deepEqual(typescript.dense.scan(query, admitted, 50, never), hits);
    }
  });

  it('never finds a chunk that is not admitted, lies beyond the map or has no vector', (test) => {
    const { db, dense } = bound(test);
    const stored = vectors(7, 1_500);
    const hasVector = (chunkId: number) => chunkId % 3 !== 0;
    db.write(() =>
      dense.write(
        stored.flatMap((vector, chunkId) => (hasVector(chunkId) ? [{ chunkId, vector }] : [])),
        1,
      ),
    );
    dense.refresh();
    const maps = fc
      .integer({ min: 0, max: 2_100 })
      .chain((length) => fc.uint8Array({ minLength: length, maxLength: length, max: 3 }));
    fc.assert(
      fc.property(maps, fc.integer({ min: 0, max: 1_499 }), (admitted, at) => {
        const hits = dense.scan(stored[at] ?? new Float32Array(0), admitted, 2_100, never);
        const found = hits.map(({ chunkId }) => chunkId).sort((a, b) => a - b);
        const expected = [...admitted.keys()].filter(
          (chunkId) => admitted[chunkId] === 1 && chunkId < 1_500 && hasVector(chunkId),
        );
        assert.deepEqual(found, expected);
      }),
      { numRuns: 40 },
    );
    const [query] = stored;
    assert.ok(query);
    assert.deepEqual(dense.scan(query, new Uint8Array(1_500), 10, never), [], 'all denied');
    assert.deepEqual(dense.scan(query, new Uint8Array(0), 10, never), [], 'no map');
    assert.deepEqual(dense.scan(query, all(1_500), 0, never), [], 'none wanted');
  });

  it('breaks ties by chunk id, in the choice of candidates as in their order', (test) => {
    const [vector] = vectors(8, 1);
    assert.ok(vector);
    const { dense } = filledDense(test, new Array<Float32Array>(3_000).fill(vector));
    const ids = dense.scan(vector, all(3_000), 20, never).map(({ chunkId }) => chunkId);
    assert.deepEqual(
      ids,
      Array.from({ length: 20 }, (_, chunkId) => chunkId),
    );
  });

  it('gives nothing when it is stopped', (test) => {
    const stored = vectors(9, 100);
    const { dense } = filledDense(test, stored);
    assert.deepEqual(
      dense.scan(stored[0] ?? new Float32Array(0), all(100), 10, () => true),
      [],
    );
  });

  it('rescores in the order asked for, duplicates included, NaN where there is no vector', (test) => {
    const stored = vectors(10, 300);
    const { db, dense } = filledDense(test, stored);
    db.write(() => dense.remove([7]));
    const [query] = vectors(11, 1);
    assert.ok(query);
    const asked = Uint32Array.of(299, 7, 0, 299, 4_000_000_000, 120);
    const cosines = dense.rescore(query, asked);
    for (const [at, chunkId] of asked.entries()) {
      const vector = chunkId === 7 ? undefined : stored[chunkId];
      if (!vector) assert.ok(Number.isNaN(cosines[at]));
      else assert.ok(Math.abs((cosines[at] ?? NaN) - exactCosine(query, vector)) < 0.01);
    }
    assert.equal(dense.rescore(query, new Uint32Array(0)).length, 0);
  });

  it('refuses a bad vector in a batch and writes nothing of the batch', (test) => {
    const { db, dense } = bound(test);
    const [good] = vectors(12, 1);
    assert.ok(good);
    const bad = good.map((value, at) => (at === DIMENSION - 1 ? NaN : value));
    db.write(() => {
      fails('VECTOR_INVALID', () =>
        dense.write(
          [
            { chunkId: 0, vector: good },
            { chunkId: 1, vector: bad },
          ],
          1,
        ),
      );
    });
    assert.equal(dense.count(), 0);
    for (const chunkId of [-1, 0.5, NaN, 2 ** 32])
      fails('INVALID_ARGUMENT', () => db.write(() => dense.write([{ chunkId, vector: good }], 1)));
    dense.refresh();
    fails('VECTOR_INVALID', () => dense.scan(new Float32Array(3).fill(1), all(1), 1, never));
    fails('VECTOR_INVALID', () => dense.rescore(bad, Uint32Array.of(0)));
    for (const candidates of [-1, 1.5, NaN, Infinity])
      fails('INVALID_ARGUMENT', () => dense.scan(good, all(1), candidates, never));
  });

  it('takes the new vector of a chunk that is written again, and counts it once', (test) => {
    const [first, second] = vectors(13, 2);
    assert.ok(first && second);
    const opened = filledDense(test, [first]);
    opened.db.write(() => opened.dense.write([{ chunkId: 0, vector: second }], 2));
    assert.equal(opened.dense.count(), 1);
    opened.dense.refresh();
    const [hit] = opened.dense.scan(second, all(1), 1, never);
    assert.ok((hit?.cosine ?? 0) > 0.99);
    assert.deepEqual(opened.dense.check(), []);
  });

  it('counts what is stored, through writes, removals and clearing', (test) => {
    const { db, dense } = filledDense(test, vectors(14, 40));
    assert.equal(dense.count(), 40);
    db.write(() => dense.remove([3, 4, 4, 99, 3]));
    assert.equal(dense.count(), 38);
    db.write(() => dense.clear());
    assert.equal(dense.count(), 0);
    assert.deepEqual(dense.fingerprint(), fingerprintOf(DIMENSION));
    assert.deepEqual(visible({ db, dense }), []);
  });

  for (const dimension of [8, 63, 64, 129, 4_096]) {
    it(`works at ${dimension} dimensions`, (test) => {
      const random = seeded(dimension);
      const stored = Array.from({ length: 60 }, () =>
        Float32Array.from({ length: dimension }, () => random() - 0.5),
      );
      const { dense } = filledDense(test, stored);
      for (const [chunkId, vector] of stored.entries())
        assert.equal(dense.scan(vector, all(60), 30, never)[0]?.chunkId, chunkId);
      assert.deepEqual(dense.check(), []);
    });
  }
});

describe('fingerprints', () => {
  it('are kept, and refuse another one while vectors exist', (test) => {
    const open = densePlace(test);
    const { db, dense } = open();
    const [vector] = vectors(20, 1);
    assert.ok(vector);
    db.write(() => {
      dense.useFingerprint(fingerprintOf(DIMENSION));
      dense.useFingerprint(fingerprintOf(DIMENSION));
      dense.write([{ chunkId: 0, vector }], 1);
    });
    const current = fingerprintOf(DIMENSION);
    assert.deepEqual(open().dense.fingerprint(), current);
    for (const other of [
      { ...current, model: 'other' },
      { ...current, dimension: 32 },
      { ...current, promptForm: 'query: ' },
      { ...current, chunkerVersion: '2' },
    ]) {
      const error = fails('FINGERPRINT_MISMATCH', () => db.write(() => dense.useFingerprint(other)));
      const [was, wanted] = error.publicMessage.split(', not of ');
      assert.notEqual(was?.replace('The index holds vectors of ', ''), wanted?.split('. Rebuild')[0]);
      fails('FINGERPRINT_MISMATCH', () => dense.requireFingerprint(other));
    }
    dense.requireFingerprint(current);
    assert.equal(dense.count(), 1);
  });

  it('may change when no vectors are left, to another dimension too, and every connection follows', (test) => {
    const open = densePlace(test);
    const [writer, reader] = [open(), open()];
    writer.db.write(() => {
      writer.dense.useFingerprint(fingerprintOf(DIMENSION));
      writer.dense.write([{ chunkId: 0, vector: new Float32Array(DIMENSION).fill(1) }], 1);
    });
    assert.deepEqual(visible(reader), [0]);
    writer.db.write(() => {
      writer.dense.remove([0]);
      writer.dense.useFingerprint(fingerprintOf(100, 'larger'));
      writer.dense.write([{ chunkId: 1, vector: new Float32Array(100).fill(1) }], 2);
    });
    assert.deepEqual(visible(reader), [1]);
    assert.deepEqual(visible(writer), [1]);
    assert.deepEqual(writer.dense.check(), []);
  });

  it('have 8 to 4,096 dimensions', (test) => {
    const { db, dense } = densePlace(test)();
    for (const dimension of [0, 7, 4_097, 8.5, NaN, -8]) {
      const error = fails('VECTOR_INVALID', () =>
        db.write(() => dense.useFingerprint(fingerprintOf(dimension))),
      );
      assert.match(error.publicMessage, /8 to 4,096/u);
    }
  });
});

describe('several connections and transactions', () => {
  it('a reader sees a commit after its next refresh, and nothing before', (test) => {
    const open = densePlace(test);
    const [writer, reader] = [open(), open()];
    const stored = vectors(30, 2_200);
    const rows = stored.map((vector, chunkId) => ({ chunkId, vector }));
    writer.db.write(() => {
      writer.dense.useFingerprint(fingerprintOf(DIMENSION));
      writer.dense.write(rows.slice(0, 1_100), 1);
    });
    assert.equal(visible(reader).length, 1_100);
    writer.db.write(() => {
      writer.dense.write(rows.slice(1_100), 2);
      assert.equal(visible(writer).length, 2_200, 'its own write');
      assert.equal(visible(reader).length, 1_100);
    });
    const [query] = stored;
    assert.ok(query);
    assert.equal(reader.dense.scan(query, all(3_000), 3_000, never).length, 1_100, 'not refreshed yet');
    assert.equal(visible(reader).length, 2_200);
    writer.db.write(() => writer.dense.clear());
    assert.deepEqual(visible(reader), []);
  });

  it('forgets its own write that was rolled back, although another process got the same version', (test) => {
    const open = densePlace(test);
    const [first, second] = [open(), open()];
    const [before, lost, kept] = vectors(31, 3);
    assert.ok(before && lost && kept);
    first.db.write(() => {
      first.dense.useFingerprint(fingerprintOf(DIMENSION));
      first.dense.write([{ chunkId: 0, vector: before }], 1);
    });
    rolledBack(first, () => {
      first.dense.write([{ chunkId: 1, vector: lost }], 2);
      first.dense.write([{ chunkId: 5_000, vector: lost }], 2);
      assert.deepEqual(visible(first), [0, 1, 5_000]);
    });
    assert.deepEqual(visible(first), [0]);

    rolledBack(first, () => {
      first.dense.write([{ chunkId: 1, vector: lost }], 2);
      first.dense.refresh();
    });
    second.db.write(() => second.dense.write([{ chunkId: 2, vector: kept }], 2));
    assert.deepEqual(visible(first), [0, 2]);
    assert.deepEqual(first.dense.check(), []);
  });

  it('agrees with a plain map after any sequence of writes, removals, rollbacks and refreshes', (test) => {
    const ids = fc.array(fc.integer({ min: 0, max: 2_500 }), { minLength: 1, maxLength: 30 });
    const steps = fc.array(
      fc.record({
        does: fc.constantFrom('write' as const, 'remove' as const, 'clear' as const, 'write' as const),
        ids,
        by: fc.constantFrom(0, 1),
        refreshesInside: fc.boolean(),
        commits: fc.boolean(),
        refreshes: fc.subarray([0, 1]),
      }),
      { minLength: 1, maxLength: 12 },
    );
    fc.assert(
      fc.property(steps, fc.integer(), (sequence, seed) => {
        const open = densePlace(test);
        const connections = [open(), open()];
        const next = clusteredVectors({ seed, dimension: DIMENSION, topics: 3, subtopics: 2 });
        let model = new Map<number, Float32Array>();
        connections[0]?.db.write(() => connections[0]?.dense.useFingerprint(fingerprintOf(DIMENSION)));
        for (const [version, step] of sequence.entries()) {
          const opened = connections[step.by] ?? assert.fail();
          const after = new Map(model);
          const work = () => {
            carryOut(step, version, opened.dense, after, next);
            if (step.refreshesInside) opened.dense.refresh();
          };
          if (step.commits) opened.db.write(work);
          else rolledBack(opened, work);
          if (step.commits) model = after;
          for (const each of step.refreshes) agree(connections[each] ?? assert.fail(), model);
        }
        for (const each of connections) {
          agree(each, model);
          assert.deepEqual(each.dense.check(), []);
        }
      }),
      { numRuns: 25 },
    );
  });
});

function carryOut(
  { does, ids }: { readonly does: 'write' | 'remove' | 'clear'; readonly ids: readonly number[] },
  version: number,
  dense: DenseIndex,
  model: Map<number, Float32Array>,
  next: () => Float32Array,
): void {
  if (does === 'write') {
    const rows = [...new Set(ids)].map((chunkId) => ({ chunkId, vector: next() }));
    dense.write(rows, version);
    for (const { chunkId, vector } of rows) model.set(chunkId, vector);
  } else if (does === 'remove') {
    dense.remove(ids);
    for (const chunkId of ids) model.delete(chunkId);
  } else {
    dense.clear();
    model.clear();
  }
}

function agree({ dense }: OpenedDense, model: ReadonlyMap<number, Float32Array>): void {
  assert.equal(dense.count(), model.size);
  dense.refresh();
  const query = new Float32Array(DIMENSION).map((_, at) => Math.sin(at + 1));
  const hits = dense.scan(query, all(2_501), 2_501, never);
  assert.deepEqual(
    hits.map(({ chunkId }) => chunkId).sort((a, b) => a - b),
    [...model.keys()].sort((a, b) => a - b),
  );
  for (const { chunkId, cosine } of hits)
    assert.ok(Math.abs(cosine - exactCosine(query, model.get(chunkId) ?? query)) < 0.02);
}

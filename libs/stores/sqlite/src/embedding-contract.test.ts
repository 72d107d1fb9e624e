import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  ALICE,
  allowList,
  documentWrite,
  embeddingStoreContract,
  filterFor,
  FINGERPRINT,
  seeded,
  vectorOf,
} from '@fumikura/testkit';
import { temporaryPlace } from './testing/place.ts';

embeddingStoreContract({ name: 'inline', make: () => temporaryPlace({ inline: true }) });
embeddingStoreContract({ name: 'threads', make: () => temporaryPlace() });

const signal = new AbortController().signal;

describe('vectors and an index that is made anew', () => {
  it('takes along what was put before, and what is put while it is made', async () => {
    const place = await temporaryPlace({ inline: true });
    const store = await place.open();
    try {
      await store.embeddings.bind(FINGERPRINT);
      const ids = Array.from({ length: 1_300 }, (_, at) => `test:wiki/${at}`);
      await store.commit({
        source: 'test:wiki',
        lists: [allowList('all', ALICE)],
        upserts: ids.map((id) => documentWrite(id, { allow: ['all'] }, { parts: ['a word'] })),
      });
      const random = seeded(3);
      const putSome = async (count: number) => {
        const waiting = await store.embeddings.waiting(count);
        await store.embeddings.put(
          FINGERPRINT,
          waiting.map(({ id, revision }) => ({ id, revision, vectors: [vectorOf(random)] })),
        );
      };
      await putSome(500);
      let isOn = true;
      await store.rebuild({
        onProgress: ({ isDone }) => {
          // Between two steps; the second half is put when the first documents were copied already.
          if (isOn && !isDone) void putSome(800);
          isOn = false;
        },
      });
      const access = await filterFor(store.catalog, ALICE);
      const dense = { vector: vectorOf(random), fingerprint: FINGERPRINT };
      const { candidates } = await store.index.search(
        { dense, candidates: 1_000, denseCandidates: 2_000 },
        access,
        signal,
      );
      const withVectors = candidates.filter(({ cosine }) => cosine !== undefined).length;
      assert.equal(withVectors, 1_000);
      assert.deepEqual(await store.embeddings.waiting(10), []);
      assert.deepEqual(await store.index.check(signal), []);
    } finally {
      await store.close();
      await place.remove();
    }
  });
});

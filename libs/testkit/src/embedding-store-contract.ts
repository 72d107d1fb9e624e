import assert from 'node:assert/strict';
import { describe } from 'node:test';
import type { Fingerprint } from '@fumikura/model';
import type { EmbeddingStore, Store, WaitingDocument } from '@fumikura/ports';
import { ALICE, allowList, documentWrite, filterFor, FINGERPRINT, headOf, vectorOf } from './builders.ts';
import { registerCases, rejectsWith } from './contract.ts';
import type { Case, ContractOptions } from './contract.ts';
import { seeded } from './fixed-clock.ts';

export type EmbeddingStoreUnderTest = Store & { readonly embeddings: EmbeddingStore };

/** What every store of an embedding stage does, beside its catalog and index. */
export function embeddingStoreContract(options: ContractOptions<EmbeddingStoreUnderTest>): void {
  describe('embedding store contract', () => registerCases(options, cases));
}

const SOURCE = 'test:wiki';
const ALL = { allow: ['all'] };
const OTHER: Fingerprint = { ...FINGERPRINT, model: 'other-model' };
const signal = new AbortController().signal;
const DAY = '2026-01-15';

async function commit(
  store: Store,
  ...names: readonly (readonly [name: string, ...parts: string[]])[]
): Promise<void> {
  await store.commit({
    source: SOURCE,
    lists: [allowList('all', ALICE)],
    upserts: names.map(([name, ...parts]) => documentWrite(`${SOURCE}/${name}`, ALL, { parts })),
  });
}

function vectorsFor({ id, chunks }: WaitingDocument): Float32Array[] {
  const random = seeded(id.length + (id.codePointAt(id.length - 1) ?? 0));
  return chunks.map(() => vectorOf(random));
}

/** Gives each waiting document vectors, once. @returns how many were put */
async function putAll(store: EmbeddingStoreUnderTest): Promise<number> {
  const documents = await store.embeddings.waiting(1_000);
  return store.embeddings.put(
    FINGERPRINT,
    documents.map((each) => ({ id: each.id, revision: each.revision, vectors: vectorsFor(each) })),
  );
}

async function names({ embeddings }: EmbeddingStoreUnderTest): Promise<string[]> {
  return (await embeddings.waiting(1_000)).map(({ id }) => id.slice(SOURCE.length + 1));
}

/** Ids that a vector search finds, with whether each has a cosine. */
async function nearest(store: EmbeddingStoreUnderTest, fingerprint = FINGERPRINT): Promise<string[]> {
  const access = await filterFor(store.catalog, ALICE);
  const dense = { vector: vectorOf(seeded(1)), fingerprint };
  const { candidates } = await store.index.search({ dense, candidates: 50 }, access, signal);
  return candidates.map(({ documentId }) => documentId.slice(SOURCE.length + 1)).sort();
}

const cases: Readonly<Record<string, Case<EmbeddingStoreUnderTest>>> = {
  'lets nothing wait while no embedder is bound, and everything when one is': async (store) => {
    await commit(store, ['a', 'one', 'two'], ['without chunks']);
    assert.deepEqual(await names(store), []);
    await store.embeddings.bind(FINGERPRINT);
    const [first] = await store.embeddings.waiting(10);
    assert.deepEqual(await names(store), ['a']);
    assert.equal(first?.text.slice(first.chunks[1]?.start, first.chunks[1]?.end), 'two');
  },

  'finds a document by its vectors as soon as they are put, and only then': async (store) => {
    await store.embeddings.bind(FINGERPRINT);
    await commit(store, ['a', 'one', 'two'], ['b', 'three']);
    assert.deepEqual(await nearest(store), []);
    assert.equal(await putAll(store), 2);
    assert.deepEqual(await nearest(store), ['a', 'b']);
    assert.deepEqual(await names(store), []);
    assert.deepEqual(await store.index.check(signal), []);
  },

  'gives the longest waiting ones first, as many as have so many chunks': async (store) => {
    await store.embeddings.bind(FINGERPRINT);
    await commit(store, ['a', '1', '2', '3'], ['b', '4'], ['c', '5', '6']);
    const ids = async (chunks: number) => (await store.embeddings.waiting(chunks)).map(({ id }) => id.at(-1));
    assert.deepEqual(await ids(1), ['a']);
    assert.deepEqual(await ids(4), ['a', 'b']);
    assert.deepEqual(await ids(6), ['a', 'b', 'c']);
  },

  'takes no vectors of a document that was written again meanwhile': async (store) => {
    await store.embeddings.bind(FINGERPRINT);
    await commit(store, ['a', 'old words']);
    const [old] = await store.embeddings.waiting(1);
    assert.ok(old);
    await commit(store, ['a', 'new words', 'and more']);
    const put = { id: old.id, revision: old.revision, vectors: vectorsFor(old) };
    assert.equal(await store.embeddings.put(FINGERPRINT, [put]), 0);
    assert.deepEqual(await names(store), ['a']);
    assert.deepEqual(await nearest(store), []);
    await store.commit({ source: SOURCE, removals: [`${SOURCE}/a`] });
    assert.equal(await store.embeddings.put(FINGERPRINT, [put]), 0);
    assert.deepEqual(await names(store), []);
  },

  'keeps vectors when only facts or readers change, and lets a new body wait': async (store) => {
    await store.embeddings.bind(FINGERPRINT);
    await commit(store, ['a', 'words']);
    await putAll(store);
    const write = documentWrite(`${SOURCE}/a`, ALL, { parts: ['words'] });
    await store.commit({ source: SOURCE, heads: [{ ...headOf(write), version: '2', labels: ['new'] }] });
    await store.commit({
      source: SOURCE,
      lists: [allowList('hers', ALICE)],
      acls: [{ id: `${SOURCE}/a`, acl: { allow: ['all', 'hers'] } }],
    });
    assert.deepEqual(await names(store), []);
    assert.deepEqual(await nearest(store), ['a']);
    await commit(store, ['a', 'other words']);
    assert.deepEqual(await names(store), ['a']);
    assert.deepEqual(await nearest(store), []);
  },

  'never mixes two fingerprints: another one empties the index of vectors, and all wait': async (store) => {
    await store.embeddings.bind(FINGERPRINT);
    await commit(store, ['a', 'words']);
    await putAll(store);
    await store.embeddings.bind(FINGERPRINT);
    assert.deepEqual(await nearest(store), ['a']);
    await store.embeddings.bind(OTHER);
    assert.deepEqual(await names(store), ['a']);
    assert.deepEqual(await nearest(store, OTHER), []);
    const [waiting] = await store.embeddings.waiting(1);
    assert.ok(waiting);
    const late = { id: waiting.id, revision: waiting.revision, vectors: vectorsFor(waiting) };
    await rejectsWith('FINGERPRINT_MISMATCH', () => store.embeddings.put(FINGERPRINT, [late]));
    await rejectsWith('FINGERPRINT_MISMATCH', () => nearest(store));
  },

  'knows what was embedded before, by fingerprint, also after it is opened again': async (store, another) => {
    const { embeddings } = store;
    const vector = vectorOf(seeded(7));
    const spend = { texts: 1, tokens: 20, usd: 0.5 };
    await embeddings.keep(FINGERPRINT, [{ hash: 'x', vector }], DAY, spend);
    await embeddings.keep(FINGERPRINT, [], DAY, spend);
    const [known, unknown] = await (await another()).embeddings.known(FINGERPRINT, ['x', 'y']);
    assert.ok(known?.every((value, axis) => Math.abs(value - (vector[axis] ?? NaN)) < 0.004));
    assert.equal(unknown, undefined);
    assert.deepEqual(await embeddings.known(OTHER, ['x']), [undefined]);
    assert.deepEqual(await embeddings.known({ ...FINGERPRINT, chunkerVersion: '9' }, ['x']), [known]);
    assert.deepEqual(await embeddings.spent(DAY), { texts: 2, tokens: 40, usd: 1 });
    assert.deepEqual(await embeddings.spent('2026-01-16'), { texts: 0, tokens: 0, usd: 0 });
    await rejectsWith('VECTOR_INVALID', () =>
      embeddings.keep(FINGERPRINT, [{ hash: 'z', vector: new Float32Array(3) }], DAY, spend),
    );
    assert.deepEqual(await embeddings.spent(DAY), { texts: 2, tokens: 40, usd: 1 });
  },

  'says what waits of each source, what was refused, and lets that wait again': async (store) => {
    await store.embeddings.bind(FINGERPRINT);
    await commit(store, ['a', 'one', 'two'], ['b', 'three']);
    const [a] = await store.embeddings.waiting(1);
    assert.ok(a);
    const [vector] = vectorsFor(a);
    const refusals = [{ ordinal: 1, reason: 'too rude' }];
    await store.embeddings.put(FINGERPRINT, [
      { id: a.id, revision: a.revision, vectors: [vector, undefined], refusals },
    ]);
    const { sources, refusals: count } = await store.embeddings.status();
    assert.deepEqual(sources, [{ source: SOURCE, chunks: 3, waitingDocuments: 1, waitingChunks: 1 }]);
    assert.equal(count, 1);
    assert.deepEqual(await store.embeddings.refusals(10), [
      { documentId: a.id, ordinal: 1, reason: 'too rude' },
    ]);
    assert.equal(await store.embeddings.retryRefused(), 1);
    assert.deepEqual(await names(store), ['b', 'a']);
    assert.deepEqual(await store.embeddings.refusals(10), []);
  },

  'remembers a pause and what went wrong, for every process': async (store, another) => {
    const problem = { at: '2026-01-15T09:00:00.000Z', code: 'EMBEDDER_UNAVAILABLE', message: 'gone' };
    await store.embeddings.setPaused(true);
    await store.embeddings.setProblem(problem);
    const other = (await another()).embeddings;
    assert.equal((await other.status()).isPaused, true);
    assert.deepEqual((await other.status()).problem, problem);
    await other.setPaused(false);
    await other.setProblem(undefined);
    const { isPaused, problem: left } = await store.embeddings.status();
    assert.deepEqual([isPaused, left], [false, undefined]);
  },

  'forgets a removed source': async (store) => {
    await store.embeddings.bind(FINGERPRINT);
    await commit(store, ['a', 'one'], ['b', 'two']);
    await putAll(store);
    await commit(store, ['c', 'three']);
    await store.catalog.removeSource(SOURCE);
    assert.deepEqual(await names(store), []);
    assert.deepEqual((await store.embeddings.status()).sources, []);
    assert.deepEqual(await nearest(store), []);
  },
};

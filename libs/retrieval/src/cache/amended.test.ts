import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { DocumentWrite, SearchIndex } from '@fumikura/ports';
import { createSqliteStore } from '@fumikura/store-sqlite';
import type { SqliteStore } from '@fumikura/store-sqlite';
import {
  ALICE,
  allowList,
  BOB,
  documentWrite,
  filterFor,
  FINGERPRINT,
  seeded,
  vectorOf,
} from '@fumikura/testkit';
import { analyseQuery } from '@fumikura/text';
import { createRanker } from '../ranker.ts';
import { fuse } from '../fusion.ts';
import { amended, shortened } from './amended.ts';
import { cachedRanker } from './ranking-cache.ts';
import type { CachedRanker } from './ranking-cache.ts';

const SOURCE = 'test:wiki';
const DOCUMENTS = 400;
const signal = new AbortController().signal;
const QUERIES = ['rotate keys', 'keys', 'vault seal rotate'].map((text) => ({
  text,
  terms: analyseQuery(text),
}));

/** Frequencies of words are those of when a ranking was made: documents so near each other may stand the other way round. */
const NEAR = 0.003;

describe('kept rankings with vectors', () => {
  let folder: string;
  let store: SqliteStore;
  let cache: CachedRanker;
  let searches = 0;
  const random = seeded(5);
  const pick = (count: number) => Math.floor(random() * count);
  const written = (at: number, isVectorless = false): DocumentWrite =>
    documentWrite(
      `${SOURCE}/${at}`,
      { allow: [pick(3) === 0 ? 'bob' : 'all'] },
      {
        parts: [
          Array.from(
            { length: 4 + pick(40) },
            () => ['rotate', 'keys', 'vault', 'seal', 'word'][pick(9)] ?? 'other',
          ).join(' '),
        ],
        ...(!isVectorless && { vectors: [vectorOf(random)] }),
      },
    );
  const embedQuery = async (text: string) => ({
    vector: vectorOf(seeded(text.length)),
    fingerprint: FINGERPRINT,
  });
  const commit = (upserts: DocumentWrite[]) =>
    store.commit({ source: SOURCE, lists: [allowList('all', ALICE, BOB), allowList('bob', BOB)], upserts });
  const compare = async (): Promise<void> => {
    const fresh = createRanker({ index: store.index, embedQuery });
    for (const person of [ALICE, BOB])
      for (const query of QUERIES) {
        const access = await filterFor(store.catalog, person);
        const [kept, anew] = [await cache.rank(query, access, signal), await fresh(query, access, signal)];
        const scores = new Map(anew.ranked.map(({ candidate, score }) => [candidate.documentId, score]));
        for (const [at, { candidate }] of kept.ranked.slice(0, 10).entries()) {
          const there =
            scores.get(candidate.documentId) ?? assert.fail(`${candidate.documentId} is no hit any more`);
          assert.ok(Math.abs(there - (anew.ranked[at]?.score ?? 0)) < NEAR);
        }
      }
  };

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fumi-kept-'));
    store = await createSqliteStore({ file: join(folder, 'store.db'), inline: true });
    await store.embeddings.bind(FINGERPRINT);
    await commit(Array.from({ length: DOCUMENTS }, (_, at) => written(at)));
    searches = 0;
    const index: SearchIndex = {
      ...store.index,
      search: (...args) => {
        searches++;
        return store.index.search(...args);
      },
    };
    cache = cachedRanker(createRanker({ index, embedQuery }), { index, hasVectors: true, now: () => 0 });
  });
  afterEach(async () => {
    await store.close();
    await rm(folder, { recursive: true });
  });

  it('[cache.fresh] stay those that would be made anew, whatever is written and removed', async () => {
    await compare();
    for (let round = 0; round < 10; round++) {
      await commit([written(DOCUMENTS + round), written(pick(DOCUMENTS))]);
      if (round % 3 === 0) await store.commit({ source: SOURCE, removals: [`${SOURCE}/${pick(DOCUMENTS)}`] });
      await compare();
    }
    const { amended, outdated, misses } = cache.counts();
    assert.ok(amended > 40, `${amended} amended, ${outdated} made anew`);
    assert.equal(searches, misses);
  });

  it('[cache.fresh] hold a document whose vector came later, and are made anew until then', async () => {
    await compare();
    const late = written(DOCUMENTS + 1, true);
    await commit([{ ...late, document: { ...late.document, acl: { allow: ['all'] } } }]);
    await compare();
    assert.ok(cache.counts().outdated > 0);
    const before = cache.counts();
    const vector = (await embedQuery('keys')).vector;
    const waiting = await store.embeddings.waiting(1);
    const { document } = late;
    const { revision } = waiting.find(({ id }) => id === document.id) ?? assert.fail();
    await store.embeddings.put(FINGERPRINT, [{ id: document.id, revision, vectors: [vector] }]);
    await compare();
    const access = await filterFor(store.catalog, ALICE);
    const { ranked } = await cache.rank(QUERIES[1] ?? assert.fail(), access, signal);
    assert.equal(ranked[0]?.candidate.documentId, document.id);
    assert.ok(cache.counts().amended > before.amended);
  });

  it('are made anew when the vectors of another model come', async () => {
    await compare();
    const { misses } = cache.counts();
    await store.embeddings.bind({ ...FINGERPRINT, model: 'another' });
    const access = await filterFor(store.catalog, ALICE);
    const { notices } = await cache.rank(QUERIES[1] ?? assert.fail(), access, signal);
    assert.deepEqual([notices.length, cache.counts().misses], [1, misses + 1]);
  });
});

describe('a cut ranking', () => {
  const candidate = (documentId: string, lexical: number) => ({
    ...{ documentId, lexical, chunkOrdinal: 0 },
    parts: { document: lexical, chunk: 0, title: 0 },
  });
  const terms = analyseQuery('keys');
  const ranking = {
    ranked: fuse(Array.from({ length: 30 }, (_, at) => candidate(`d${at}`, 100 - at))),
    ...{ indexVersion: 1, mark: '1', notices: [], request: { lexical: { query: terms }, candidates: 200 } },
  };

  it('takes in nothing that may stand below what was cut off', () => {
    const kept = shortened(ranking, 10);
    const candidates = [candidate('high', 95.5), candidate('low', 50)];
    const found = amended(kept, { mark: '2', gone: ['d3', 'd4'], candidates }, 10);
    assert.deepEqual(
      found?.ranking.ranked.map(({ candidate: { documentId } }) => documentId),
      ['d0', 'd1', 'd2', 'high', 'd5', 'd6', 'd7', 'd8', 'd9'],
    );
    assert.deepEqual([found?.ranking.isCut, found?.ranking.mark, found?.best?.documentId], [true, '2', 'd0']);
    const gone = ['d0', 'd1', 'd2', 'd3'];
    assert.equal(amended(kept, { mark: '2', gone, candidates }, 10), undefined);
  });
});

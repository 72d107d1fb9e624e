import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { createSqliteStore } from '@fumikura/store-sqlite';
import type { SqliteStore } from '@fumikura/store-sqlite';
import {
  ALICE,
  allowList,
  documentWrite,
  filterFor,
  FINGERPRINT,
  rejectsWith,
  seeded,
  vectorOf,
} from '@fumikura/testkit';
import { analyseQuery } from '@fumikura/text';
import { createRanker, fuse } from './index.ts';
import type { EmbedQuery } from './index.ts';

const SOURCE = 'test:wiki';
const signal = new AbortController().signal;

describe('a ranking with vectors', () => {
  let folder: string;
  let store: SqliteStore;
  const meaning = vectorOf(seeded(1));

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fumi-ranker-'));
    store = await createSqliteStore({ file: join(folder, 'store.db'), inline: true });
    await store.embeddings.bind(FINGERPRINT);
    const documents: readonly (readonly [string, string, Float32Array])[] = [
      ['words', 'rotate keys', vectorOf(seeded(2))],
      ['meaning', 'credentials are renewed', meaning],
    ];
    await store.commit({
      source: SOURCE,
      lists: [allowList('all', ALICE)],
      upserts: documents.map(([name, text, vector]) =>
        documentWrite(`${SOURCE}/${name}`, { allow: ['all'] }, { parts: [text], vectors: [vector] }),
      ),
    });
  });
  after(async () => {
    await store.close();
    await rm(folder, { recursive: true });
  });

  const rank = async (embedQuery: EmbedQuery | undefined, stop = signal) => {
    const failures: string[] = [];
    const ranker = createRanker({
      index: store.index,
      ...(embedQuery && { embedQuery }),
      onWithoutVectors: ({ code }) => failures.push(code),
    });
    const query = { text: 'rotate keys', terms: analyseQuery('rotate keys') };
    const { ranked, notices } = await ranker(query, await filterFor(store.catalog, ALICE), stop);
    const names = ranked.map(({ candidate }) => candidate.documentId.slice(SOURCE.length + 1));
    return { names, notices, failures };
  };

  it('finds by words and by meaning', async () => {
    const { names, notices } = await rank(async () => ({ vector: meaning, fingerprint: FINGERPRINT }));
    assert.deepEqual([names, notices], [['meaning', 'words'], []]);
    assert.deepEqual((await rank(undefined)).names, ['words']);
  });

  it('leaves a query to its words, silently, in a language that the model does not know', async () => {
    const { names, notices, failures } = await rank(async () => undefined);
    assert.deepEqual([names, notices, failures], [['words'], [], []]);
  });

  it('[embed.fallback] answers by words when the embedder fails, and says so', async () => {
    const { names, notices, failures } = await rank(async () => {
      throw new Error('down');
    });
    assert.deepEqual(names, ['words']);
    assert.match(notices[0] ?? '', /words alone/);
    assert.deepEqual(failures, ['UNEXPECTED']);
  });

  it('[embed.fallback] answers by words when the index holds vectors of another model, and says so', async () => {
    const fingerprint = { ...FINGERPRINT, model: 'other' };
    const { names, notices, failures } = await rank(async () => ({ vector: meaning, fingerprint }));
    assert.deepEqual(names, ['words']);
    assert.match(notices[0] ?? '', /another model/);
    assert.deepEqual(failures, ['FINGERPRINT_MISMATCH']);
  });

  it('ends when the search does, which is no failure of the embedder', async () => {
    await rejectsWith('CANCELLED', () =>
      rank(async (_query, _language, stop) => {
        stop.throwIfAborted();
        return undefined;
      }, AbortSignal.abort()),
    );
  });

  it('takes a document for near by its best passage, and a little by what it begins with', () => {
    const candidate = (documentId: string, cosine: number, leadCosine?: number) => ({
      documentId,
      lexical: 0,
      parts: { document: 0, chunk: 0, title: 0 },
      chunkOrdinal: 0,
      cosine,
      ...(leadCosine !== undefined && { leadCosine }),
    });
    const found = [
      candidate('aside', 0.8, 0.1),
      candidate('about it', 0.78, 0.7),
      candidate('not told', 0.6),
    ];
    const order = (lead: number) =>
      fuse(found, { lexical: 0.4, dense: 0.6, lead }).map(({ candidate: { documentId } }) => documentId);
    assert.deepEqual(order(0), ['aside', 'about it', 'not told']);
    assert.deepEqual(order(0.3), ['about it', 'not told', 'aside']);
  });

  it('neither hides nor prefers a document whose vectors are still to come', () => {
    const candidate = (documentId: string, lexical: number, cosine?: number) => ({
      documentId,
      lexical,
      parts: { document: 0, chunk: 0, title: 0 },
      chunkOrdinal: 0,
      ...(cosine !== undefined && { cosine }),
    });
    const order = fuse([
      candidate('near', 0, 0.9),
      candidate('waits, by words the best', 10),
      candidate('middle', 2, 0.5),
      candidate('waits, by words the last', 1),
      candidate('far', 1, 0.1),
    ]).map(({ candidate: { documentId } }) => documentId);
    assert.deepEqual(order, [
      'waits, by words the best',
      'near',
      'middle',
      'waits, by words the last',
      'far',
    ]);
  });
});

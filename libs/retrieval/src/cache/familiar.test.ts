import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { Principal } from '@fumikura/model';
import { createSqliteStore } from '@fumikura/store-sqlite';
import type { SqliteStore } from '@fumikura/store-sqlite';
import { ALICE, allowList, BOB, documentWrite, filterFor } from '@fumikura/testkit';
import { analyseQuery } from '@fumikura/text';
import { createRanker } from '../ranker.ts';
import { cacheReports, cacheTeller } from './cache-reports.ts';
import { familiarQuestions } from './familiar.ts';
import type { Familiar } from './familiar.ts';
import { openQuestionNotes } from './question-notes.ts';
import { cachedRanker } from './ranking-cache.ts';
import type { CachedRanker } from './ranking-cache.ts';

const SOURCE = 'test:wiki';
const CAROL: Principal = 'user:test:carol';
const DAY = 24 * 3_600_000;
const signal = new AbortController().signal;

describe('questions asked before a restart', () => {
  let folder: string;
  let clock = 20_000 * DAY;
  let running: { store: SqliteStore; cache: CachedRanker; familiar: Familiar } | undefined;
  const failures: string[] = [];

  const start = async () => {
    const store = await createSqliteStore({ file: join(folder, 'store.db') });
    const cache = cachedRanker(createRanker({ index: store.index }), {
      index: store.index,
      now: () => clock,
    });
    const notes = await openQuestionNotes(store.catalog);
    const onFailed = ({ code }: { readonly code: string }) => void failures.push(code);
    const options = { cache, notes, hasVectors: false, now: () => clock, onFailed, restMs: 1 };
    const familiar = await familiarQuestions(options);
    running = { store, cache, familiar };
    return running;
  };
  const stop = async () => {
    await running?.familiar.close();
    await running?.store.close();
    running = undefined;
  };
  const ask = async (text: string, person: Principal) => {
    const { store, familiar } = running ?? assert.fail('stopped');
    const access = await filterFor(store.catalog, person);
    // As a search asks: with more than a question, and none of it can be stored.
    const query = { text, terms: analyseQuery(text), depth: 11, isLeftOut: () => false };
    const { ranked } = await familiar.rank(query, access, signal);
    await familiar.settled();
    return ranked.map(({ candidate }) => candidate.documentId.slice(SOURCE.length + 1)).sort();
  };
  const counts = () => running?.cache.counts() ?? assert.fail('stopped');

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fumi-familiar-'));
    failures.length = 0;
    const { store } = await start();
    await store.commit({
      source: SOURCE,
      lists: [allowList('all', ALICE, BOB, CAROL), allowList('hers', CAROL)],
      upserts: [
        documentWrite(`${SOURCE}/open`, { allow: ['all'] }, { parts: ['walrus penguin'] }),
        documentWrite(`${SOURCE}/hers`, { allow: ['hers'] }, { parts: ['walrus'] }),
      ],
    });
  });
  afterEach(async () => {
    await stop();
    await rm(folder, { recursive: true });
    assert.deepEqual(failures, []);
  });

  it('[cache.ahead] are ranked ahead for whoever may read the same, as soon as one of them comes', async () => {
    await ask('walrus', ALICE);
    await ask('walrus', BOB);
    await stop();
    await start();
    await ask('something else', BOB);
    assert.deepEqual([counts().ahead, counts().misses], [1, 1]);
    assert.deepEqual(await ask('walrus', ALICE), ['open']);
    assert.deepEqual([counts().hits, counts().misses], [1, 1]);
  });

  it('[cache.ahead] are nothing to those who may read something else, who get an answer of their own', async () => {
    await ask('walrus', ALICE);
    await ask('walrus', BOB);
    await stop();
    await start();
    await ask('something else', CAROL);
    assert.equal(counts().ahead, 0);
    assert.deepEqual(await ask('walrus', CAROL), ['hers', 'open']);
    assert.equal(counts().hits, 0);
  });

  it('[cache.ahead] of one person alone are ranked ahead for that person alone', async () => {
    await ask('penguin', ALICE);
    await ask('penguin', ALICE);
    await ask('asked once', BOB);
    await stop();
    await start();
    await ask('something else', BOB);
    assert.equal(counts().ahead, 0);
    await ask('something else', ALICE);
    assert.equal(counts().ahead, 1);
  });

  it('[cache.ahead] find what their readers may read now, and nothing of before', async () => {
    await ask('walrus', ALICE);
    await ask('walrus', BOB);
    const { store } = running ?? assert.fail('stopped');
    await store.commit({ source: SOURCE, removals: [`${SOURCE}/open`] });
    await stop();
    await start();
    await ask('something else', ALICE);
    assert.equal(counts().ahead, 1);
    assert.deepEqual(await ask('walrus', ALICE), []);
  });

  it('are noted without a word of who asked, and forgotten after two weeks', async () => {
    await ask('walrus', ALICE);
    await ask('walrus', BOB);
    await ask('a'.repeat(300), BOB);
    await ask('a'.repeat(300), BOB);
    await running?.familiar.save();
    const entry = await running?.store.catalog.state.get('search', 'questions');
    const text = JSON.stringify(entry?.value);
    assert.match(text, /walrus/u);
    assert.doesNotMatch(text, /alice|bob|aaaa/iu);
    await stop();
    clock += 15 * DAY;
    await start();
    await ask('something else', ALICE);
    assert.equal(counts().ahead, 0);
  });

  it('of two processes are put together', async () => {
    const { store, familiar } = running ?? assert.fail('stopped');
    await ask('walrus', ALICE);
    await ask('walrus', BOB);
    await familiar.save();
    const notes = await openQuestionNotes(store.catalog);
    const [first] = await notes.load(Math.floor(clock / DAY));
    assert.equal(first?.times, 2);
    assert.ok(await notes.add([first ?? assert.fail(), { ...first, key: 'other' }], first?.day ?? 0));
    const all = await notes.load(Math.floor(clock / DAY));
    assert.deepEqual(
      all.map(({ times }) => times),
      [4, 2],
    );
  });

  it('[cache.told] are counted for the other processes until this one is gone', async () => {
    const { store, cache } = running ?? assert.fail('stopped');
    const tell = cacheTeller(store.catalog.state, () => Date.now());
    await tell(cache.counts());
    assert.deepEqual(await cacheReports(store.catalog.state), []);
    await ask('walrus', ALICE);
    await ask('walrus', ALICE);
    await tell(cache.counts());
    const [report] = await cacheReports(store.catalog.state);
    assert.deepEqual([report?.hits, report?.misses], [1, 1]);
    await cacheTeller(store.catalog.state, () => Date.now() - DAY)(cache.counts());
    assert.equal((await cacheReports(store.catalog.state)).length, 1);
  });
});

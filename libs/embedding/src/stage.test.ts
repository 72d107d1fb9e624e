import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { AppError } from '@fumikura/errors';
import { createSqliteStore } from '@fumikura/store-sqlite';
import type { SqliteStore } from '@fumikura/store-sqlite';
import { ALICE, allowList, documentWrite, filterFor, seeded, vectorOf } from '@fumikura/testkit';
import { createEmbeddingStage, fingerprintOf } from './index.ts';
import type { EmbeddingStage, StageOptions } from './index.ts';
import { scriptedEmbedder } from './testing/scripted-embedder.ts';
import type { ScriptedEmbedder } from './testing/scripted-embedder.ts';

const SOURCE = 'test:wiki';
const signal = new AbortController().signal;
const logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => logger,
};

describe('the embedding stage', () => {
  let folder: string;
  let store: SqliteStore;
  let embedder: ScriptedEmbedder;
  let slept: number[];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fumi-stage-'));
    store = await open();
    embedder = scriptedEmbedder();
    slept = [];
  });
  afterEach(async () => {
    await store.close();
    await rm(folder, { recursive: true });
  });

  const open = () => createSqliteStore({ file: join(folder, 'store.db'), inline: true });

  const stageOf = async (more: Partial<StageOptions> = {}): Promise<EmbeddingStage> => {
    const stage = createEmbeddingStage({
      store: store.embeddings,
      leases: store.catalog,
      embedder,
      logger,
      sleep: async (ms, stop) => {
        stop.throwIfAborted();
        slept.push(ms);
      },
      ...more,
    });
    await stage.bind();
    return stage;
  };

  const write = (...names: readonly (readonly [name: string, ...parts: string[]])[]) =>
    store.commit({
      source: SOURCE,
      lists: [allowList('all', ALICE)],
      upserts: names.map(([name, ...parts]) =>
        documentWrite(`${SOURCE}/${name}`, { allow: ['all'] }, { parts, title: 'Title' }),
      ),
    });

  /** Documents that have a vector now. */
  const embedded = async (): Promise<string[]> => {
    const { results } = await embedder.embed(['anything'], { as: 'query', signal });
    const vector = results[0] && 'vector' in results[0] ? results[0].vector : assert.fail();
    const access = await filterFor(store.catalog, ALICE);
    const dense = { vector, fingerprint: fingerprintOf(embedder) };
    const { candidates } = await store.index.search({ dense, candidates: 100 }, access, signal);
    return candidates.map(({ documentId }) => documentId.slice(SOURCE.length + 1)).sort();
  };

  it('[embed.once] embeds nothing twice: not the same words elsewhere, not after an edit, not for an index made anew', async () => {
    const stage = await stageOf();
    await write(['a', 'shared words', 'own words'], ['b', 'shared words']);
    const first = await stage.run({ signal });
    assert.deepEqual([first.outcome.kind, first.done, first.embedded], ['done', 3, 2]);
    assert.deepEqual(embedder.asked, ['Title\nshared words', 'Title\nown words']);
    await write(['a', 'shared words', 'edited words']);
    await stage.run({ signal });
    assert.deepEqual(embedder.asked.slice(2), ['Title\nedited words']);
    await store.rebuild();
    await write(['a', 'shared words', 'own words'], ['c', 'edited words']);
    await stage.run({ signal });
    assert.equal(embedder.asked.length, 3);
    assert.deepEqual(await embedded(), ['a', 'b', 'c']);
  });

  it('takes the vectors of another model out at once, and finds its own again when it comes back', async () => {
    await write(['a', 'words']);
    await (await stageOf()).run({ signal });
    const first = embedder;
    embedder = scriptedEmbedder({ identity: { ...first.identity, model: 'another' } });
    const stage = await stageOf();
    assert.deepEqual(await embedded(), []);
    await stage.run({ signal });
    assert.deepEqual(await embedded(), ['a']);
    embedder = first;
    const asked = first.asked.length;
    await (await stageOf()).run({ signal });
    assert.equal(first.asked.length, asked, 'known from before');
    assert.deepEqual(await embedded(), ['a']);
  });

  it('keeps what was made when the embedder is gone in mid-run, and goes on from there', async () => {
    const stage = await stageOf();
    await write(...Array.from({ length: 12 }, (_, at) => [`d${at}`, `words ${at}`] as const));
    embedder.onCall = (call) => {
      if (call > 2) throw new AppError('EMBEDDER_UNAVAILABLE', 'transient', 'gone');
    };
    const { outcome, done } = await stage.run({ signal });
    assert.ok(outcome.kind === 'failed' && outcome.error.code === 'EMBEDDER_UNAVAILABLE');
    assert.equal(done, 8);
    assert.equal(slept.length, 2, 'tried again before it gave up');
    assert.equal((await store.embeddings.status()).problem?.code, 'EMBEDDER_UNAVAILABLE');
    embedder.onCall = () => undefined;
    assert.equal((await stage.run({ signal })).outcome.kind, 'done');
    assert.equal(new Set(embedder.asked).size, embedder.asked.length, 'no text twice');
    assert.equal((await store.embeddings.status()).problem, undefined);
  });

  it('waits as long as it is asked to', async () => {
    const stage = await stageOf();
    await write(['a', 'words']);
    embedder.onCall = (call) => {
      if (call === 1)
        throw new AppError('EMBEDDER_UNAVAILABLE', 'rate-limited', 'busy', { retryAfterMs: 7_000 });
    };
    assert.equal((await stage.run({ signal })).outcome.kind, 'done');
    assert.deepEqual(slept, [7_000]);
  });

  it('does not try again what waiting does not mend', async () => {
    const stage = await stageOf();
    await write(['a', 'words']);
    embedder.onCall = () => {
      throw new AppError('EMBEDDER_UNAUTHORISED', 'auth', 'wrong key');
    };
    const { outcome } = await stage.run({ signal });
    assert.ok(outcome.kind === 'failed' && outcome.error.code === 'EMBEDDER_UNAUTHORISED');
    assert.deepEqual(slept, []);
  });

  it('[embed.culprit] counts and names a refused chunk, and embeds its neighbours', async () => {
    embedder = scriptedEmbedder({ refuses: /poison/ });
    const stage = await stageOf();
    await write(['a', 'good', 'poison', 'also good'], ['b', 'poison']);
    const { outcome, refused } = await stage.run({ signal });
    assert.deepEqual([outcome.kind, refused], ['done', 1]);
    assert.deepEqual(
      (await store.embeddings.refusals(10)).map(({ documentId, ordinal }) => [documentId, ordinal]),
      [
        [`${SOURCE}/a`, 1],
        [`${SOURCE}/b`, 0],
      ],
    );
    assert.deepEqual(await embedded(), ['a']);
  });

  it("[embed.budget] stops at the day's budget and goes on the next day, paying nothing twice", async () => {
    let now = Date.UTC(2026, 0, 15, 23);
    const stage = await stageOf({ budget: { tokensPerDay: 45 }, now: () => now });
    await write(...Array.from({ length: 10 }, (_, at) => [`d${at}`, `words ${at}`] as const));
    const today = await stage.run({ signal });
    assert.equal(today.outcome.kind, 'budget');
    assert.equal((await store.embeddings.spent('2026-01-15')).tokens, 40);
    now += 3_600_000 * 2;
    await stage.run({ signal });
    assert.equal((await store.embeddings.spent('2026-01-16')).tokens, 40);
    now += 86_400_000;
    assert.equal((await stage.run({ signal })).outcome.kind, 'done');
    assert.equal(embedder.asked.length, 10);
  });

  it('counts money where there is a price', async () => {
    embedder = scriptedEmbedder({ pricePerMillionTokens: 100 });
    const stage = await stageOf({ budget: { usdPerDay: 1 } });
    await write(['a', 'one', 'two']);
    const { spend } = await stage.run({ signal });
    assert.deepEqual(spend, { texts: 2, tokens: 20, usd: 0.002 });
  });

  it('[embed.pause] stops when it is paused, in whatever process that was said', async () => {
    const stage = await stageOf();
    await write(...Array.from({ length: 8 }, (_, at) => [`d${at}`, `words ${at}`] as const));
    const elsewhere = await open();
    embedder.onCall = () => elsewhere.embeddings.setPaused(true);
    const { outcome, done } = await stage.run({ signal });
    await elsewhere.close();
    assert.deepEqual([outcome.kind, done], ['paused', 4]);
    await store.embeddings.setPaused(false);
    embedder.onCall = () => undefined;
    assert.equal((await stage.run({ signal })).outcome.kind, 'done');
  });

  it('leaves the backlog to the process that is at it', async () => {
    const stage = await stageOf({ holder: 'first' });
    await write(['a', 'words']);
    const other = await stageOf({ holder: 'second' });
    let second: string | undefined;
    embedder.onCall = async () => {
      const { outcome } = await other.run({ signal });
      second = outcome.kind === 'busy' ? outcome.holder : outcome.kind;
    };
    assert.equal((await stage.run({ signal })).outcome.kind, 'done');
    assert.equal(second, 'first');
    assert.equal(embedder.asked.length, 1);
  });

  it('leaves a document alone that is written again while it is embedded, and embeds what it says now', async () => {
    const stage = await stageOf();
    await write(['a', 'old words']);
    embedder.onCall = async (call) => {
      if (call === 1) await write(['a', 'new words']);
    };
    assert.equal((await stage.run({ signal })).outcome.kind, 'done');
    assert.deepEqual(embedder.asked, ['Title\nold words', 'Title\nnew words']);
    assert.deepEqual(await embedded(), ['a']);
  });

  it('spends nothing on documents in a language that the model does not know', async () => {
    embedder = scriptedEmbedder({ languages: ['en'] });
    const stage = await stageOf();
    await store.commit({
      source: SOURCE,
      lists: [allowList('all', ALICE)],
      upserts: [
        documentWrite(`${SOURCE}/ja`, { allow: ['all'] }, { parts: ['経費精算の期限'], language: 'ja' }),
      ],
    });
    assert.equal((await stage.run({ signal })).outcome.kind, 'done');
    assert.deepEqual(embedder.asked, []);
    assert.deepEqual(await store.embeddings.waiting(10), []);
  });

  it('follows what comes to wait, and writes nothing while nothing does', async () => {
    const controller = new AbortController();
    const versions: number[] = [];
    const access = await filterFor(store.catalog, ALICE);
    let looks = 0;
    const stage = await stageOf({
      sleep: async () => {
        looks++;
        const dense = { vector: vectorOf(seeded(1)), fingerprint: fingerprintOf(embedder) };
        versions.push((await store.index.search({ dense, candidates: 1 }, access, signal)).indexVersion);
        if (looks === 3) await write(['a', 'words']);
        if (looks === 6) controller.abort();
      },
    });
    const leases: string[] = [];
    const { acquireLease } = store.catalog;
    store.catalog.acquireLease = async (...args) => {
      leases.push(args[0]);
      return acquireLease(...args);
    };
    await stage.follow(controller.signal);
    assert.deepEqual(embedder.asked, ['Title\nwords']);
    assert.equal(leases.length, 1);
    assert.equal(versions[0], versions[2]);
  });

  it('ends between two calls when it is told to', async () => {
    const stage = await stageOf();
    await write(...Array.from({ length: 8 }, (_, at) => [`d${at}`, `words ${at}`] as const));
    const controller = new AbortController();
    embedder.onCall = () => controller.abort();
    const { outcome } = await stage.run({ signal: controller.signal });
    assert.equal(outcome.kind, 'cancelled');
    embedder.onCall = () => undefined;
    assert.equal((await stage.run({ signal })).outcome.kind, 'done');
    assert.equal(new Set(embedder.asked).size, embedder.asked.length, 'no text twice');
  });
});

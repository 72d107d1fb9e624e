import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it, mock } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '@fumikura/errors';
import type { SourceId } from '@fumikura/model';
import type { AccessFilter, Connector, LiveAnswer, Store } from '@fumikura/ports';
import { createSqliteStore } from '@fumikura/store-sqlite';
import { ask, filterOf, liveOver, page, sourceOf, USER } from './stage.ts';

const SETTINGS = { deadlineMs: 60_000, failures: 2, resetMs: 30_000, perMinute: 1_000 };
/** Of what answers at once all is there before this, of what never answers nothing. */
const SOON = { ...SETTINGS, deadlineMs: 10_000 };

describe('asking several sources at once', () => {
  let folder: string;
  let store: Store;
  let alice: AccessFilter;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fumi-live-'));
    store = await createSqliteStore({ file: join(folder, 'store.db'), inline: true });
    const accounts = ['one', 'two', 'three', 'four'].map((name) => `user:wiki:${name}:alice` as const);
    for (const principal of accounts) {
      const source: SourceId = `wiki:${principal.split(':')[2] ?? ''}`;
      await store.catalog.ensureSource(source);
      const part = { accounts: [{ principal, isActive: true, isPerson: true }] };
      await store.catalog.stageDirectory(source, 'run', part);
      await store.catalog.completeDirectory(source, 'run');
    }
    alice = await filterOf(store, accounts);
  });
  after(async () => {
    await store.close();
    await rm(folder, { recursive: true });
  });

  const one = (name = 'a') => sourceOf('wiki:one', [page('wiki:one', name)]);
  const coverage = async (connector: Connector, settings = {}) => {
    const knowledge = await liveOver(store, [connector], { settings: { ...SETTINGS, ...settings } });
    return async () => (await ask(knowledge, alice, 'rotating keys')).page.coverage;
  };
  const failing = (kind: 'transient' | 'invalid-input') =>
    sourceOf('wiki:one', [], () =>
      Promise.reject(new AppError('SOURCE_UNAVAILABLE', kind, 'no', { publicMessage: 'it is down' })),
    );

  it('[search.live-language] means the same by its words as the index does', async () => {
    const connector = sourceOf('wiki:one', [page('wiki:one', 'apple'), page('wiki:one', 'pear')]);
    const knowledge = await liveOver(store, [connector], { settings: SETTINGS });
    const found = async (query: string) =>
      (await ask(knowledge, alice, query)).page.hits.map(({ id }) => id).toSorted();
    assert.deepEqual(await found('rotating keys'), ['wiki:one/apple', 'wiki:one/pear']);
    assert.deepEqual(await found('rotating keys -pear'), ['wiki:one/apple']);
    assert.deepEqual(await found('keys "are rotated, pear"'), ['wiki:one/pear']);
    assert.deepEqual(await found('keys title:apple'), ['wiki:one/apple']);
    assert.deepEqual(await found('keys before:2026-01'), []);
  });

  it('[search.live-deadline] waits for no source longer than its deadline, and names the one that hangs', async () => {
    const readers = (name: string) => [`user:wiki:${name}:alice`];
    const others = ['two', 'three', 'four'].map((name) =>
      sourceOf(`wiki:${name}`, [page(`wiki:${name}`, name)], undefined, readers(name)),
    );
    const deaf = sourceOf('wiki:one', [], () => new Promise(() => undefined));
    const knowledge = await liveOver(store, [deaf, ...others], { settings: SOON });
    const { page: found } = await ask(knowledge, alice, 'rotating keys');
    assert.deepEqual(found.hits.map(({ source }) => source).sort(), ['wiki:four', 'wiki:three', 'wiki:two']);
    assert.ok(found.tookMs >= SOON.deadlineMs / 2, 'waiting for the sources is part of what it took');
    assert.equal(found.coverage.complete, false);
    assert.deepEqual(Object.fromEntries(found.coverage.sources.map(({ source, state }) => [source, state])), {
      'wiki:one': 'timed-out',
      'wiki:two': 'answered',
      'wiki:three': 'answered',
      'wiki:four': 'answered',
    });
  });

  it('[search.live-breaker] leaves a source alone that failed so often in a row, and asks it again after a while', async (t) => {
    let isDown = true;
    const source = sourceOf('wiki:one', [], async () => {
      if (isDown)
        throw new AppError('SOURCE_UNAVAILABLE', 'transient', 'no', { publicMessage: 'it is down' });
      return { hits: [] };
    });
    const search = await coverage(source);
    mock.timers.enable({ apis: ['Date'], now: Date.now() });
    t.after(() => mock.timers.reset());
    for (let time = 0; time < 2; time++)
      assert.deepEqual((await search()).sources, [
        { source: 'wiki:one', state: 'failed', reason: 'asked live: it is down' },
      ]);
    const [closed] = (await search()).sources;
    assert.match(closed?.reason ?? '', /failed 2 times in a row/);
    assert.equal(source.asked, 2);
    isDown = false;
    mock.timers.tick(SETTINGS.resetMs - 1);
    assert.equal((await search()).complete, false);
    assert.equal(source.asked, 2);
    mock.timers.tick(1);
    assert.equal((await search()).complete, true);
    assert.equal(source.asked, 3);
    assert.equal((await search()).complete, true);
    assert.equal(source.asked, 4);
  });

  it('asks a source on for others when what one person asked was refused', async () => {
    const source = failing('invalid-input');
    const search = await coverage(source);
    for (let time = 0; time < 4; time++) await search();
    assert.equal(source.asked, 4);
  });

  it('keeps to the searches of a minute, and says so', async (t) => {
    const source = one();
    mock.timers.enable({ apis: ['Date'], now: Date.now() });
    t.after(() => mock.timers.reset());
    const search = await coverage(source, { perMinute: 2 });
    await search();
    await search();
    const { sources } = await search();
    assert.equal(source.asked, 2);
    assert.match(sources[0]?.reason ?? '', /this minute are used up/);
    mock.timers.tick(30_000);
    await search();
    assert.equal(source.asked, 3);
  });

  it('lets no more searches of a source run at once than it may', async () => {
    let release = () => undefined as void;
    const released = new Promise<void>((resolve) => (release = resolve));
    const slow = sourceOf('wiki:one', [], () => released.then(() => ({ hits: [] })));
    const search = await coverage(slow, { concurrency: 2 });
    const all = [search(), search(), search()];
    const refused = await Promise.any(all.map(async (each) => assert.equal((await each).complete, false)));
    assert.equal(refused, undefined);
    release();
    assert.equal((await Promise.all(all)).filter(({ complete }) => !complete).length, 1);
    assert.equal(slow.asked, 2);
  });

  it('shows what was found before time ran out while items were still being read', async () => {
    const documents = [page('wiki:one', 'quick'), page('wiki:one', 'stuck')];
    const source = sourceOf('wiki:one', documents);
    const { refresh } = source;
    source.refresh = async function* (ids, signal) {
      for await (const changes of refresh?.(ids, signal) ?? []) {
        const isStuck = changes.some(
          (change) => change.kind === 'upsert' && change.document.id.endsWith('stuck'),
        );
        if (isStuck) await delay(60_000, undefined, { signal });
        yield changes;
      }
    };
    const knowledge = await liveOver(store, [source], { settings: SOON });
    const { page: found } = await ask(knowledge, alice, 'rotating keys');
    assert.deepEqual(
      found.hits.map(({ id }) => id),
      ['wiki:one/quick'],
    );
    assert.equal(found.coverage.sources[0]?.state, 'timed-out');
  });

  it('believes a source about its own items alone', async () => {
    const liar = sourceOf('wiki:two', [page('wiki:one', 'foreign'), page('wiki:two', 'own')], undefined, [
      'user:wiki:two:alice',
    ]);
    const knowledge = await liveOver(store, [liar], { settings: SETTINGS });
    const { page: found } = await ask(knowledge, alice, 'rotating keys');
    assert.deepEqual(
      found.hits.map(({ id }) => id),
      ['wiki:two/own'],
    );
  });

  it('[search.live-lies] takes no more of a source than was asked for, and nothing twice, whatever it says', async () => {
    const pages = Array.from({ length: 200 }, (_, at) => page('wiki:one', `many-${at}`));
    const hits = pages.flatMap(({ id }) => [{ id }, { id }]);
    const lies = async () => ({ hits, total: 1_000_000, isPartial: false }) as LiveAnswer;
    const source = sourceOf('wiki:one', pages, lies);
    const knowledge = await liveOver(store, [source], { settings: { ...SETTINGS, limit: 10, reads: 5 } });
    const { page: found } = await ask(knowledge, alice, 'rotating keys');
    const ids = found.hits.map(({ id }) => id);
    assert.equal(ids.length, 5);
    assert.equal(new Set(ids).size, 5);
    assert.deepEqual(source.read, ids);
  });

  it('shows nobody an item whose readers are not told, are nobody, or deny who asks', async () => {
    const hidden = [
      page('wiki:one', 'no-acl', { acl: { allow: [] } }),
      page('wiki:one', 'unknown-list', { acl: { allow: ['wiki:one/readers', 'wiki:one/never-read'] } }),
      page('wiki:one', 'denied', { acl: { allow: ['wiki:one/readers'], deny: [USER] } }),
    ];
    const source = sourceOf('wiki:one', [...hidden, page('wiki:one', 'open')]);
    const knowledge = await liveOver(store, [source], { settings: SETTINGS });
    const { page: found, withheld } = await ask(knowledge, alice, 'rotating keys');
    assert.deepEqual(
      found.hits.map(({ id }) => id),
      ['wiki:one/open'],
    );
    assert.deepEqual([...withheld].sort(), hidden.map(({ id }) => id).sort());
  });

  it('neither asks nor names a source for who has no account and no document there, or no role', async () => {
    const stranger = await filterOf(store, []);
    const source = one();
    const knowledge = await liveOver(store, [source], { settings: SETTINGS });
    assert.deepEqual((await ask(knowledge, stranger, 'rotating keys')).page.coverage.sources, []);
    const narrowed = await liveOver(store, [source], { settings: SETTINGS, maySee: () => false });
    assert.deepEqual((await ask(narrowed, alice, 'rotating keys')).page.coverage.sources, []);
    assert.equal(source.asked, 0);
  });

  it('says of a source that is not set up that it is not, and answers from the others', async () => {
    const knowledge = await liveOver(store, [], {
      sources: [
        {
          id: 'wiki:one',
          connector: () =>
            Promise.reject(
              new AppError('CONFIG_INVALID', 'config', 'x', { publicMessage: 'no token is set' }),
            ),
        },
      ],
      settings: SETTINGS,
    });
    const { page: found } = await ask(knowledge, alice, 'rotating keys');
    assert.deepEqual(found.coverage.sources, [
      { source: 'wiki:one', state: 'failed', reason: 'asked live: no token is set' },
    ]);
  });
});

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import { AppError } from '@fumikura/errors';
import type { AccessFilter, Connector, Store } from '@fumikura/ports';
import { createSqliteStore } from '@fumikura/store-sqlite';
import { allowList, documentWrite } from '@fumikura/testkit';
import { ask, filterOf, liveOver, page, sourceOf, USER } from './stage.ts';

const SETTINGS = { deadlineMs: 60_000, failures: 2, resetMs: 30_000, perMinute: 1_000 };
const WORDS = 'rotating keys';

describe('while the index is away', () => {
  let folder: string;
  let store: Store;
  let alice: AccessFilter;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fumi-live-instead-'));
    store = await createSqliteStore({ file: join(folder, 'store.db'), inline: true });
    for (const source of ['wiki:one', 'wiki:two'] as const) {
      await store.catalog.ensureSource(source);
      await store.commit({
        source,
        lists: [allowList(`${source}/old`, USER)],
        upserts: [
          documentWrite(`${source}/known`, { allow: [`${source}/old`] }, { parts: ['Keys, rotating'] }),
        ],
      });
    }
    const part = { accounts: [{ principal: USER, isActive: true, isPerson: true }] } as const;
    await store.catalog.stageDirectory('wiki:one', 'run', part);
    await store.catalog.completeDirectory('wiki:one', 'run');
    alice = await filterOf(store, [USER]);
  });
  after(async () => {
    await store.close();
    await rm(folder, { recursive: true });
  });

  const takeAway = (test: TestContext, code: 'STORE_UNREACHABLE' | 'UNEXPECTED' = 'STORE_UNREACHABLE') =>
    test.mock.method(store.index, 'search', () =>
      Promise.reject(new AppError(code, 'transient', 'no index here')),
    );
  const asking = async (connectors: readonly Connector[], access = alice) => {
    const knowledge = await liveOver(store, connectors, { settings: SETTINGS });
    return () => ask(knowledge, access, WORDS, { live: false });
  };

  it('[search.live-instead] asks the sources themselves, and says which answers are of what', async (test) => {
    const source = sourceOf('wiki:one', [page('wiki:one', 'fresh')]);
    const search = await asking([source]);
    assert.deepEqual((await search()).page.coverage.complete, false, 'never synced');
    assert.equal(source.asked, 0, 'nobody asked for it while the index answers');
    const away = takeAway(test);
    const { page: found } = await search();
    assert.deepEqual(
      found.hits.map(({ id, live }) => [id, live]),
      [['wiki:one/fresh', true]],
    );
    assert.deepEqual(found.coverage, {
      complete: false,
      sources: [
        {
          source: 'wiki:one',
          state: 'answered',
          reason: 'only itself was asked: the search index cannot be reached',
        },
        { source: 'wiki:two', state: 'failed', reason: 'the search index cannot be reached' },
      ],
    });
    assert.match(found.notices.join(), /the sources themselves were asked/);
    away.mock.restore();
    const again = await search();
    assert.deepEqual(
      again.page.hits.map(({ id, live }) => [id, live]),
      [['wiki:one/known', undefined]],
    );
    assert.equal(source.asked, 1);
  });

  it('shows nobody what their source would not show them', async (test) => {
    takeAway(test);
    const hidden = sourceOf('wiki:one', [page('wiki:one', 'fresh')], undefined, ['user:wiki:one:bob']);
    const { page: found, withheld } = await (await asking([hidden]))();
    assert.deepEqual([found.hits, withheld], [[], ['wiki:one/fresh']]);
    const source = sourceOf('wiki:one', [page('wiki:one', 'fresh')]);
    const { page: none } = await (await asking([source], await filterOf(store, [])))();
    assert.deepEqual([none.hits, none.coverage.sources, source.asked], [[], [], 0]);
  });

  it('still says that nothing was searched where no source answered', async (test) => {
    takeAway(test);
    const failing = sourceOf('wiki:one', [], () =>
      Promise.reject(new AppError('SOURCE_UNAVAILABLE', 'transient', 'no', { publicMessage: 'it is down' })),
    );
    for (const connectors of [[failing], []]) {
      const { page: found } = await (await asking(connectors))();
      assert.match(found.notices.join(), /nothing was searched/);
      assert.ok(found.coverage.sources.every(({ state }) => state === 'failed'));
    }
  });

  it('asks nobody in place of an index that has another fault', async (test) => {
    takeAway(test, 'UNEXPECTED');
    const source = sourceOf('wiki:one', [page('wiki:one', 'fresh')]);
    await assert.rejects((await asking([source]))(), /no index here/);
    assert.equal(source.asked, 0);
  });
});

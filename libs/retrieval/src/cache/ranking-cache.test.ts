import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { SearchIndex } from '@fumikura/ports';
import { createKnowledge } from '../index.ts';
import type { Knowledge } from '../index.ts';
import { FEW, openWorld } from '../testing/world.ts';
import type { World } from '../testing/world.ts';

const signal = new AbortController().signal;

describe('rankings asked before', () => {
  let world: World;
  let knowledge: Knowledge;
  let clock = 0;
  let searches = 0;
  const titles = async (query: string, ...principals: Parameters<World['as']>) => {
    const { hits } = await knowledge.search({ query }, await world.as(...principals), signal);
    return hits.map(({ title }) => title).sort();
  };
  const counts = () => knowledge.cacheCounts?.() ?? assert.fail();

  beforeEach(async () => {
    world = await openWorld();
    await world.write({
      a: { text: 'walrus' },
      b: { text: 'walrus' },
      secret: { text: 'walrus', readers: 'few' },
    });
    const counting: SearchIndex = {
      ...world.store.index,
      search: (...args) => {
        searches++;
        return world.store.index.search(...args);
      },
    };
    searches = 0;
    knowledge = await createKnowledge({ store: { ...world.store, index: counting }, now: () => clock });
  });
  afterEach(() => world.close());

  it('[cache.shared] are used again by everybody who may read the same, and by nobody else', async () => {
    assert.deepEqual(await titles('walrus', 'anyone'), ['a', 'b']);
    assert.deepEqual(await titles('walrus', 'anyone', 'user:x:7'), ['a', 'b']);
    assert.equal(searches, 1);
    assert.deepEqual(await titles('walrus', 'anyone', FEW), ['a', 'b', 'secret']);
    assert.deepEqual(await titles('walrus', 'anyone'), ['a', 'b']);
    assert.deepEqual([searches, counts().hits, counts().misses], [2, 2, 2]);
  });

  it('[cache.fresh] hold what was written since, without being made anew', async () => {
    await titles('walrus', 'anyone');
    await world.write({ other: { text: 'penguin' } });
    assert.deepEqual(await titles('walrus', 'anyone'), ['a', 'b']);
    await world.write({ c: { text: 'a walrus too' } });
    assert.deepEqual(await titles('walrus', 'anyone'), ['a', 'b', 'c']);
    await world.write({ a: { text: 'nothing of it any more' } });
    assert.deepEqual(await titles('walrus', 'anyone'), ['b', 'c']);
    await world.store.commit({ source: 'wiki:t', removals: ['wiki:t/b'] });
    assert.deepEqual(await titles('walrus', 'anyone'), ['c']);
    assert.deepEqual([searches, counts().outdated], [1, 0]);
    assert.ok(counts().amended >= 3);
  });

  it('[cache.fresh] stand in the order of a ranking made anew', async () => {
    const order = async (of: Knowledge) =>
      (await of.search({ query: 'walrus tusk' }, await world.as('anyone'), signal)).hits.map(
        ({ title }) => title,
      );
    const many = Array.from({ length: 40 }, (_, at) => [
      `m${at}`,
      { text: `walrus ${'word '.repeat(10 + 3 * at)}` },
    ]);
    await world.write(Object.fromEntries(many));
    await order(knowledge);
    await world.write({
      best: { text: 'walrus tusk' },
      middle: { text: `walrus ${'word '.repeat(14)}` },
      last: { text: `walrus ${'word '.repeat(300)}` },
    });
    await world.write({ m2: { text: 'gone' } });
    const anew = await createKnowledge({ store: world.store, cacheBytes: 0 });
    assert.deepEqual(await order(knowledge), await order(anew));
    assert.deepEqual([searches, counts().amended], [1, 1]);
    assert.deepEqual((await order(knowledge)).slice(0, 2), ['best', 'a']);
  });

  it('[cache.fresh] are made anew when much of the index was written, or more than is kept went away', async () => {
    const many = (text: string, from: number, count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, at) => [`n${from + at}`, { text }]));
    await world.write(many('walrus', 0, 40));
    await titles('walrus', 'anyone');
    await world.write(many('penguin', 100, 25));
    await titles('walrus', 'anyone');
    assert.deepEqual([searches, counts().outdated], [2, 1]);
    const { hits } = await knowledge.search({ query: 'walrus', limit: 10 }, await world.as('anyone'), signal);
    await world.store.commit({ source: 'wiki:t', removals: hits.map(({ id }) => id) });
    assert.equal((await titles('walrus', 'anyone')).length, 10);
    assert.deepEqual([searches, counts().outdated], [3, 2]);
  });

  it('are those of a question in other clothes: case, width, blanks, order of words and filters', async () => {
    await world.write({ d: { text: 'walrus tusk' } });
    const ask = async (query: string, labels: readonly string[]) =>
      knowledge.search({ query, filter: { labels } }, await world.as('anyone'), signal);
    for (const label of ['x', 'y']) await world.write({ [label]: { text: 'walrus tusk', labels: [label] } });
    await ask('walrus  tusk', ['x', 'y']);
    await ask('Ｔｕｓｋ WALRUS', ['y', 'x']);
    assert.deepEqual([searches, counts().hits], [1, 1]);
    await ask('walrus', ['y', 'x']);
    await ask('walrus tusk', ['y']);
    assert.equal(searches, 3);
  });

  it('[cache.fresh] follow every change of readers', async () => {
    await titles('walrus', 'anyone');
    await world.store.commit({ source: 'wiki:t', acls: [{ id: 'wiki:t/secret', acl: { allow: ['all'] } }] });
    assert.deepEqual(await titles('walrus', 'anyone'), ['a', 'b', 'secret']);
    await world.store.catalog.putLists([{ id: 'all', members: [FEW], readAt: '2026-01-01T00:00:00Z' }]);
    assert.deepEqual(await titles('walrus', 'anyone'), []);
  });

  it('check again what they show, even with rights of a moment ago', async () => {
    const before = await world.as('anyone');
    await knowledge.search({ query: 'walrus' }, before, signal);
    await world.store.catalog.putLists([{ id: 'all', members: [FEW], readAt: '2026-01-01T00:00:00Z' }]);
    const withheld: string[] = [];
    const page = await knowledge.search({ query: 'walrus' }, before, signal, (found) =>
      withheld.push(...found.map(({ id }) => id)),
    );
    assert.deepEqual([page.hits, withheld.sort()], [[], ['wiki:t/a', 'wiki:t/b']]);
  });

  it('stay when what was written is nothing to the asker', async () => {
    await titles('walrus', 'anyone');
    await world.write({ more: { text: 'walrus', readers: 'few' } });
    assert.deepEqual(await titles('walrus', 'anyone'), ['a', 'b']);
    assert.equal(searches, 1);
    assert.deepEqual(await titles('walrus', 'anyone', FEW), ['a', 'b', 'more', 'secret']);
  });

  it('lead to a whole page although only their beginning is kept', async () => {
    const many = Array.from({ length: 40 }, (_, at) => [`m${at}`, { text: `narwhal ${at}` }]);
    await world.write(Object.fromEntries(many));
    const access = await world.as('anyone');
    const page = async (cursor?: string) =>
      knowledge.search({ query: 'narwhal', limit: 10, ...(cursor && { cursor }) }, access, signal);
    await page();
    // Removed since: the second check leaves nothing of what was kept.
    const { hits } = await page();
    const kept = (await knowledge.search({ query: 'narwhal', limit: 25 }, access, signal)).hits;
    const removals = kept.slice(0, 22).map(({ id }) => id);
    await world.store.commit({ source: 'wiki:t', removals });
    const again = await page();
    assert.deepEqual([hits.length, again.hits.length], [10, 10]);
    assert.notEqual(again.nextCursor, undefined);
  });

  it('live no longer than a day, and not beyond a clock that jumps back', async () => {
    clock = 10_000_000;
    await titles('walrus', 'anyone');
    clock += 24 * 3_600_000;
    await titles('walrus', 'anyone');
    assert.equal(searches, 2);
    clock -= 1;
    await titles('walrus', 'anyone');
    assert.equal(searches, 3);
  });

  it('are made once for those who ask the same at the same time', async () => {
    const access = await world.as('anyone');
    const asked = Array.from({ length: 5 }, () => knowledge.search({ query: 'walrus' }, access, signal));
    const pages = await Promise.all(asked);
    assert.ok(pages.every(({ hits }) => hits.length === 2));
    assert.deepEqual([searches, counts().joined], [1, 4]);
  });

  it('of somebody who went away do not end with them for the others', async () => {
    const access = await world.as('anyone');
    const away = new AbortController();
    const first = knowledge.search({ query: 'walrus' }, access, away.signal);
    const second = knowledge.search({ query: 'walrus' }, access, signal);
    away.abort();
    await assert.rejects(first, { code: 'CANCELLED' });
    assert.equal((await second).hits.length, 2);
  });

  it('take no more memory than they are given', async () => {
    const small = await createKnowledge({ store: world.store, cacheBytes: 9_000 });
    for (let at = 0; at < 40; at++)
      await small.search({ query: `walrus ${at}` }, await world.as('anyone'), signal);
    const { bytes = 0, evicted = 0 } = small.cacheCounts?.() ?? {};
    assert.ok(evicted > 20, String(evicted));
    assert.ok(bytes > 0 && bytes <= 9_000, String(bytes));
    const none = await createKnowledge({ store: world.store, cacheBytes: 0 });
    assert.equal(none.cacheCounts?.(), undefined);
  });
});

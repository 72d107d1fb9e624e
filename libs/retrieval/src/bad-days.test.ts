import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { coverageOf } from './coverage.ts';
import { createCursorSealer } from './cursor.ts';
import { createKnowledge } from './index.ts';
import type { Knowledge } from './index.ts';
import { createDayBudget } from './rerank/day-budget.ts';
import { openWorld } from './testing/world.ts';
import type { World } from './testing/world.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const NOON = Date.parse('2026-03-02T12:00:00Z');
const signal = new AbortController().signal;

describe('queries that nobody expected', () => {
  let world: World;
  let knowledge: Knowledge;
  const search = async (query: string) =>
    knowledge.search({ query, facets: true, explain: true }, await world.as('anyone'), signal);

  before(async () => {
    world = await openWorld();
    await world.write({
      Keys: { text: 'How to rotate signing keys.' },
      鍵: { text: '署名鍵の交換は四半期ごとに行います。', language: 'ja' },
    });
    knowledge = await createKnowledge({ store: world.store });
  });
  after(() => world.close());

  for (const [language, query] of Object.entries({
    Thai: 'วิธีเปลี่ยนกุญแจ',
    Arabic: 'كيفية تغيير المفاتيح',
    Korean: '서명 키를 교체하는 방법',
    Russian: 'как сменить ключи',
    Hindi: 'चाबियाँ कैसे बदलें',
  }))
    it(`[query.foreign] finds nothing for one in ${language}, guesses nothing, and says where it looked`, async () => {
      const page = await search(query);
      assert.deepEqual([page.hits, page.corrections, page.facets?.documents], [[], undefined, 0]);
      assert.deepEqual(
        page.coverage.sources.map(({ source }) => source),
        ['wiki:t'],
      );
    });

  it('refuses one emoji and 2,000 words with what to do, and answers an emoji beside a word', async () => {
    await assert.rejects(search('🦦'), { code: 'QUERY_WITHOUT_TERMS' });
    await assert.rejects(search('keys '.repeat(2_000)), { code: 'QUERY_TOO_LONG' });
    assert.equal((await search('🦦 keys')).hits[0]?.title, 'Keys');
    assert.equal((await search(`keys ${'rotate '.repeat(284)}`)).hits[0]?.title, 'Keys');
  });
});

describe('a clock that jumps', () => {
  const source = (lastCompletedAt: string) =>
    coverageOf([{ id: 'wiki:t', documents: 1, state: 'ready', lastCompletedAt }], DAY_MS, NOON);

  it('[search.clock] makes no source look fresh that was synced in days to come', () => {
    const wrong = source('2027-03-02T12:00:00Z');
    assert.equal(wrong.complete, false);
    assert.match(wrong.sources[0]?.reason ?? '', /2027-03-02T12:00:00Z.*a clock is wrong/u);
    assert.equal(source('2026-03-02T12:04:00Z').complete, true);
    assert.equal(source('2026-03-02T11:00:00Z').complete, true);
    assert.equal(source('2026-02-02T12:00:00Z').complete, false);
  });

  it('[search.clock] ends a cursor in either direction, and no other one', async () => {
    const world = await openWorld();
    let now = NOON;
    const cursors = await createCursorSealer(world.store.catalog, () => now);
    const cursor = cursors.seal(10, ['alice']);
    for (const [jump, isUsable] of [
      [0, true],
      [0.9 * HOUR_MS, true],
      [-0.9 * HOUR_MS, true],
      [1.1 * HOUR_MS, false],
      [-2 * HOUR_MS, false],
      [-365 * DAY_MS, false],
    ] as const) {
      now = NOON + jump;
      const open = () => cursors.open(cursor, ['alice']);
      if (isUsable) assert.equal(open(), 10, String(jump));
      else assert.throws(open, { code: 'CURSOR_INVALID' }, String(jump));
    }
    await world.close();
  });

  it('[search.clock] gives no budget of a day twice, and the next one on the next day', () => {
    let now = NOON;
    const budget = createDayBudget({ tokensPerDay: 100 }, undefined, () => now);
    budget.reserve(80);
    budget.spent(80);
    for (const jump of [-DAY_MS, 0, -30 * DAY_MS]) {
      now = NOON + jump;
      assert.throws(() => budget.reserve(80), { code: 'BUDGET_SPENT' });
    }
    now += DAY_MS;
    budget.reserve(80);
  });
});

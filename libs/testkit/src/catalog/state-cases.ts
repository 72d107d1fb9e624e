import assert from 'node:assert/strict';
import type { CatalogCases } from './open-catalog.ts';

const SPACE = 'slack.shared';

export const stateCases: CatalogCases = {
  '[store.state] what is put is there for every process until it is removed': async (
    { catalog: { state } },
    openAnother,
  ) => {
    const value = { list: [1, 'two', null], text: 'nul \0 and \u65e5' };
    const put = await state.put(SPACE, { key: 'a', value });
    const { state: elsewhere } = (await openAnother()).catalog;
    assert.deepEqual(await elsewhere.get(SPACE, 'a'), put);
    assert.deepEqual(put?.value, value);
    assert.equal(await elsewhere.get('slack.workspace', 'a'), undefined);
    assert.equal(await elsewhere.remove(SPACE, 'a'), true);
    assert.equal(await elsewhere.remove(SPACE, 'a'), false);
    assert.equal(await state.get(SPACE, 'a'), undefined);
  },

  '[store.state] of two who saw the same version one writes, and the other is refused': async ({
    catalog: { state },
  }) => {
    const made = await Promise.all([1, 2].map((value) => state.put(SPACE, { key: 'a', value, expected: 0 })));
    const [first] = made.filter((each) => each !== undefined);
    assert.ok(first);
    assert.equal(made.filter(Boolean).length, 1);
    const seen = { key: 'a', expected: first.version };
    const changed = await Promise.all([3, 4].map((value) => state.put(SPACE, { ...seen, value })));
    assert.equal(changed.filter(Boolean).length, 1);
    assert.equal(await state.remove(SPACE, 'a', first.version), false);
    const now = changed.find(Boolean);
    assert.deepEqual(await state.get(SPACE, 'a'), now);
    assert.equal(await state.remove(SPACE, 'a', now?.version), true);
    const again = await state.put(SPACE, { key: 'a', value: 5, expected: 0 });
    assert.ok(again && ![first.version, now?.version].includes(again.version), 'no version comes back');
    assert.equal(await state.put(SPACE, { ...seen, value: 6 }), undefined);
  },

  '[store.state] what has expired is as if it had been removed': async ({ catalog: { state } }) => {
    await state.put(SPACE, { key: 'old', value: 1, expiresAt: Date.now() - 1 });
    await state.put(SPACE, { key: 'new', value: 2, expiresAt: Date.now() + 600_000 });
    assert.equal(await state.get(SPACE, 'old'), undefined);
    assert.equal(await state.remove(SPACE, 'old'), false);
    assert.deepEqual(
      (await state.list(SPACE, { limit: 9 })).map(({ key }) => key),
      ['new'],
    );
    assert.ok(await state.put(SPACE, { key: 'old', value: 3, expected: 0 }));
    assert.equal((await state.get(SPACE, 'old'))?.value, 3);
  },

  '[store.state] keys are listed in order, by prefix, and page by page': async ({ catalog: { state } }) => {
    for (const key of ['b/2', 'a/1', 'b/10', 'b_1', 'b%', 'B/1', 'b/\u65e5'])
      await state.put(SPACE, { key, value: key });
    const keys = async (range: Parameters<typeof state.list>[1]) =>
      (await state.list(SPACE, range)).map(({ key }) => key);
    assert.deepEqual(await keys({ prefix: 'b/', limit: 9 }), ['b/10', 'b/2', 'b/\u65e5']);
    assert.deepEqual(await keys({ prefix: 'b/', after: 'b/10', limit: 1 }), ['b/2']);
    assert.deepEqual(await keys({ prefix: 'b%', limit: 9 }), ['b%']);
    assert.equal((await keys({ limit: 9 })).length, 7);
  },

  '[store.state] a change of several entries is made whole or not at all': async (
    { catalog: { state } },
    openAnother,
  ) => {
    const { state: elsewhere } = (await openAnother()).catalog;
    const many = Array.from({ length: 2_500 }, (_, index) => ({ key: `n${index}`, value: index }));
    assert.equal(
      await state.change(SPACE, { puts: [{ key: 'head', value: 1, expected: 0 }, ...many] }),
      true,
    );
    const before = await elsewhere.list(SPACE, { limit: 9_999 });
    assert.equal(before.length, 2_501);
    const late = [
      { key: 'n0', value: 'never' },
      { key: 'head', value: 2, expected: 0 },
    ];
    assert.equal(await elsewhere.change(SPACE, { puts: late, removals: ['n1'] }), false);
    assert.deepEqual(await state.list(SPACE, { limit: 9_999 }), before);
    const { version } = (await elsewhere.get(SPACE, 'head')) ?? assert.fail();
    const next = { key: 'head', value: 2, expected: version };
    const n0 = await state.get(SPACE, 'n0');
    const done = await elsewhere.change(SPACE, {
      puts: [next, { key: 'n0', value: 0, expiresAt: Date.now() + 600_000 }],
      removals: ['n1', 'absent'],
    });
    assert.equal(done, true);
    assert.equal(await state.get(SPACE, 'n1'), undefined);
    const rewritten = await state.get(SPACE, 'n0');
    assert.ok(n0 && rewritten && rewritten.version !== n0.version, 'a write gives another version');
    const versions = (await state.list(SPACE, { limit: 9_999 })).map((each) => each.version);
    assert.equal(new Set(versions).size, versions.length, 'no two entries share one');
  },

  '[store.state] of changes that begin from the same entry at once one is made': async (
    { catalog: { state } },
    openAnother,
  ) => {
    const { state: elsewhere } = (await openAnother()).catalog;
    const change = (of: typeof state, name: string) =>
      of.change(SPACE, {
        puts: [
          { key: name, value: name },
          { key: 'head', value: name, expected: 0 },
        ],
      });
    const made = await Promise.all([change(state, 'a'), change(elsewhere, 'b'), change(state, 'c')]);
    assert.equal(made.filter(Boolean).length, 1);
    const entries = await state.list(SPACE, { limit: 9 });
    assert.deepEqual(
      entries.map(({ value }) => value),
      [entries[0]?.value, entries[0]?.value],
    );
  },
};

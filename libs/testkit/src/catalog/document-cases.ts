import assert from 'node:assert/strict';
import { ALICE, BOB, documentWrite, filterFor, headOf } from '../builders.ts';
import { MAIL, WIKI } from './open-catalog.ts';
import type { CatalogCases } from './open-catalog.ts';
import { ALL, HERS, idsOf, LISTS, valuesOf } from './two-callers.ts';

/** What of a document stays, changes and goes. */
export const documentCases: CatalogCases = {
  'an empty catalog answers every question with nothing': async ({ catalog }) => {
    const access = await filterFor(catalog, ALICE);
    assert.deepEqual(await catalog.sources(), []);
    assert.deepEqual(await catalog.readable(['test:wiki/a'], access), []);
    assert.equal(await catalog.text('test:wiki/a', access), undefined);
    assert.deepEqual(await catalog.passages([{ documentId: 'test:wiki/a', ordinal: 0 }], access), [
      undefined,
    ]);
    assert.deepEqual(await catalog.fieldValues('kind', access, 10), []);
    assert.equal((await catalog.known(['test:wiki/a'])).size, 0);
    assert.deepEqual(await catalog.listIds(WIKI, undefined, 10), []);
    assert.deepEqual([...(await catalog.readableAcls([ALICE])).aclIds], []);
    assert.deepEqual(await catalog.lists(['all']), []);
    assert.equal(await catalog.checkpoint(WIKI), undefined);
    assert.deepEqual(await catalog.runs(undefined, 10), []);
    assert.deepEqual(await catalog.deadLetters(undefined, 10), []);
    assert.equal(await catalog.removeSource(WIKI), 0);
  },

  'a document comes back as it was written': async ({ catalog, commit }) => {
    const write = documentWrite('test:wiki/a/b c', ALL, {
      title: 'Überschrift 見出し',
      parts: ['first 🙂 part', 'zero \u0000 byte', '第三の部分'],
      outline: [{ heading: 'One', level: 2, start: 0, end: 4 }],
      kind: 'file',
      language: 'ja',
      createdAt: '2025-01-01T00:00:00.000Z',
      updatedAt: '2025-02-01T00:00:00.000Z',
      authors: ['Mika', 'Jon'],
      labels: ['x', '日本'],
      breadcrumbs: ['Space', 'Page'],
      parent: 'test:wiki/a',
      fields: { nested: { deep: [1, null, 'x'] } },
      notices: ['2 hidden sheets'],
    });
    await commit({ source: WIKI, lists: LISTS, upserts: [write] });
    const access = await filterFor(catalog, ALICE);
    const [record] = await catalog.readable([write.document.id], access);
    assert.ok(record);
    const { aclId, similarity, syncedAt, ...facts } = record;
    const { text, outline, ...expected } = write.document;
    assert.deepEqual(facts, expected);
    assert.equal(similarity, write.similarity);
    assert.ok(Number.isInteger(aclId) && !Number.isNaN(Date.parse(syncedAt)));
    const { history, ...stored } = (await catalog.text(write.document.id, access)) ?? {};
    assert.deepEqual(stored, { id: write.document.id, text, outline, chunks: write.chunks });
    assert.deepEqual([history?.added, history?.removed], [[], []]);
  },

  'a text knows which of its passages came later, and how many went away': async ({ catalog, commit }) => {
    const put = (version: string, parts: readonly string[]) =>
      commit({
        source: WIKI,
        lists: LISTS,
        upserts: [documentWrite('test:wiki/a', ALL, { version, parts: [...parts] })],
      });
    const historyNow = async () => {
      const stored = await catalog.text('test:wiki/a', await filterFor(catalog, ALICE));
      assert.ok(stored?.history);
      const { added, removed, from } = stored.history;
      return {
        from,
        added: added.map(({ start, end, at }) => ({ text: stored.text.slice(start, end).trim(), at })),
        removed,
      };
    };
    await put('1', ['kept', 'to be dropped']);
    const first = await historyNow();
    await put('2', ['kept', 'second']);
    const second = await historyNow();
    assert.deepEqual(
      second.added.map(({ text }) => text),
      ['second'],
    );
    assert.equal(second.from, first.from);
    assert.deepEqual(
      second.removed.map(({ passages }) => passages),
      [1],
    );
    await put('3', ['third', 'second', 'kept']);
    const third = await historyNow();
    assert.deepEqual(
      third.added.map(({ text }) => text),
      ['third', 'second'],
    );
    assert.equal(third.added[1]?.at, second.added[0]?.at, 'what only moved keeps its date');
    // As another store brings it.
    const history = { from: '2020-01-01T00:00:00.000Z', added: [], removed: [] };
    await commit({ source: WIKI, upserts: [{ ...documentWrite('test:wiki/b', ALL), history }] });
    const brought = await catalog.text('test:wiki/b', await filterFor(catalog, ALICE));
    assert.deepEqual(brought?.history, history);
  },

  'a second write of a document replaces the first': async ({ catalog, commit }) => {
    const first = documentWrite('test:wiki/a', ALL, { parts: ['one', 'two', 'three'] });
    const second = documentWrite('test:wiki/a', ALL, { parts: ['four'], version: '2' });
    await commit({ source: WIKI, lists: LISTS, upserts: [first] });
    await commit({ source: WIKI, upserts: [second] });
    const access = await filterFor(catalog, ALICE);
    assert.equal((await catalog.text('test:wiki/a', access))?.text, 'four');
    assert.equal((await catalog.known(['test:wiki/a'])).get('test:wiki/a')?.version, '2');
    const [source] = await catalog.sources();
    assert.deepEqual([source?.documents, source?.chunks], [1, 1]);
  },

  'a batch written twice leaves what it left the first time': async ({ catalog, commit }) => {
    const batch = {
      source: WIKI,
      lists: LISTS,
      upserts: [documentWrite('test:wiki/a', ALL), documentWrite('test:wiki/b', HERS)],
      removals: ['test:wiki/gone'],
      checkpoint: { page: 3 },
    } as const;
    const state = async () => {
      const access = await filterFor(catalog, ALICE);
      const records = await catalog.readable(['test:wiki/a', 'test:wiki/b'], access);
      return {
        records: records.map(({ syncedAt: _, ...record }) => record),
        kinds: await valuesOf(catalog, 'kind', access),
        sources: await catalog.sources(),
        version: await catalog.accessVersion(),
      };
    };
    await commit(batch);
    const once = await state();
    await commit(batch);
    assert.deepEqual(await state(), once);
  },

  'new facts of an unchanged body keep its text and its title': async ({ catalog, commit }) => {
    const write = documentWrite('test:wiki/a', ALL, { title: 'From the body', parts: ['body'] });
    await commit({ source: WIKI, lists: LISTS, upserts: [write] });
    const { contentHash } = write.document;
    const head = headOf(write);
    const changed = {
      ...head,
      title: 'Fallback of the source',
      version: '2',
      url: 'https://example.test/moved',
      updatedAt: '2026-03-01T00:00:00.000Z',
      acl: HERS,
    };
    await commit({ source: WIKI, heads: [changed, { ...changed, id: 'test:wiki/unknown' }] });
    const access = await filterFor(catalog, ALICE);
    const [record] = await catalog.readable([head.id, 'test:wiki/unknown'], access);
    assert.deepEqual(
      [record?.title, record?.version, record?.url, record?.updatedAt, record?.contentHash],
      ['From the body', '2', changed.url, changed.updatedAt, contentHash],
    );
    assert.equal((await catalog.text(head.id, access))?.text, 'body');
    assert.deepEqual(await idsOf(catalog, [head.id], await filterFor(catalog, BOB)), []);
  },

  'a removed document is gone with its text': async ({ catalog, commit }) => {
    const upserts = [documentWrite('test:wiki/a', ALL), documentWrite('test:wiki/b', ALL)];
    await commit({ source: WIKI, lists: LISTS, upserts });
    await commit({ source: WIKI, removals: ['test:wiki/a', 'test:wiki/never'] });
    const access = await filterFor(catalog, ALICE);
    assert.deepEqual(await idsOf(catalog, ['test:wiki/a', 'test:wiki/b'], access), ['test:wiki/b']);
    assert.equal(await catalog.text('test:wiki/a', access), undefined);
    assert.deepEqual([...(await catalog.known(['test:wiki/a', 'test:wiki/b'])).keys()], ['test:wiki/b']);
    assert.deepEqual(
      (await catalog.sources()).map(({ documents }) => documents),
      [1],
    );
  },

  'ids of a source come in ascending order and in pages': async ({ catalog, commit }) => {
    const names = ['b', 'a', 'c', 'Z', 'é', 'ab'];
    await commit({ source: WIKI, upserts: names.map((name) => documentWrite(`test:wiki/${name}`, ALL)) });
    await commit({ source: MAIL, upserts: [documentWrite('test:mail/x', ALL)] });
    const pages: string[] = [];
    for (let after: string | undefined; ;) {
      const page: readonly string[] = await catalog.listIds(WIKI, after, 2);
      assert.ok(page.length <= 2);
      pages.push(...page);
      after = page.at(-1);
      if (after === undefined) break;
    }
    assert.deepEqual(pages.toSorted(), names.map((name) => `test:wiki/${name}`).toSorted());
    assert.deepEqual(
      pages,
      ['Z', 'a', 'ab', 'b', 'c', 'é'].map((name) => `test:wiki/${name}`),
    );
  },

  'another opening sees what was committed': async ({ catalog, commit }, openAnother) => {
    const other = await openAnother();
    await commit({ source: WIKI, lists: LISTS, upserts: [documentWrite('test:wiki/a', ALL)], checkpoint: 1 });
    const access = await filterFor(other.catalog, BOB);
    assert.deepEqual(await idsOf(other.catalog, ['test:wiki/a'], access), ['test:wiki/a']);
    assert.equal(await other.catalog.checkpoint(WIKI), 1);
    assert.deepEqual(await valuesOf(other.catalog, 'kind', access), ['page 1']);
    await other.commit({ source: WIKI, removals: ['test:wiki/a'], checkpoint: 2 });
    assert.deepEqual(await idsOf(catalog, ['test:wiki/a'], access), []);
    assert.deepEqual(await valuesOf(catalog, 'kind', access), []);
    assert.equal(await catalog.checkpoint(WIKI), 2);
  },
};

import assert from 'node:assert/strict';
import type { AccessFilter, Catalog, FilterField } from '@fumikura/ports';
import { ALICE, allowList, BOB, documentWrite, filterFor, forgedFilter, headOf } from '../builders.ts';
import { rejectsWith } from '../contract.ts';
import { MAIL, WIKI } from './open-catalog.ts';
import type { CatalogCases } from './open-catalog.ts';

const LISTS = [allowList('all', ALICE, BOB), allowList('hers', ALICE)];
const ALL = { allow: ['all'] };
const HERS = { allow: ['hers'] };

const idsOf = async (catalog: Catalog, ids: readonly string[], access: AccessFilter) =>
  (await catalog.readable(ids, access)).map(({ id }) => id);

const valuesOf = async (catalog: Catalog, field: FilterField, access: AccessFilter, limit = 100) =>
  (await catalog.fieldValues(field, access, limit)).map(({ value, documents }) => `${value} ${documents}`);

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

  'records come in the order asked for, without what is absent or forbidden': async ({ catalog, commit }) => {
    const upserts = ['c', 'a', 'b'].map((name) => documentWrite(`test:wiki/${name}`, ALL));
    await commit({ source: WIKI, lists: LISTS, upserts: [...upserts, documentWrite('test:wiki/h', HERS)] });
    const asked = ['test:wiki/b', 'test:wiki/h', 'test:wiki/nowhere', 'test:wiki/c', 'test:wiki/a'];
    const answer = await idsOf(catalog, asked, await filterFor(catalog, BOB));
    assert.deepEqual(answer, ['test:wiki/b', 'test:wiki/c', 'test:wiki/a']);
    assert.deepEqual(await idsOf(catalog, asked, await filterFor(catalog)), []);
  },

  'passages are spans of the text, one per request, nothing where there is none': async ({
    catalog,
    commit,
  }) => {
    const upserts = [
      documentWrite('test:wiki/a', ALL, { parts: ['first 🙂', 'second', 'third'] }),
      documentWrite('test:wiki/h', HERS, { parts: ['hers alone'] }),
    ];
    await commit({ source: WIKI, lists: LISTS, upserts });
    const wanted = [
      { documentId: 'test:wiki/a', ordinal: 1 },
      { documentId: 'test:wiki/h', ordinal: 0 },
      { documentId: 'test:wiki/a', ordinal: 7 },
      { documentId: 'test:wiki/nowhere', ordinal: 0 },
      { documentId: 'test:wiki/a', ordinal: 0 },
    ];
    const texts = async (access: AccessFilter) =>
      (await catalog.passages(wanted, access)).map((passage) => passage?.text);
    assert.deepEqual(await texts(await filterFor(catalog, BOB)), [
      'second',
      undefined,
      undefined,
      undefined,
      'first 🙂',
    ]);
    assert.equal((await texts(await filterFor(catalog, ALICE)))[1], 'hers alone');
    const [passage] = await catalog.passages(wanted, await filterFor(catalog, BOB));
    assert.deepEqual(passage?.chunk, upserts[0]?.chunks[1]);
  },

  'a text of another caller is not there': async ({ catalog, commit }) => {
    await commit({ source: WIKI, lists: LISTS, upserts: [documentWrite('test:wiki/h', HERS)] });
    assert.equal(await catalog.text('test:wiki/h', await filterFor(catalog, BOB)), undefined);
    assert.equal((await catalog.text('test:wiki/h', await filterFor(catalog, ALICE)))?.text, 'test:wiki/h');
  },

  '[access.required] an object that access did not make is refused everywhere': async ({
    catalog,
    commit,
  }) => {
    await commit({ source: WIKI, lists: LISTS, upserts: [documentWrite('test:wiki/a', ALL)] });
    const forged = forgedFilter();
    await rejectsWith('ACCESS_FILTER_INVALID', () => catalog.readable(['test:wiki/a'], forged));
    await rejectsWith('ACCESS_FILTER_INVALID', () => catalog.text('test:wiki/a', forged));
    await rejectsWith('ACCESS_FILTER_INVALID', () =>
      catalog.passages([{ documentId: 'test:wiki/a', ordinal: 0 }], forged),
    );
    await rejectsWith('ACCESS_FILTER_INVALID', () => catalog.fieldValues('kind', forged, 10));
  },

  '[access.values] values of a field count readable documents alone, most frequent first': async ({
    catalog,
    commit,
  }) => {
    const upserts = [
      documentWrite('test:wiki/1', ALL, { kind: 'page', labels: ['a', 'b', 'b'], authors: ['Mika'] }),
      documentWrite('test:wiki/2', ALL, { kind: 'page', labels: ['b'], language: 'ja' }),
      documentWrite('test:wiki/3', HERS, { kind: 'mail', labels: ['c', 'b'], authors: ['Jon'] }),
    ];
    await commit({ source: WIKI, lists: LISTS, upserts });
    await commit({ source: MAIL, upserts: [documentWrite('test:mail/1', ALL, { kind: 'mail' })] });
    const [hers, his] = [await filterFor(catalog, ALICE), await filterFor(catalog, BOB)];
    assert.deepEqual(await valuesOf(catalog, 'label', hers), ['b 3', 'a 1', 'c 1']);
    assert.deepEqual(await valuesOf(catalog, 'label', his), ['b 2', 'a 1']);
    assert.deepEqual(await valuesOf(catalog, 'label', hers, 1), ['b 3']);
    assert.deepEqual(await valuesOf(catalog, 'kind', his), ['page 2', 'mail 1']);
    assert.deepEqual(await valuesOf(catalog, 'source', hers), ['test:wiki 3', 'test:mail 1']);
    assert.deepEqual(await valuesOf(catalog, 'language', his), ['en 2', 'ja 1']);
    assert.deepEqual(await valuesOf(catalog, 'author', his), ['Mika 1']);
    assert.deepEqual(await valuesOf(catalog, 'author', await filterFor(catalog)), []);
  },

  'values follow every kind of change': async ({ catalog, commit }) => {
    const write = documentWrite('test:wiki/1', ALL, { labels: ['old'] });
    await commit({ source: WIKI, lists: LISTS, upserts: [write] });
    const labels = async () => valuesOf(catalog, 'label', await filterFor(catalog, BOB));
    const head = headOf(write);
    await commit({ source: WIKI, heads: [{ ...head, labels: ['new'] }] });
    assert.deepEqual(await labels(), ['new 1']);
    await commit({ source: WIKI, acls: [{ id: head.id, acl: HERS }] });
    assert.deepEqual(await labels(), []);
    await commit({ source: WIKI, acls: [{ id: head.id, acl: ALL }] });
    assert.deepEqual(await labels(), ['new 1']);
    await catalog.putLists([allowList('all', ALICE)]);
    assert.deepEqual(await labels(), []);
    await catalog.putLists(LISTS);
    await commit({ source: WIKI, removals: [head.id] });
    assert.deepEqual(await labels(), []);
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

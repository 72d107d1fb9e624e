import assert from 'node:assert/strict';
import type { AccessFilter } from '@fumikura/ports';
import { ALICE, allowList, BOB, documentWrite, filterFor, forgedFilter, headOf } from '../builders.ts';
import { rejectsWith } from '../contract.ts';
import { MAIL, WIKI } from './open-catalog.ts';
import type { CatalogCases } from './open-catalog.ts';
import { ALL, HERS, idsOf, LISTS, valuesOf } from './two-callers.ts';

/** What a caller is shown of what is stored. */
export const readingCases: CatalogCases = {
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
};

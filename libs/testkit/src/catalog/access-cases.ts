import assert from 'node:assert/strict';
import type { Acl, AllowList, Principal } from '@fumikura/model';
import type { Catalog, StoreBatch } from '@fumikura/ports';
import { ALICE, allowList, BOB, documentWrite, filterFor } from '../builders.ts';
import { seeded } from '../fixed-clock.ts';
import { MAIL, WIKI } from './open-catalog.ts';
import type { CatalogCases } from './open-catalog.ts';

/** More than any engine's limit of parameters in one statement. */
const MANY_PRINCIPALS = 70_000;

const DOCUMENT = 'test:wiki/a';

/** Which of the two may read a document with this ACL: today, and by the ids a new filter holds. */
async function readers(
  { catalog, commit }: { catalog: Catalog; commit: (batch: StoreBatch) => Promise<void> },
  acl: Acl,
): Promise<string[]> {
  await commit({ source: WIKI, upserts: [documentWrite(DOCUMENT, acl)] });
  const aclId = (await catalog.known([DOCUMENT])).get(DOCUMENT)?.aclId;
  const found: string[] = [];
  for (const [name, principal] of [
    ['alice', ALICE],
    ['bob', BOB],
  ] as const) {
    const access = await filterFor(catalog, principal, 'authenticated:local');
    const isReadable = (await catalog.readable([DOCUMENT], access)).length === 1;
    const { aclIds } = await catalog.readableAcls([principal, 'authenticated:local']);
    assert.equal(aclIds.includes(aclId ?? -1), isReadable, 'both ways of asking agree');
    if (isReadable) found.push(name);
  }
  return found;
}

const LISTS = [
  allowList('space', ALICE, BOB),
  allowList('page', ALICE),
  allowList('staff', 'authenticated:local'),
  allowList('empty'),
];

export const accessCases: CatalogCases = {
  '[access.conjunction] every list of an ACL has to admit the reader': async (store) => {
    await store.catalog.putLists(LISTS);
    assert.deepEqual(await readers(store, { allow: ['space'] }), ['alice', 'bob']);
    assert.deepEqual(await readers(store, { allow: ['space', 'page'] }), ['alice']);
    assert.deepEqual(await readers(store, { allow: ['space', 'staff'] }), ['alice', 'bob']);
    assert.deepEqual(await readers(store, { allow: ['space', 'page', 'empty'] }), []);
    assert.deepEqual(await readers(store, { allow: ['page', 'page'] }), ['alice']);
  },

  '[access.nobody] no list, an empty list and a list that was never read admit nobody': async (store) => {
    await store.catalog.putLists(LISTS);
    assert.deepEqual(await readers(store, { allow: [] }), []);
    assert.deepEqual(await readers(store, { allow: ['empty'] }), []);
    assert.deepEqual(await readers(store, { allow: ['never read'] }), []);
    assert.deepEqual(await readers(store, { allow: ['space', 'never read'] }), []);
  },

  '[access.conjunction] a denial is stronger than every list': async (store) => {
    await store.catalog.putLists(LISTS);
    assert.deepEqual(await readers(store, { allow: ['staff'], deny: [BOB] }), ['alice']);
    assert.deepEqual(await readers(store, { allow: ['staff'], deny: [BOB, ALICE] }), []);
    assert.deepEqual(await readers(store, { allow: ['staff'], deny: ['authenticated:local'] }), []);
    assert.deepEqual(await readers(store, { allow: ['staff'], deny: ['group:x:others'] }), ['alice', 'bob']);
  },

  '[access.second-check] the second check goes by the lists of now, not by those of the filter': async ({
    catalog,
    commit,
  }) => {
    await commit({
      source: WIKI,
      lists: LISTS,
      upserts: [documentWrite(DOCUMENT, { allow: ['page'] })],
    });
    const [hers, his] = [await filterFor(catalog, ALICE), await filterFor(catalog, BOB)];
    await catalog.putLists([allowList('page', BOB)]);
    assert.deepEqual(await catalog.readable([DOCUMENT], hers), []);
    assert.equal(await catalog.text(DOCUMENT, hers), undefined);
    assert.deepEqual(await catalog.passages([{ documentId: DOCUMENT, ordinal: 0 }], hers), [undefined]);
    assert.deepEqual(await catalog.fieldValues('kind', hers, 10), []);
    assert.equal((await catalog.readable([DOCUMENT], his)).length, 1);
  },

  '[access.lists-change] a change of a list touches no document': async ({ catalog, commit }) => {
    await commit({
      source: WIKI,
      lists: LISTS,
      upserts: [documentWrite(DOCUMENT, { allow: ['page'] })],
    });
    const before = (await catalog.known([DOCUMENT])).get(DOCUMENT);
    const access = await filterFor(catalog, ALICE);
    const [record] = await catalog.readable([DOCUMENT], access);
    await commit({ source: WIKI, lists: [allowList('page', ALICE, BOB)] });
    assert.deepEqual((await catalog.known([DOCUMENT])).get(DOCUMENT), before);
    assert.deepEqual(await catalog.readable([DOCUMENT], access), [record]);
    assert.deepEqual(await catalog.readable([DOCUMENT], await filterFor(catalog, BOB)), [record]);
  },

  'equal ACLs share an id, whatever their order; others do not': async ({ catalog, commit }) => {
    const acls: Acl[] = [
      { allow: ['a', 'b'], deny: [ALICE, BOB] },
      { allow: ['b', 'a', 'a'], deny: [BOB, ALICE] },
      { allow: ['a', 'b'] },
      { allow: ['a,b'] },
      { allow: ['a'] },
    ];
    const upserts = acls.map((acl, index) => documentWrite(`test:wiki/${index}`, acl));
    await commit({ source: WIKI, upserts });
    const known = await catalog.known(upserts.map(({ document }) => document.id));
    const ids = upserts.map(({ document }) => known.get(document.id)?.aclId);
    assert.equal(ids[0], ids[1]);
    assert.equal(new Set(ids).size, 4);
    assert.deepEqual(known.get('test:wiki/1')?.acl.allow.toSorted(), ['a', 'b']);
    assert.deepEqual(known.get('test:wiki/1')?.acl.deny?.toSorted(), [ALICE, BOB]);
    assert.deepEqual(known.get('test:wiki/2')?.acl, { allow: ['a', 'b'] });
  },

  'ids of ACLs grow and are not used again': async ({ catalog, commit }) => {
    const idOf = async (name: string, list: string) => {
      const id = `test:wiki/${name}`;
      await commit({ source: WIKI, upserts: [documentWrite(id, { allow: [list] })] });
      return (await catalog.known([id])).get(id)?.aclId ?? -1;
    };
    const first = await idOf('a', 'one');
    const second = await idOf('b', 'two');
    await catalog.removeSource(WIKI);
    const third = await idOf('c', 'three');
    assert.ok(first < second && second < third, `${first} < ${second} < ${third}`);
  },

  'the version of access changes with every change of it, and with nothing else': async ({
    catalog,
    commit,
  }) => {
    const seen: string[] = [];
    const changed = async (work: () => Promise<unknown>) => {
      await work();
      const version = await catalog.accessVersion();
      assert.ok(!seen.includes(version), `${version} stood for an earlier state`);
      seen.push(version);
      assert.equal((await catalog.readableAcls([ALICE])).version, version);
    };
    const unchanged = async (work: () => Promise<unknown>) => {
      await work();
      assert.equal(await catalog.accessVersion(), seen.at(-1));
    };
    const upserts = [documentWrite(DOCUMENT, { allow: ['page'] })];
    await changed(() => commit({ source: WIKI, lists: [allowList('page', ALICE)] }));
    await changed(() => commit({ source: WIKI, upserts }));
    await unchanged(() => commit({ source: WIKI, upserts, checkpoint: 1 }));
    await changed(() => catalog.putLists([allowList('page', ALICE, BOB)]));
    await unchanged(() => catalog.putLists([allowList('page', BOB, ALICE)]));
    await changed(() => catalog.putLists([allowList('page')]));
    await changed(() => commit({ source: WIKI, lists: [allowList('page', BOB)] }));
    await unchanged(() => commit({ source: MAIL, checkpoint: 1 }));
    await changed(() => catalog.removeSource(WIKI));
  },

  'the ids a caller may read are those a plain reading of the rules gives': async ({ catalog, commit }) => {
    const random = seeded(11);
    const pick = <T>(values: readonly T[], share: number) => values.filter(() => random() < share);
    const principals = Array.from({ length: 12 }, (_, at): Principal => `group:test:g${at}`);
    const lists = Array.from({ length: 20 }, (_, at): AllowList =>
      allowList(`list${at}`, ...pick(principals, 0.3)),
    );
    const names = [...lists.map(({ id }) => id), 'never read'];
    const acls = Array.from({ length: 120 }, (): Acl => ({
      allow: pick(names, random() * 0.2),
      deny: pick(principals, 0.05),
    }));
    const upserts = acls.map((acl, at) => documentWrite(`test:wiki/${at}`, acl));
    await commit({ source: WIKI, lists, upserts });
    const ids = upserts.map(({ document }) => document.id);
    const known = await catalog.known(ids);
    for (let round = 0; round < 20; round++) {
      const mine = pick(principals, random() * 0.6);
      const admits = ({ allow, deny = [] }: Acl) =>
        allow.length > 0 &&
        !deny.some((each) => mine.includes(each)) &&
        allow.every((name) =>
          lists.find(({ id }) => id === name)?.members.some((each) => mine.includes(each)),
        );
      const expected = ids.filter((_, at) => admits(acls[at] ?? { allow: [] }));
      const { aclIds } = await catalog.readableAcls(mine);
      assert.deepEqual(
        [...aclIds],
        [...aclIds].toSorted((a, b) => a - b),
      );
      const byIds = ids.filter((id) => aclIds.includes(known.get(id)?.aclId ?? -1));
      assert.deepEqual(byIds, expected);
      const records = await catalog.readable(ids, await filterFor(catalog, ...mine));
      assert.deepEqual(
        records.map(({ id }) => id),
        expected,
      );
    }
  },

  'a caller may be a very large number of principals': async ({ catalog, commit }) => {
    await commit({ source: WIKI, lists: LISTS, upserts: [documentWrite(DOCUMENT, { allow: ['page'] })] });
    const crowd = Array.from({ length: MANY_PRINCIPALS }, (_, at): Principal => `group:test:g${at}`);
    assert.equal((await catalog.readableAcls(crowd)).aclIds.length, 0);
    const access = await filterFor(catalog, ...crowd, ALICE);
    assert.equal((await catalog.readable([DOCUMENT], access)).length, 1);
  },

  'lists come back by name in the order asked for': async ({ catalog, commit }) => {
    await commit({ source: WIKI, lists: LISTS, upserts: [documentWrite(DOCUMENT, { allow: ['unread'] })] });
    const [page, space, ...more] = await catalog.lists(['page', 'unknown', 'unread', 'space']);
    assert.deepEqual(page, LISTS[1]);
    assert.deepEqual(space?.members.toSorted(), LISTS[0]?.members.toSorted());
    assert.deepEqual(more, []);
    await catalog.putLists([{ id: 'page', members: [ALICE], readAt: '2026-02-01T00:00:00.000Z' }]);
    assert.equal((await catalog.lists(['page']))[0]?.readAt, '2026-02-01T00:00:00.000Z');
    assert.deepEqual((await catalog.lists(['empty']))[0]?.members, []);
  },

  '[access.lists-change] a change of a list in one opening counts in the other at once': async (
    { catalog, commit },
    openAnother,
  ) => {
    const other = await openAnother();
    await commit({ source: WIKI, lists: LISTS, upserts: [documentWrite(DOCUMENT, { allow: ['page'] })] });
    const access = await filterFor(other.catalog, ALICE);
    assert.equal((await other.catalog.readable([DOCUMENT], access)).length, 1);
    await catalog.putLists([allowList('page', BOB)]);
    assert.deepEqual(await other.catalog.readable([DOCUMENT], access), []);
    assert.equal(await other.catalog.accessVersion(), await catalog.accessVersion());
    assert.equal((await other.catalog.readableAcls([ALICE])).aclIds.length, 0);
    assert.equal((await other.catalog.readableAcls([BOB])).aclIds.length, 1);
  },
};

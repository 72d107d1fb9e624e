import assert from 'node:assert/strict';
import type { Principal } from '@fumikura/model';
import { ALICE, allowList, BOB, documentWrite } from '../builders.ts';
import { WIKI } from './open-catalog.ts';
import type { CatalogCases } from './open-catalog.ts';

const DOCUMENT = 'test:wiki/a';
/** Of ada@x.example. */
const ADDRESS_HASH = 'sha256:ea335d636215c13b8a72e8ea267d5cc064bd79895e1905e74851018c3b82257d';

/** What said earlier who may read. */
export const historyCases: CatalogCases = {
  '[access.history] what changed of lists, ACLs and directories can be taken back': async ({
    catalog,
    commit,
  }) => {
    const start = await catalog.accessHistory('2000');
    assert.ok(Math.abs(Date.parse(start.knownSince) - Date.now()) < 600_000, 'known since it is kept');
    assert.deepEqual(start.changes, []);
    await commit({
      source: WIKI,
      lists: [allowList('space', ALICE, BOB)],
      upserts: [
        documentWrite(DOCUMENT, { allow: ['space'] }),
        documentWrite('test:wiki/b', { allow: ['space'] }),
      ],
    });
    await commit({ source: WIKI, lists: [allowList('space', ALICE), allowList('page', ALICE)] });
    await commit({ source: WIKI, acls: [{ id: DOCUMENT, acl: { allow: ['space', 'page'] } }] });
    await commit({ source: WIKI, upserts: [documentWrite('test:wiki/b', { allow: ['page'] })] });
    const ada: Principal = `user:${WIKI}:ada`;
    const facts = { principal: ada, isActive: true, isPerson: true };
    const account = { ...facts, name: 'Ada', email: { address: ' Ada@x.example', isVerified: true } };
    const kept = { ...facts, email: { address: ADDRESS_HASH, isVerified: true } };
    const group = { principal: `group:${WIKI}:g`, members: [ada] } as const;
    await catalog.stageDirectory(WIKI, 'one', { accounts: [account], groups: [group] });
    await catalog.completeDirectory(WIKI, 'one');
    await catalog.stageDirectory(WIKI, 'two', { accounts: [{ ...account, isActive: false }], groups: [] });
    await catalog.completeDirectory(WIKI, 'two');
    await catalog.stageDirectory(WIKI, 'same', { accounts: [{ ...account, isActive: false }], groups: [] });
    await catalog.completeDirectory(WIKI, 'same');
    const { changes } = await catalog.accessHistory(start.knownSince);
    assert.deepEqual(
      changes.map(({ at: _at, ...change }) => change),
      [
        {
          kind: 'directory',
          source: WIKI,
          added: [],
          dropped: [[ada, group.principal]],
          accounts: [{ principal: ada, before: kept }],
        },
        {
          kind: 'directory',
          source: WIKI,
          added: [[ada, group.principal]],
          dropped: [],
          accounts: [{ principal: ada }],
        },
        { kind: 'document', document: 'test:wiki/b', before: { allow: ['space'] } },
        { kind: 'document', document: DOCUMENT, before: { allow: ['space'] } },
        { kind: 'list', list: 'page', added: [ALICE], dropped: [] },
        { kind: 'list', list: 'space', added: [], dropped: [BOB] },
        { kind: 'list', list: 'space', added: [ALICE, BOB], dropped: [] },
      ],
    );
    const ofOne = (await catalog.accessHistory(start.knownSince, DOCUMENT)).changes;
    assert.equal(ofOne.filter(({ kind }) => kind === 'document').length, 1);
    assert.deepEqual((await catalog.accessHistory(new Date(Date.now() + 60_000).toISOString())).changes, []);
  },

  '[access.history] somebody is renamed in it, wherever it names them, and nobody else is': async ({
    catalog,
  }) => {
    const [ada, other]: [Principal, Principal] = [`user:${WIKI}:ada`, `user:${WIKI}:ada2`];
    const group: Principal = `group:${WIKI}:g`;
    const renamed: Principal = `user:${WIKI}:somebody`;
    const account = (principal: Principal) => ({
      principal,
      isActive: true,
      isPerson: true,
      email: { address: 'ada@x.example', isVerified: true },
    });
    await catalog.putLists([allowList('space', ada, other)]);
    await catalog.putLists([allowList('space', other)]);
    const both = [ada, other];
    await catalog.stageDirectory(WIKI, 'one', {
      accounts: both.map(account),
      groups: [{ principal: group, members: both }],
    });
    await catalog.completeDirectory(WIKI, 'one');
    await catalog.completeDirectory(WIKI, 'none');
    const before = await catalog.accessHistory('2000');
    assert.equal(await catalog.renameInAccessHistory([[ada, renamed]]), 4);
    const after = await catalog.accessHistory('2000');
    assert.equal(after.knownSince, before.knownSince);
    const expected: unknown = JSON.parse(JSON.stringify(before.changes), (_name, value: unknown) => {
      if (value === ada) return renamed;
      const isTheirs = typeof value === 'object' && value && 'email' in value && 'principal' in value;
      return isTheirs && value.principal === renamed ? { ...value, email: undefined } : value;
    });
    assert.deepEqual(JSON.parse(JSON.stringify(after.changes)), JSON.parse(JSON.stringify(expected)));
    const text = JSON.stringify(after.changes);
    assert.ok(text.includes(ADDRESS_HASH), 'what the other account was known by stays');
    assert.equal(text.split(ADDRESS_HASH).length, 2, 'and theirs does not');
    assert.equal(await catalog.renameInAccessHistory([[ada, renamed]]), 0);
  },

  '[access.history] of a change that is too large it is known that there was one': async ({ catalog }) => {
    const many = Array.from({ length: 20_001 }, (_, index): Principal => `user:${WIKI}:${index}`);
    await catalog.putLists([allowList('space', ALICE)]);
    const before = await catalog.accessHistory('2000');
    await catalog.putLists([allowList('space', ...many)]);
    await catalog.putLists([allowList('space', ...many, BOB)]);
    const { knownSince, changes } = await catalog.accessHistory('2000');
    assert.ok(knownSince > before.knownSince);
    assert.deepEqual(changes.find(({ at }) => at > knownSince)?.kind, 'list');
  },
};

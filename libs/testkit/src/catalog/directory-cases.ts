import assert from 'node:assert/strict';
import type { Principal, SourceAccount } from '@fumikura/model';
import { rejectsWith } from '../contract.ts';
import { MAIL, WIKI } from './open-catalog.ts';
import type { CatalogCases } from './open-catalog.ts';

const user = (id: string): Principal => `user:${WIKI}:${id}`;
const group = (id: string): Principal => `group:${WIKI}:${id}`;

function account(id: string, more: Partial<SourceAccount> = {}): SourceAccount {
  return { principal: user(id), isActive: true, isPerson: true, ...more };
}

export const directoryCases: CatalogCases = {
  'a directory counts when it was read whole, and not a part earlier': async ({ catalog }) => {
    await catalog.stageDirectory(WIKI, 'one', { accounts: [account('ada')] });
    await catalog.stageDirectory(WIKI, 'one', {
      groups: [{ principal: group('g'), members: [user('ada')] }],
    });
    assert.deepEqual(await catalog.accounts([user('ada')], []), []);
    assert.deepEqual(await catalog.withGroups([user('ada')]), [user('ada')]);
    const before = await catalog.accessVersion();
    const staged = await catalog.directoryVersion();
    const { readAt, ...counts } = await catalog.completeDirectory(WIKI, 'one');
    assert.ok(Number.isFinite(Date.parse(readAt)));
    assert.deepEqual(counts, { source: WIKI, accounts: 1, groups: 1, memberships: 1, unreadableGroups: 0 });
    assert.notEqual(await catalog.accessVersion(), before, 'what was computed from memberships is old');
    assert.notEqual(await catalog.directoryVersion(), staged);
    assert.deepEqual(await catalog.accounts([user('ada')], []), [account('ada')]);
    assert.deepEqual(await catalog.withGroups([user('ada')]), [group('g'), user('ada')]);
  },

  'the next reading takes the place of the one before, one that breaks off changes nothing': async ({
    catalog,
  }) => {
    await catalog.stageDirectory(WIKI, 'one', {
      accounts: [account('ada')],
      groups: [{ principal: group('g'), members: [user('ada')] }],
    });
    await catalog.completeDirectory(WIKI, 'one');
    await catalog.stageDirectory(WIKI, 'broken', { accounts: [account('eve')] });
    await catalog.stageDirectory(WIKI, 'two', { accounts: [account('ada', { isActive: false })] });
    await catalog.completeDirectory(WIKI, 'two');
    assert.deepEqual(await catalog.withGroups([user('ada')]), [user('ada')]);
    assert.deepEqual(await catalog.accounts([user('ada'), user('eve')], []), [
      account('ada', { isActive: false }),
    ]);
  },

  'what is being read changes nothing for anybody while the reading before stands': async ({ catalog }) => {
    await catalog.stageDirectory(WIKI, 'one', { accounts: [account('ada')] });
    await catalog.completeDirectory(WIKI, 'one');
    await catalog.stageDirectory(WIKI, 'two', {
      accounts: [account('ada'), account('eve')],
      groups: [{ principal: group('g'), members: [user('ada')] }],
    });
    assert.deepEqual(await catalog.withGroups([user('ada')]), [user('ada')]);
    assert.deepEqual(await catalog.accounts([user('ada'), user('eve')], []), [account('ada')]);
  },

  'groups are reached over any number of steps, also when they hold each other': async ({ catalog }) => {
    const groups = Array.from({ length: 12 }, (_, step) => ({
      principal: group(`g${step}`),
      members: [step === 0 ? user('ada') : group(`g${step - 1}`), group(`g${(step + 5) % 12}`)],
    }));
    await catalog.stageDirectory(WIKI, 'one', { groups });
    await catalog.completeDirectory(WIKI, 'one');
    const reached = await catalog.withGroups([user('ada')]);
    assert.equal(reached.length, 13);
    assert.deepEqual(await catalog.withGroups([user('bob')]), [user('bob')]);
  },

  'a group that could not be read whole has nobody in it': async ({ catalog }) => {
    await catalog.stageDirectory(WIKI, 'one', {
      groups: [{ principal: group('g'), members: [user('ada')] }],
    });
    await catalog.stageDirectory(WIKI, 'one', { unreadable: [{ principal: group('g'), reason: 'hidden' }] });
    await catalog.stageDirectory(WIKI, 'one', {
      groups: [{ principal: group('g'), members: [user('ada')] }],
    });
    const { unreadableGroups } = await catalog.completeDirectory(WIKI, 'one');
    assert.equal(unreadableGroups, 1);
    assert.deepEqual(await catalog.withGroups([user('ada')]), [user('ada')]);
  },

  'accounts are found by an address only when the source calls it verified': async ({ catalog }) => {
    await catalog.stageDirectory(WIKI, 'one', {
      accounts: [
        account('ada', { email: { address: 'Ada@Example.com', isVerified: true } }),
        account('eve', { email: { address: 'ada@example.com', isVerified: false } }),
      ],
    });
    await catalog.completeDirectory(WIKI, 'one');
    const found = await catalog.accounts([], ['ada@example.COM']);
    assert.deepEqual(
      found.map(({ principal }) => principal),
      [user('ada')],
    );
  },

  'a source that is removed takes its directory along, and no other one': async ({ catalog }) => {
    for (const source of [WIKI, MAIL] as const) {
      await catalog.ensureSource(source);
      await catalog.stageDirectory(source, 'one', {
        groups: [{ principal: `group:${source}:g`, members: [user('ada')] }],
      });
      await catalog.completeDirectory(source, 'one');
    }
    await catalog.removeSource(WIKI);
    assert.deepEqual(await catalog.withGroups([user('ada')]), [`group:${MAIL}:g`, user('ada')]);
    assert.deepEqual(
      (await catalog.directories()).map(({ source }) => source),
      [MAIL],
    );
  },

  '[sync.lease] a directory read under a lease that is lost does not take the place of the one before':
    async ({ catalog }) => {
      const old = await catalog.acquireLease(WIKI, 'me', 0);
      await catalog.stageDirectory(WIKI, 'one', {
        groups: [{ principal: group('g'), members: [user('ada')] }],
      });
      await catalog.acquireLease(WIKI, 'you', 60_000);
      await rejectsWith('LEASE_LOST', () => catalog.completeDirectory(WIKI, 'one', old));
      assert.deepEqual(await catalog.directories(), []);
      assert.deepEqual(await catalog.withGroups([user('ada')]), [user('ada')]);
    },
};

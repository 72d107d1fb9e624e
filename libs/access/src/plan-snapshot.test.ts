import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import type { DirectorySnapshot } from '@fumikura/ports';
import { openPeopleStore } from '@fumikura/store-people';
import { planSnapshot } from './index.ts';

const person = (id: string, userName: string) => ({
  id,
  userName,
  externalId: id,
  isActive: true,
  record: {},
});

function snapshot(
  persons: readonly (readonly [string, string])[],
  groups: Readonly<Record<string, readonly string[]>> = {},
): DirectorySnapshot {
  return {
    persons: persons.map(([id, userName]) => person(id, userName)),
    groups: Object.keys(groups).map((id) => ({ id, name: `Group ${id}`, record: {} })),
    memberships: new Map(Object.entries(groups)),
    leftOut: {},
  };
}

describe('a directory that was read', () => {
  const folder = mkdtempSync(join(tmpdir(), 'fumi-people-'));
  let stores = 0;
  const open = () => openPeopleStore(join(folder, `${stores++}.db`));
  after(() => rmSync(folder, { recursive: true }));

  it('[ldap.people] takes over who has whose name now, and stays the same person', () => {
    const store = open();
    planSnapshot(
      store,
      'corp',
      snapshot([
        ['1', 'ada'],
        ['2', 'bob'],
      ]),
    ).apply();
    const swapped = planSnapshot(
      store,
      'corp',
      snapshot([
        ['1', 'bob'],
        ['2', 'ada'],
      ]),
    );
    assert.deepEqual(swapped.counts, { persons: 2, groups: 0, joined: 0, changed: 2, left: 0, regrouped: 0 });
    swapped.apply();
    assert.deepEqual(
      store.persons('corp').map((each) => [each.id, each.userName, each.person]),
      [
        ['1', 'bob', 'ada'],
        ['2', 'ada', 'bob'],
      ],
    );
    store.close();
  });

  it('changes nothing when nothing changed', () => {
    const store = open();
    const told = snapshot([['1', 'ada']], { g: ['1'] });
    planSnapshot(store, 'corp', told).apply();
    const { counts } = planSnapshot(store, 'corp', told);
    assert.deepEqual([counts.joined, counts.changed, counts.left, counts.regrouped], [0, 0, 0, 0]);
    store.close();
  });

  it('gives a name that is free again to nobody else, and a group that is gone to nobody', () => {
    const store = open();
    planSnapshot(store, 'corp', snapshot([['1', 'ada']], { g: ['1'] })).apply();
    planSnapshot(store, 'corp', snapshot([['2', 'ada']])).apply();
    assert.deepEqual(
      store.persons().map((each) => [each.person, each.isDeleted]),
      [
        ['ada', true],
        ['ada-2', false],
      ],
    );
    assert.deepEqual([store.groups(), [...store.memberships('corp')]], [[], []]);
    store.close();
  });
});

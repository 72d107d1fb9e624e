import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import type { DirectorySnapshot, PeopleStore } from '@fumikura/ports';
import { createPeopleStore } from '@fumikura/store-people';
import { openSqliteState } from '@fumikura/store-sqlite';
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
  const opened: { close(): void }[] = [];
  const open = () => {
    const file = openSqliteState({ file: join(folder, `${stores++}.db`) });
    opened.push(file);
    return createPeopleStore(file.state);
  };
  const take = (store: PeopleStore, told: DirectorySnapshot) =>
    store.change((people) => {
      const plan = planSnapshot(people, 'corp', told);
      plan.apply(people);
      return plan.counts;
    });
  after(() => {
    for (const each of opened) each.close();
    rmSync(folder, { recursive: true });
  });

  it('[ldap.people] takes over who has whose name now, and stays the same person', async () => {
    const store = open();
    await take(
      store,
      snapshot([
        ['1', 'ada'],
        ['2', 'bob'],
      ]),
    );
    const counts = await take(
      store,
      snapshot([
        ['1', 'bob'],
        ['2', 'ada'],
      ]),
    );
    assert.deepEqual(counts, { persons: 2, groups: 0, joined: 0, changed: 2, left: 0, regrouped: 0 });
    assert.deepEqual(
      (await store.read()).persons('corp').map((each) => [each.id, each.userName, each.person]),
      [
        ['1', 'bob', 'ada'],
        ['2', 'ada', 'bob'],
      ],
    );
  });

  it('changes nothing when nothing changed', async () => {
    const store = open();
    const told = snapshot([['1', 'ada']], { g: ['1'] });
    await take(store, told);
    const version = await store.version();
    const counts = await take(store, told);
    assert.deepEqual([counts.joined, counts.changed, counts.left, counts.regrouped], [0, 0, 0, 0]);
    assert.equal(await store.version(), version);
  });

  it('gives a name that is free again to nobody else, and a group that is gone to nobody', async () => {
    const store = open();
    await take(store, snapshot([['1', 'ada']], { g: ['1'] }));
    await take(store, snapshot([['2', 'ada']]));
    const people = await store.read();
    assert.deepEqual(
      people.persons().map((each) => [each.person, each.isDeleted]),
      [
        ['ada', true],
        ['ada-2', false],
      ],
    );
    assert.deepEqual([people.groups(), [...people.memberships('corp')]], [[], []]);
  });
});

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { SharedState } from '@fumikura/ports';
import { openSqliteState } from '@fumikura/store-sqlite';
import { createPeopleStore } from './index.ts';

const draft = (id: string) => ({ origin: 'scim', id, userName: `${id}@x`, isActive: true, record: {} });

describe('people over the shared state', () => {
  let folder: string;
  let opened: { close(): void }[];
  /** Each as another process has it. */
  const open = (wrap: (state: SharedState) => SharedState = (state) => state) => {
    const file = openSqliteState({ file: join(folder, 'fumikura.db') });
    opened.push(file);
    return createPeopleStore(wrap(file.state));
  };
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'fumi-people-'));
    opened = [];
  });
  afterEach(() => {
    for (const each of opened) each.close();
    rmSync(folder, { recursive: true });
  });

  it('[people.shared] what one process changes is what the others read, entry by entry', async () => {
    let pages = 0;
    const [here, there] = [
      open(),
      open((state) => ({
        ...state,
        list: (space, range) => {
          if (!range.prefix?.startsWith('log/')) pages++;
          return state.list(space, range);
        },
      })),
    ];
    await there.read();
    const before = pages;
    const version = await there.version();
    await here.change((people) => {
      people.putPerson(draft('a'));
      people.putGroup({ origin: 'scim', id: 'g', name: 'All', record: {} });
      people.addMembers('scim', 'g', ['a', 'a']);
      people.decideLink({ account: 'user:wiki:acme:1', person: 'a-x', by: 'me' });
      people.decideRole({ person: 'a-x', role: 'auditor', isHeld: true, by: 'me' });
    });
    assert.notEqual(await there.version(), version);
    const people = await there.read();
    assert.deepEqual([people.person('scim', 'a')?.person, people.members('scim', 'g')], ['a-x', ['a']]);
    assert.deepEqual(
      people.links().map(({ person }) => person),
      ['a-x'],
    );
    assert.deepEqual(
      people.roles().map(({ role }) => role),
      ['auditor'],
    );
    await here.change((edit) => {
      edit.deletePerson('scim', 'a');
      edit.dropLink('user:wiki:acme:1');
    });
    await there.read();
    assert.deepEqual([people.person('scim', 'a')?.isDeleted, people.members('scim', 'g')], [true, []]);
    assert.deepEqual([people.personsBy('scim', 'userName', 'A@X'), people.links()], [[], []]);
    assert.equal(pages, before, 'nothing was read that had not changed');
  });

  it('[people.shared] of two who change people at once the second begins again on what the first left', async () => {
    const stores = [open(), open(), open()];
    await Promise.all(
      stores.flatMap((store, index) =>
        Array.from({ length: 20 }, (_, number) =>
          store.change((people) => {
            const id = `${index}-${number}`;
            people.putPerson({ ...draft(id), userName: `twin ${number}-${people.persons().length}` });
          }),
        ),
      ),
    );
    const persons = (await open().read()).persons();
    assert.equal(persons.length, 60);
    assert.equal(
      new Set(persons.map(({ userName }) => userName.split('-')[1])).size,
      60,
      'each saw the others',
    );
    for (const store of stores) assert.deepEqual((await store.read()).persons(), persons);
  });

  it('[people.shared] nothing stays of a change that failed, here or elsewhere', async () => {
    const [here, there] = [open(), open()];
    await here.change((people) => people.putPerson(draft('a')));
    const failing = here.change((people) => {
      people.deletePerson('scim', 'a');
      people.putPerson({ ...draft('b'), userName: 'new' });
      throw new Error('in the middle');
    });
    await assert.rejects(failing, /in the middle/u);
    await assert.rejects(
      there.change((people) => people.putPerson({ ...draft('c'), userName: 'A@x' })),
      { code: 'STORE_CONFLICT' },
    );
    for (const store of [here, there]) {
      const people = await store.read();
      assert.deepEqual(
        people.persons().map(({ id, isDeleted }) => [id, isDeleted]),
        [['a', false]],
      );
      assert.equal(people.personsBy('scim', 'userName', 'new').length, 0);
    }
  });

  it('reads everything again after more than can be followed', async () => {
    const [here, there] = [open(), open()];
    await there.read();
    await here.change((people) => {
      for (let number = 0; number < 1_200; number++) people.putPerson(draft(`p${number}`));
      people.putGroup({ origin: 'scim', id: 'g', name: 'All', record: {} });
      people.setMembers(
        'scim',
        'g',
        people.persons().map(({ id }) => id),
      );
    });
    const people = await there.read();
    assert.deepEqual([people.persons().length, people.memberships('scim').get('g')?.length], [1_200, 1_200]);
    await here.change((edit) => edit.deleteGroup('scim', 'g'));
    assert.deepEqual([(await there.read()).groups(), people.groupsOf('scim', 'p7')], [[], []]);
  });

  it('takes up a state that was put back from a backup', async () => {
    const [here, there] = [open(), open()];
    await here.change((people) => people.putPerson(draft('a')));
    await here.change((people) => people.putPerson(draft('b')));
    await there.read();
    const { state } = openSqliteState({ file: join(folder, 'fumikura.db') });
    const b = (await state.list('people', { prefix: 'person/', limit: 9 })).find(
      ({ value }) => (value as { id: string }).id === 'b',
    );
    await state.change('people', { puts: [{ key: 'head', value: { at: 1 } }], removals: [b?.key ?? ''] });
    assert.deepEqual(
      (await there.read()).persons().map(({ id }) => id),
      ['a'],
    );
  });

  it('gives the turn to read a directory to one of all processes', async () => {
    const stores = [open(), open(), open()];
    const turns = await Promise.all(stores.map((store) => store.claim('corp', 60_000)));
    assert.equal(turns.filter(Boolean).length, 1);
    const reading = { origin: 'corp', attemptedAt: '2026-01-01T00:00:00.000Z', counts: { persons: 1 } };
    await stores[0]?.putReading(reading);
    assert.deepEqual(await stores[1]?.readings(), [reading]);
  });
});

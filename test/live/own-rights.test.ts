import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { OwnRightsOf } from '@fumikura/access';
import type { DocumentId, Principal } from '@fumikura/model';
import type { OwnRights } from '@fumikura/ports';
import { openSyncedWorld } from '../sources/leaks.ts';
import { makeSharepointWorld } from '../sources/sharepoint-world.ts';
import { ask, filterOf, liveOver } from './stage.ts';

const PLENTY = { deadlineMs: 30_000, reads: 50, limit: 50, perMinute: 10_000, concurrency: 64 };

describe('a source that is asked as its people, live', () => {
  it('[exchange.own] decides itself of what it finds, whatever its search and our index think', async () => {
    const world = await makeSharepointWorld(8, 40);
    const synced = await openSyncedWorld(world);
    const seen = { shown: 0, refused: 0 };
    try {
      await synced.sync();
      const items = world.items().filter((id) => id.includes('/drive/'));
      for (const person of world.people().filter((each) => each !== 'anyone')) {
        const knowledge = await liveOver(synced.store, [world.connector()], {
          settings: PLENTY,
          ownRights: asking(person, items, (id) => world.mayRead(person, id), seen),
        });
        const { page } = await ask(knowledge, await filterOf(synced.store, [person]), 'anything');
        for (const { id, live } of page.hits)
          assert.ok(!live || world.mayRead(person, id), `${person} is shown ${id}`);
        seen.shown += page.hits.filter(({ live }) => live).length;
      }
      assert.ok(seen.shown > 0, 'something is shown that the index does not open');
      assert.ok(seen.refused > 0, 'and something is found and refused');
    } finally {
      await synced.close();
      await world.close();
    }
  });
});

/** A search that is far behind: it finds everything for everybody. */
function asking(
  person: Principal,
  items: readonly DocumentId[],
  mayRead: (id: DocumentId) => boolean,
  seen: { refused: number },
): OwnRightsOf {
  const rights: OwnRights = {
    account: async () => person,
    search: async () => ({ hits: items.map((id) => ({ id })) }),
    mayRead: async function* (ids) {
      for (const id of ids) {
        seen.refused += Number(!mayRead(id));
        yield { id, mayRead: mayRead(id) };
      }
    },
  };
  return {
    isFor: () => true,
    as: async (_source, _access, _signal, work) => ({ value: await work(rights) }),
  };
}

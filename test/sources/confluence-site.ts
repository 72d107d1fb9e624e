import assert from 'node:assert/strict';
import { afterEach } from 'node:test';
import type { ConfluenceConfigInput } from '@fumikura/connector-confluence';
import type { Principal } from '@fumikura/model';
import type { ConfluenceOptions } from '../simulators/confluence/server.ts';
import { addSpace, addUser, emptyWorld } from '../simulators/confluence/making.ts';
import type { ConfluenceWorld } from '../simulators/confluence/world.ts';
import { testAccess } from '@fumikura/testkit';
import { ID, serveWorld } from './confluence-world.ts';
import type { ServedWorld } from './confluence-world.ts';
import { agrees } from './follows-edits.ts';
import { openSyncedWorld } from './leaks.ts';
import type { SyncedWorld } from './leaks.ts';

export const signal = new AbortController().signal;
export const encoder = new TextEncoder();
export const person = (id: string): Principal => `user:${ID}:${id}`;

export async function collect<T>(all: AsyncIterable<T> | undefined): Promise<T[]> {
  const found: T[] = [];
  for await (const each of all ?? []) found.push(each);
  return found;
}

/** A space of everybody, Ada and Bob in it. */
export function company(
  deployment: ConfluenceWorld['deployment'] = 'cloud',
  parts: Partial<ConfluenceWorld> = {},
) {
  const world = emptyWorld(deployment, parts);
  for (const id of ['ada', 'bob']) addUser(world, { id, name: id });
  return { world, space: addSpace(world, { key: 'ENG', name: 'Engineering' }) };
}

/** One site and what was read of it, for each test anew. */
export function confluenceSite() {
  let served: ServedWorld;
  let synced: SyncedWorld;
  const open = async (made: Promise<ServedWorld>) => {
    served = await made;
    synced = await openSyncedWorld(served);
  };
  const serve = (
    world: ConfluenceWorld,
    options?: ConfluenceOptions,
    config?: Partial<ConfluenceConfigInput>,
  ) => open(serveWorld(world, options, config));
  afterEach(async () => {
    assert.deepEqual(served.simulator.violations, []);
    await synced.close();
    await served.close();
  });

  const compare = (moment: string) => agrees(synced, moment);
  const aclOf = async (item: string) =>
    (await synced.store.catalog.known([`${ID}/${item}`])).get(`${ID}/${item}`)?.acl.allow.toSorted();
  /** As our own account sees them. */
  const sees = async () => {
    const own: Principal[] = [person('sync'), `group:${ID}:users`];
    const { aclIds } = await synced.store.catalog.readableAcls(own);
    return testAccess([...aclIds], own);
  };
  const recordOf = async (item: string) =>
    (await synced.store.catalog.readable([`${ID}/${item}`], await sees()))[0];
  const membersOf = async (list: string) => (await synced.store.catalog.lists([`${ID}/${list}`]))[0]?.members;
  return {
    get served() {
      return served;
    },
    get synced() {
      return synced;
    },
    open,
    serve,
    compare,
    aclOf,
    sees,
    recordOf,
    membersOf,
  };
}

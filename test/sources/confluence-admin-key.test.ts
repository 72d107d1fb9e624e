import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { Secret } from '@fumikura/config';
import { confluenceConfigSchema } from '@fumikura/connector-confluence';
import { silentLogger } from '@fumikura/logging';
import { addContent, addSpace, addUser, emptyWorld, toUser } from '../simulators/confluence/making.ts';
import { randomWorld } from '../simulators/confluence/random-world.ts';
import { seeded } from '../simulators/graph/random-world.ts';
import { quickClock } from './clocks.ts';
import { confluenceConnector, ID, serveWorld } from './confluence-world.ts';
import type { ServedWorld } from './confluence-world.ts';
import { agrees } from './follows-edits.ts';
import { openSyncedWorld } from './leaks.ts';
import type { SyncedWorld } from './leaks.ts';

const signal = new AbortController().signal;
const MINUTE_MS = 60_000;

describe('Confluence with an admin key', () => {
  let served: ServedWorld;
  let synced: SyncedWorld;
  afterEach(async () => {
    await synced.close();
    await served.close();
  });
  const stillAgrees = async (moment: string) => assert.ok((await agrees(synced, moment)) > 0);

  it('reads what its account is not shown, for those who are shown it and for nobody else', async () => {
    const world = emptyWorld();
    addUser(world, { id: 'ada', name: 'Ada' });
    const open = addSpace(world, { key: 'OPEN' }).id;
    const hidden = addSpace(world, { key: 'HIDDEN', grants: [toUser('ada')] }).id;
    const restriction = { users: new Set(['ada']), groups: new Set<string>() };
    const page = addContent(world, { space: open, title: 'For Ada', text: 'x', restriction });
    addContent(world, { space: hidden, title: 'Also for Ada', text: 'x' });
    served = await serveWorld(world, { adminKeys: quickClock() }, { adminKey: true });
    synced = await openSyncedWorld(served);
    await synced.sync();
    await stillAgrees('with the key');
    assert.equal(served.items().length, 2);
    const plain = confluenceConnector('cloud', served.simulator.url);
    const without: string[] = [];
    for await (const ids of plain.listIds?.(signal) ?? []) without.push(...ids);
    assert.deepEqual(without, [], 'without the key nothing of it is there');
    page.restriction = { users: new Set(['sync']), groups: new Set() };
    await synced.sync({ passes: ['access'] });
    await stillAgrees('after Ada was taken away');
    assert.deepEqual(served.simulator.violations, []);
  });

  for (const seed of [1, 5, 9])
    it(`keeps the readers of site ${seed} exact through its edits`, async () => {
      served = await serveWorld(
        randomWorld(seed, 30, 'cloud'),
        { adminKeys: quickClock(), pageSize: 7 },
        { adminKey: true },
      );
      synced = await openSyncedWorld(served);
      const random = seeded(seed);
      for (let round = 0; round < 3; round++) {
        await synced.sync();
        await stillAgrees(`round ${round}`);
        for (let edits = 0; edits < 4; edits++) served.edit(random);
      }
    });

  it('is renewed long before it ends, however long a walk takes', async () => {
    let now = Date.now();
    const clock = { now: () => now, sleep: quickClock().sleep };
    const world = emptyWorld();
    const space = addSpace(world, { key: 'S', grants: [toUser('ada')] }).id;
    for (let n = 0; n < 40; n++) addContent(world, { space, title: `page ${n}`, text: 'x' });
    served = await serveWorld(world, { adminKeys: clock, pageSize: 2 }, { adminKey: true });
    synced = await openSyncedWorld(served);
    served.simulator.onRequest(() => (now += 4 * MINUTE_MS));
    await synced.sync(
      {},
      confluenceConnector('cloud', served.simulator.url, { adminKey: true }, silentLogger, clock),
    );
    assert.equal((await synced.store.catalog.listIds(ID, undefined, 100)).length, 40);
    const made = served.simulator.requests.filter(({ path }) => path.endsWith('/admin-key')).length;
    assert.ok(made > 5, `${made} keys`);
  });

  it('says so where there are no keys, and reads nothing instead of a part', async () => {
    served = await serveWorld(emptyWorld(), {}, { adminKey: true });
    synced = await openSyncedWorld(served);
    await assert.rejects(synced.sync(), { code: 'SOURCE_FORBIDDEN', publicMessage: /no admin key/u });
    const credential = { accessToken: new Secret('x') };
    const parsed = confluenceConfigSchema.safeParse({
      id: ID,
      url: 'https://a.example',
      credential,
      adminKey: true,
    });
    assert.equal(parsed.success, false);
  });
});

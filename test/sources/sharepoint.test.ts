import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { agrees, followsEdits, revokesWithoutContent } from './follows-edits.ts';
import { openSyncedWorld } from './leaks.ts';
import type { SyncedWorld } from './leaks.ts';
import { makeSharepointWorld, sharepointConnector } from './sharepoint-world.ts';
import type { SourceWorld } from './source-world.ts';

const signal = new AbortController().signal;
const encoder = new TextEncoder();

async function collect<T>(all: AsyncIterable<T> | undefined): Promise<T[]> {
  const found: T[] = [];
  for await (const each of all ?? []) found.push(each);
  return found;
}

describe('SharePoint through the engine', () => {
  let world: SourceWorld;
  let synced: SyncedWorld;
  const open = async (made: Promise<SourceWorld>) => {
    world = await made;
    synced = await openSyncedWorld(world);
  };
  afterEach(async () => {
    await synced.close();
    await world.close();
  });

  const compare = (moment: string) => agrees(synced, moment);

  for (const seed of [1, 2, 3])
    it(`reads tenant ${seed}, follows edits and lets nobody see more than the source`, async () => {
      await open(makeSharepointWorld(seed, 24));
      await followsEdits(world, synced, { seed, edits: 5 });
    });

  it('lets a revocation through by the permission and directory passes alone', async () => {
    await open(makeSharepointWorld(4, 24));
    await revokesWithoutContent(world, synced, 12);
  });

  it('gives the same ids from every checkpoint', async () => {
    await open(makeSharepointWorld(5, 400));
    const batches = await collect(world.connector().pull(undefined, signal));
    const ids = (all: typeof batches) =>
      all.flatMap(({ changes }) =>
        changes.flatMap((each) => (each.kind === 'upsert' ? [each.document.id] : [])),
      );
    const whole = new Set(ids(batches));
    assert.ok(batches.length > 4);
    for (const [at, { checkpoint }] of batches.entries()) {
      const rest = await collect(world.connector().pull(structuredClone(checkpoint), signal));
      const both = new Set([...ids(batches.slice(0, at + 1)), ...ids(rest)]);
      assert.deepEqual([...both].sort(), [...whole].sort());
    }
  });

  it('starts over when its delta links have ended, and after a token has', async () => {
    await open(makeSharepointWorld(6, 12));
    await synced.sync();
    world.simulator.respondNext(
      { status: 410, body: { error: { code: 'resyncChangesApplyDifferences', message: 'resync' } } },
      ({ url }) => url.pathname.endsWith('/delta'),
    );
    world.simulator.respondNext(
      { status: 401, body: { error: { code: 'InvalidAuthenticationToken', message: 'expired' } } },
      ({ url }) => url.pathname.endsWith('/getAllSites'),
    );
    assert.equal((await synced.sync()).outcome, 'completed');
    await compare('afterwards');
  });

  it('ends with a named kind and no secret when the service refuses', async () => {
    await open(makeSharepointWorld(7, 6));
    await assert.rejects(
      sharepointConnector(world.simulator.url, 'wrong-secret').check(signal),
      (error: Error) => {
        assert.equal((error as { kind?: string }).kind, 'auth');
        assert.ok(!JSON.stringify(error).includes('wrong-secret') && !String(error).includes('wrong-secret'));
        return true;
      },
    );
    for (const [status, kind] of [
      [403, 'permission'],
      [404, 'not-found'],
    ] as const) {
      world.simulator.respondNext({ status, body: {} }, ({ url }) => url.pathname.endsWith('/getAllSites'));
      await assert.rejects(world.connector().check(signal), { kind });
    }
    // As often as the client asks again for an answer that is none.
    for (let n = 0; n < 3; n++)
      world.simulator.respondNext({ status: 200, body: '<html>' }, ({ url }) =>
        url.pathname.endsWith('/drives'),
      );
    await assert.rejects(collect(world.connector().listIds?.(signal)), { code: 'SOURCE_ANSWER_INVALID' });
  });

  it('echoes a validation, believes notices with the client state and refuses others', async () => {
    await open(makeSharepointWorld(8, 6));
    const webhook = (body: unknown, query = {}) =>
      world.connector().webhook?.({ headers: {}, query, body: encoder.encode(JSON.stringify(body)) });
    assert.equal((await webhook({}, { validationToken: 'a b' }))?.reply, 'a b');
    const news = await webhook({ value: [{ clientState: 'state', lifecycleEvent: 'missed' }] });
    assert.deepEqual(news?.due, ['content', 'access']);
    await assert.rejects(async () => webhook({ value: [{ clientState: 'other' }] }), {
      code: 'WEBHOOK_REFUSED',
    });
    await assert.rejects(async () => webhook({ value: [] }), { code: 'WEBHOOK_REFUSED' });
  });
});

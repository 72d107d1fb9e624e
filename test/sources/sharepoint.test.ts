import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { createAccess } from '@fumikura/access';
import { createDocumentPipeline } from '@fumikura/documents';
import type { DocumentPipeline } from '@fumikura/documents';
import { createIngest } from '@fumikura/ingest';
import { silentLogger } from '@fumikura/logging';
import type { DirectoryPart, Principal } from '@fumikura/model';
import type { Connector, Store } from '@fumikura/ports';
import { createSqliteStore } from '@fumikura/store-sqlite';
import { seeded } from '../simulators/graph/random-world.ts';
import { makeSharepointWorld, sharepointConnector } from './sharepoint-world.ts';
import type { SourceWorld } from './source-world.ts';

const signal = new AbortController().signal;
const SOURCE = 'sharepoint:contoso';
const encoder = new TextEncoder();

async function collect<T>(all: AsyncIterable<T> | undefined): Promise<T[]> {
  const found: T[] = [];
  for await (const each of all ?? []) found.push(each);
  return found;
}

/** A person's principals by the directory that the connector gives. */
function expand(person: Principal, parts: readonly DirectoryPart[]): readonly Principal[] {
  const account = parts
    .flatMap(({ accounts = [] }) => accounts)
    .find(({ principal }) => principal === person);
  if (!account?.isActive) return [];
  const groups = parts.flatMap((part) => part.groups ?? []);
  const found = new Set<Principal>([person, 'anyone', `authenticated:${SOURCE}`]);
  for (let size = 0; size !== found.size;) {
    size = found.size;
    for (const { principal, members } of groups)
      if (members.some((member) => found.has(member))) found.add(principal);
  }
  return [...found];
}

describe('SharePoint through the engine', () => {
  let folder: string;
  let store: Store;
  let pipeline: DocumentPipeline;
  let world: SourceWorld;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fumi-sharepoint-'));
    store = await createSqliteStore({ file: join(folder, 'store.db'), inline: true });
    pipeline = createDocumentPipeline({ workers: 1 });
  });
  afterEach(async () => {
    await world.close();
    await pipeline.close();
    await store.close();
    await rm(folder, { recursive: true });
  });

  const sync = (connector: Connector) =>
    createIngest({ store, documents: pipeline, logger: silentLogger, holder: 'test' }).sync(connector, {
      signal,
      allowRemovals: true,
    });
  /** The permission pass through the engine: its changes, with the checkpoint of the content pass kept. */
  const accessPass = async () => {
    const kept = await store.catalog.checkpoint(world.connector().id);
    const connector = world.connector();
    await sync({
      ...connector,
      pull: async function* () {
        for await (const { changes } of connector.pullAccess?.(undefined, signal) ?? [])
          yield { changes, checkpoint: kept ?? null };
      },
    });
  };
  const compare = async () => {
    const parts = await collect(world.connector().directory?.(signal));
    const ids = world.items();
    const known = await store.catalog.known(ids);
    assert.equal(known.size, ids.length, 'every item is indexed');
    let admitted = 0;
    for (const person of world.people()) {
      const principals = expand(person, parts);
      const access = createAccess(store.catalog, {
        principalsOf: async () => principals,
        version: async () => 'test',
      });
      const filter = await access.filterFor({ issuer: 'test', subject: person });
      const readable = await store.catalog.readable(ids, filter);
      const allowed = new Set(readable.map(({ id }) => id));
      for (const id of ids) {
        const isOpen = allowed.has(id);
        const may = world.mayRead(person, id);
        assert.ok(!isOpen || may, `leak: ${person} reads ${id}`);
        if (may && !isOpen)
          assert.ok(world.closedBecause(person, id), `closed without reason: ${person} ${id}`);
        if (isOpen) admitted++;
      }
    }
    return admitted;
  };
  const noViolations = () => assert.deepEqual(world.simulator.violations, []);

  it('reads a tenant, follows edits and lets nobody see more than the source', async () => {
    let admitted = 0;
    for (const seed of [1, 2, 3]) {
      if (seed > 1) {
        await world.close();
        await store.close();
        store = await createSqliteStore({ file: join(folder, `store${seed}.db`), inline: true });
      }
      world = await makeSharepointWorld(seed, 24);
      const random = seeded(seed + 100);
      await sync(world.connector());
      admitted += await compare();
      for (let round = 0; round < 3; round++) {
        const edits = Array.from({ length: 5 }, () => world.edit(random));
        await sync(world.connector());
        await accessPass();
        await compare().catch((error: unknown) => {
          throw new Error(`seed ${seed}, after ${edits.join('; ')}`, { cause: error });
        });
      }
      noViolations();
    }
    assert.ok(admitted > 0, 'somebody reads something');
  });

  it('gives the same ids from every checkpoint', async () => {
    world = await makeSharepointWorld(5, 400);
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
    world = await makeSharepointWorld(6, 12);
    await sync(world.connector());
    world.simulator.respondNext(
      { status: 410, body: { error: { code: 'resyncChangesApplyDifferences', message: 'resync' } } },
      ({ url }) => url.pathname.endsWith('/delta'),
    );
    world.simulator.respondNext(
      { status: 401, body: { error: { code: 'InvalidAuthenticationToken', message: 'expired' } } },
      ({ url }) => url.pathname.endsWith('/getAllSites'),
    );
    assert.equal((await sync(world.connector())).outcome, 'completed');
    await compare();
  });

  it('ends with a named kind and no secret when the service refuses', async () => {
    world = await makeSharepointWorld(7, 6);
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
    world = await makeSharepointWorld(8, 6);
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

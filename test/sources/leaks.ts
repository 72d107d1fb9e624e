import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAccess, createLinkedDirectory, createLocalDirectory, LOCAL_ISSUER } from '@fumikura/access';
import { createDocumentPipeline } from '@fumikura/documents';
import { createIngest } from '@fumikura/ingest';
import type { SyncOptions } from '@fumikura/ingest';
import { silentLogger } from '@fumikura/logging';
import type { DocumentId, Principal } from '@fumikura/model';
import type { Connector, DocumentRecord, RunRecord, Store } from '@fumikura/ports';
import { createSqliteStore } from '@fumikura/store-sqlite';
import { testAccess } from '@fumikura/testkit';
import type { SourceWorld } from './source-world.ts';

/** An installation of its own that reads one world: the real engine, store, directory and access. */
export interface SyncedWorld {
  readonly store: Store;
  /** By a connector of its own when one is given. */
  sync(options?: Partial<SyncOptions>, connector?: Connector): Promise<RunRecord>;
  /** One document as those see it who may read it. */
  told(id: DocumentId): Promise<DocumentRecord | undefined>;
  /** Every person × every item, against the oracle. */
  compare(): Promise<Comparison>;
  close(): Promise<void>;
}

export interface Comparison {
  readonly checks: number;
  /** Pairs that the index opens. */
  readonly open: number;
  /** "person reads item" although the source would refuse. */
  readonly leaks: readonly string[];
  /** "person misses item" although the source would show it and nothing excuses us. */
  readonly unexplained: readonly string[];
  /** Closed with a reason that the world names: how often each. */
  readonly excused: Readonly<Record<string, number>>;
  /** Items of the world that are not indexed. */
  readonly missing: readonly string[];
}

export async function openSyncedWorld(world: SourceWorld): Promise<SyncedWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'fumi-world-'));
  const store = await createSqliteStore({ file: join(folder, 'store.db'), inline: true });
  const pipeline = createDocumentPipeline({ workers: 1 });
  const ingest = createIngest({ store, documents: pipeline, logger: silentLogger, holder: 'world' });
  return {
    store,
    sync: (options = {}, connector = world.connector()) =>
      ingest.sync(connector, {
        signal: new AbortController().signal,
        allowRemovals: true,
        ...options,
      }),
    told: async (id) => {
      const known = (await store.catalog.known([id])).get(id);
      const lists = await store.catalog.lists(known?.acl.allow ?? []);
      const readers = lists.flatMap(({ members }) => members);
      return (await store.catalog.readable([id], testAccess(known ? [known.aclId] : [], readers)))[0];
    },
    compare: () => compare(store, world),
    close: async () => {
      await pipeline.close();
      await store.close();
      await rm(folder, { recursive: true });
    },
  };
}

async function compare(store: Store, world: SourceWorld): Promise<Comparison> {
  const items = world.items();
  const known = await store.catalog.known(items);
  const found: { leaks: string[]; unexplained: string[]; excused: Record<string, number>; open: number } = {
    leaks: [],
    unexplained: [],
    excused: {},
    open: 0,
  };
  for (const person of world.people()) {
    const readable = await readableBy(store, person, items);
    for (const item of items) {
      const [isOpen, may] = [readable.has(item), world.mayRead(person, item)];
      if (isOpen) found.open++;
      if (isOpen && !may) found.leaks.push(`${person} reads ${item}`);
      if (isOpen || !may || !known.has(item)) continue;
      const excuse = world.closedBecause(person, item);
      if (excuse === undefined) found.unexplained.push(`${person} misses ${item}`);
      else found.excused[excuse] = (found.excused[excuse] ?? 0) + 1;
    }
  }
  const missing = items.filter((item) => !known.has(item));
  return { ...found, missing, checks: world.people().length * items.length };
}

/** As the product does it: a person with this account written down, the directory that was synced, today's lists. */
export async function readableBy(
  store: Store,
  account: Principal,
  items: readonly string[],
): Promise<ReadonlySet<string>> {
  const person = { id: 'asker', accounts: [account] };
  const local = createLocalDirectory([person.id], [], '1');
  const access = createAccess(store.catalog, createLinkedDirectory(local, store.catalog, [person]));
  const filter = await access.filterFor({ issuer: LOCAL_ISSUER, subject: person.id });
  return new Set((await store.catalog.readable(items, filter)).map(({ id }) => id));
}

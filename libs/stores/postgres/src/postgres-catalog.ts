import { AppError } from '@fumikura/errors';
import type { AllowList, DocumentId, SourceId } from '@fumikura/model';
import { sql } from 'kysely';
import type {
  Catalog,
  CatalogJournal,
  DocumentWrite,
  EmbeddingJournal,
  StoreBatch,
  StoreExport,
} from '@fumikura/ports';
import { AccessHistoryStore } from './catalog/access-history.ts';
import { AclStore } from './catalog/acls.ts';
import { readsOfCallers } from './catalog/checked-reads.ts';
import { DirectoryStore } from './catalog/directory.ts';
import { DocumentStore } from './catalog/documents.ts';
import { JobStore } from './catalog/jobs.ts';
import { Standings } from './catalog/standings.ts';
import { StateStore } from './catalog/state.ts';
import { SyncState } from './catalog/sync-state.ts';
import { Connection } from './connection.ts';
import type { ConnectionOptions, Executor } from './connection.ts';
import { createEmbeddingJournal } from './embedding/embedding-journal.ts';
import { Waiting } from './embedding/waiting.ts';
import { Journal } from './journal/journal.ts';
import { listen } from './news.ts';
import { dueSteps, migrate } from './schema/migrate.ts';

export interface PostgresCatalogOptions extends ConnectionOptions {
  /** False for an account that may not change tables: opening is then refused while steps are due. Default true. */
  readonly mayMigrate?: boolean;
  /** Hears of changed rights at once, and leaves a statement on its connections; off behind a pooler by transaction. Default true. */
  readonly listens?: boolean;
}

export type OnDocuments = (ids: readonly DocumentId[]) => void;

export interface PostgresCatalog {
  readonly catalog: Catalog;
  readonly journal: CatalogJournal;
  readonly embeddings: EmbeddingJournal;
  /** Without vectors, which the index alone has; with the version that it has them under. */
  readonly export: Omit<StoreExport, 'documents'> & {
    documents(
      ids: readonly DocumentId[],
    ): Promise<readonly { readonly write: DocumentWrite; readonly version: number }[]>;
  };
  /**
   * Calls back with what any process's commits touched, once they are durable; a break of the connection may swallow some.
   * Absent where nobody listens. @returns the way to stop it
   */
  readonly onDocuments?: (listener: OnDocuments) => () => void;
  /** By the clock of the database, which leases run by. */
  now(): Promise<Date>;
  /** A batch without an index beside. */
  commit(batch: StoreBatch): Promise<void>;
  close(): Promise<void>;
}

const ATTEMPTS = 5;
/** The longest that a timer takes: three weeks. */
const NO_LIMIT_MS = 2_147_483_647;

/**
 * Sources, documents, ACLs, directory, runs in PostgreSQL 14 or later. Rejects with STORE_UNREACHABLE, STORE_REFUSED,
 * STORE_NEWER or STORE_OLDER when it cannot be used.
 */
export async function createPostgresCatalog(options: PostgresCatalogOptions): Promise<PostgresCatalog> {
  await bringUpToDate(options);
  const listens = options.listens ?? true;
  const connection = new Connection({ ...options, mayPrepare: listens });
  const history = new AccessHistoryStore(connection);
  const acls = new AclStore(connection, history);
  const standings = new Standings(connection);
  const documents = new DocumentStore(connection);
  const sync = new SyncState(connection);
  const directory = new DirectoryStore(connection, history);
  const jobs = new JobStore(connection);
  const state = new StateStore(connection);
  const waiting = new Waiting(connection, documents);
  const parts = { connection, acls, standings, history, documents, sync, directory, jobs, state, waiting };
  const journal = new Journal(parts);
  const prepare = () => void standings.prepare().catch(() => undefined); // whoever asks next does it, and hears what is wrong
  const listeners = new Set<OnDocuments>();
  const onDocuments: OnDocuments = (ids) => {
    for (const listener of listeners) listener(ids);
  };
  const stop = listens
    ? listen({ ...options, schema: connection.schema }, { onAccess: prepare, onDocuments })
    : undefined;
  return {
    ...(listens && {
      onDocuments: (listener: OnDocuments) => {
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
    }),
    now: () => connection.read(clockOf),
    catalog: createCatalog({ ...parts, journal }),
    journal,
    embeddings: createEmbeddingJournal(parts),
    export: createExport(parts),
    commit: (batch) => commitAlone(journal, batch),
    close: async () => {
      await stop?.();
      await connection.close();
    },
  };
}

async function clockOf(db: Executor): Promise<Date> {
  const { rows } = await sql<{ now: Date }>`SELECT clock_timestamp() AS now`.execute(db);
  return rows[0]?.now ?? new Date(Number.NaN);
}

/** What a migration would do, by the names of its steps; nothing is changed. */
export async function planPostgresMigration(options: ConnectionOptions): Promise<readonly string[]> {
  const connection = new Connection(options);
  try {
    return await migrate(connection, { dryRun: true });
  } finally {
    await connection.close();
  }
}

async function bringUpToDate(options: PostgresCatalogOptions): Promise<void> {
  // A step may rewrite millions of rows.
  const connection = new Connection({ ...options, maxConnections: 1, writeTimeoutMs: NO_LIMIT_MS });
  try {
    const due = await dueSteps(connection);
    if (due.length === 0) return;
    if (options.mayMigrate ?? true) await migrate(connection);
    else throw stepsAreDue(due);
  } finally {
    await connection.close();
  }
}

function stepsAreDue(due: readonly string[]): AppError {
  return new AppError('STORE_OLDER', 'config', `steps due: ${due.join(', ')}`, {
    publicMessage: `The catalog has to be brought up to date (${due.join(', ')}), and this account may not. Do it once with the account that owns the tables.`,
  });
}

async function commitAlone(journal: Journal, batch: StoreBatch): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const pending = await journal.begin(batch);
    try {
      await journal.settled(await journal.confirm(pending));
      return;
    } catch (error) {
      await journal.settled(await journal.abandon(pending));
      const isConflict = error instanceof AppError && error.code === 'STORE_CONFLICT';
      if (!isConflict || attempt >= ATTEMPTS) throw error;
    }
  }
}

function createExport({
  connection,
  acls,
  documents,
  sync,
  directory,
}: Pick<Parts, 'connection' | 'acls' | 'documents' | 'sync' | 'directory'>): PostgresCatalog['export'] {
  return {
    documents: (ids) => connection.read((db) => documents.written(db, ids)),
    lists: () =>
      connection.snapshot(async (db) => {
        const bySource = Map.groupBy(await acls.listsBySource(db), ({ source }) => source);
        const found: { source: SourceId | undefined; lists: AllowList[] }[] = [];
        for (const [source, names] of bySource)
          found.push({
            source: (source ?? undefined) as SourceId | undefined,
            lists: await acls.lists(
              db,
              names.map(({ id }) => id),
            ),
          });
        return found;
      }),
    directory: (source) => connection.snapshot((db) => directory.part(db, source)),
    settings: () => connection.read((db) => sync.settings(db)),
  };
}

interface Parts {
  readonly connection: Connection;
  readonly acls: AclStore;
  readonly standings: Standings;
  readonly history: AccessHistoryStore;
  readonly documents: DocumentStore;
  readonly sync: SyncState;
  readonly directory: DirectoryStore;
  readonly jobs: JobStore;
  readonly state: StateStore;
  readonly journal: Journal;
}

function createCatalog(parts: Parts): Catalog {
  const { connection, acls, standings, history, documents, sync, directory, jobs, state, journal } = parts;
  const read = <T>(work: (db: Executor) => Promise<T>) => connection.read(work);
  const write = <T>(work: (db: Executor) => Promise<T>) => connection.write(work);
  return {
    ...readsOfCallers(parts),
    ensureSource: (id) => write((db) => sync.ensureSource(db, id)),
    putCheck: (id, check) => write((db) => sync.putCheck(db, id, check)),
    sources: () => read((db) => sync.sources(db)),
    removeSource: async (id) => {
      const { removed, batch } = await journal.removeSource(id);
      await journal.settled(await journal.unsettled({ batch }, removed));
      return removed;
    },
    known: (ids) => read((db) => documents.known(db, ids)),
    listIds: (source, after, limit) => read((db) => documents.listIds(db, source, after ?? '', limit)),
    accessVersion: async () => String(await standings.version()),
    readableAcls: async (principals) => {
      const { aclIds, version } = await standings.readable(principals);
      return { aclIds, version: String(version) };
    },
    putLists: async (lists) => {
      await acls.ensureLists(lists.map(({ id }) => id));
      await write((db) => acls.putLists(db, lists, null));
    },
    lists: (ids) => read((db) => acls.lists(db, ids)),
    accessHistory: (since, document) => read((db) => history.since(db, since, document)),
    renameInAccessHistory: (renamed) => write((db) => history.rename(db, renamed)),
    stageDirectory: (source, run, part) => write((db) => directory.stage(db, source, run, part)),
    completeDirectory: (source, run, lease) =>
      write(async (db) => {
        if (lease) await sync.requireLease(db, lease);
        const record = await directory.complete(db, source, run);
        await acls.changed(db);
        return record;
      }),
    directories: () => read((db) => directory.records(db)),
    directoryVersion: () => read((db) => directory.version(db)),
    accounts: (principals, emails) => read((db) => directory.accounts(db, principals, emails)),
    withGroups: (principals) => read((db) => directory.withGroups(db, principals)),
    checkpoint: (source, of = 'content') => read((db) => sync.checkpoint(db, source, of)),
    clearCheckpoint: (source, of = 'content') => write((db) => sync.setCheckpoint(db, source, undefined, of)),
    acquireLease: (source, holder, ttlMs) => write((db) => sync.acquireLease(db, source, holder, ttlMs)),
    renewLease: (lease, ttlMs) => write((db) => sync.renewLease(db, lease, ttlMs)),
    releaseLease: (lease) => write((db) => sync.releaseLease(db, lease)),
    putRun: (run) => write((db) => sync.putRun(db, run)),
    runs: (source, limit) => read((db) => sync.runs(db, source, limit)),
    deadLetters: (source, limit) => read((db) => sync.deadLetters(db, source, limit)),
    jobs: () => read((db) => jobs.jobs(db)),
    putJob: (job) => write((db) => jobs.put(db, job)),
    request: (source, news) => write((db) => jobs.request(db, source, news)),
    requested: (source, limit) => read((db) => jobs.requested(db, source, limit)),
    met: (requests) => write((db) => jobs.met(db, requests)),
    state: {
      get: (...args) => read((db) => state.get(db, ...args)),
      put: (...args) => write((db) => state.put(db, ...args)),
      change: (...args) => state.change(...args),
      list: (...args) => read((db) => state.list(db, ...args)),
      remove: (...args) => write((db) => state.remove(db, ...args)),
    },
    setting: async (name, initial) =>
      (await read((db) => sync.setting(db, name))) ?? write((db) => sync.makeSetting(db, name, initial())),
  };
}

import { AppError, toAppError } from '@fumikura/errors';
import { readGrant } from '@fumikura/ports';
import type {
  AccessFilter,
  AccessGrant,
  Catalog,
  EmbeddingStore,
  IndexExplorer,
  SearchIndex,
  SharedState,
  Store,
  StoreExport,
} from '@fumikura/ports';
import { StateStore } from './catalog/state.ts';
import { Versions } from './catalog/versions.ts';
import { Database } from './database.ts';
import type { DatabaseOptions } from './database.ts';
import type { RebuildProgress } from './rebuild.ts';
import { migrate } from './schema.ts';
import { inlineExecutor, threadExecutor } from './threads/executor.ts';
import type { CallOptions, Executor } from './threads/executor.ts';
import type { OperationName } from './threads/operations.ts';

export interface RebuildOptions {
  /** Ends it between two steps; the next one goes on where it stopped. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: RebuildProgress) => void;
}

export interface SqliteStoreOptions extends DatabaseOptions {
  /** Run in the calling thread: for commands that end soon. Default: one thread that writes, `readers` that read. */
  readonly inline?: boolean;
  /** Threads that answer questions at the same time; default 1. Each holds its own copy of the columns. */
  readonly readers?: number;
  /** Milliseconds since 1970, for leases and times; inline only. */
  readonly now?: () => number;
  /** When another version's tokeniser made the index, it is made anew before the store opens; told and ended by these. */
  readonly rebuild?: RebuildOptions;
}

export interface SqliteStore extends Store {
  readonly index: SearchIndex & { readonly explore: IndexExplorer };
  readonly embeddings: EmbeddingStore;
  readonly export: StoreExport;
  /**
   * Makes the index anew from the stored texts, beside the living one: searches and writes go on meanwhile. Rejects with
   * CANCELLED when the signal fires; what is done is kept for the next time.
   */
  rebuild(options?: RebuildOptions): Promise<void>;
}

/**
 * Catalog and index in one SQLite file. Rejects when the file cannot be used: STORE_NEWER, STORE_OLDER, STORE_LOCKED,
 * STORE_READ_ONLY, STORE_DAMAGED, STORE_FULL.
 */
export async function createSqliteStore(options: SqliteStoreOptions): Promise<SqliteStore> {
  const { inline = false, readers = 1, now, rebuild: rebuildOptions = {}, ...database } = options;
  const writer = inline
    ? inlineExecutor({ ...database, ...(now && { now }) })
    : threadExecutor({ options: database, isWriter: true });
  const write: Ask = (name, args, more) => writer.call(name, args, more) as never;
  try {
    // The writer opens first: it may have to bring the file up to date.
    const { isRebuildRequired } = await write<{ isRebuildRequired: boolean }>('open', []);
    if (isRebuildRequired) await rebuild(write, rebuildOptions);
  } catch (error) {
    await writer.close();
    throw error;
  }
  const others = inline
    ? [writer]
    : Array.from({ length: Math.max(1, readers) }, () =>
        threadExecutor({ options: database, isWriter: false }),
      );
  const read: Ask = (name, args, more) => leastBusy(others).call(name, args, more) as never;
  const versions = new Versions(database);
  return {
    catalog: createCatalog(read, write, inline ? undefined : versions),
    index: createIndex(read, write),
    embeddings: createEmbeddings(read, write),
    commit: (batch) => write('commit', [batch]),
    export: {
      documents: (ids) => read('exportDocuments', [ids]),
      lists: () => read('exportLists', []),
      directory: (source) => read('exportDirectory', [source]),
      settings: () => read('exportSettings', []),
    },
    rebuild: (more = {}) => rebuild(write, more),
    close: async () => {
      versions.close();
      await Promise.all([...new Set([writer, ...others])].map((each) => each.close()));
    },
  };
}

export interface SqliteState {
  readonly state: SharedState;
  close(): void;
}

/** What the file holds beside documents, for commands that need nothing else of it. Rejects like `createSqliteStore`. */
export function openSqliteState(options: DatabaseOptions): SqliteState {
  const db = new Database(options);
  try {
    migrate(db, options.readOnly ?? false);
  } catch (error) {
    db.close();
    throw error;
  }
  const store = new StateStore(db, Date.now);
  return {
    state: {
      get: async (...args) => store.get(...args),
      put: async (...args) => store.put(...args),
      change: async (...args) => store.change(...args),
      list: async (...args) => store.list(...args),
      remove: async (...args) => store.remove(...args),
    },
    close: () => db.close(),
  };
}

type Ask = <T>(name: OperationName, args: readonly unknown[], options?: CallOptions) => Promise<T>;

function leastBusy(executors: readonly Executor[]): Executor {
  const [first, ...rest] = executors;
  if (!first) throw new AppError('UNEXPECTED', 'internal', 'a store without readers');
  return rest.reduce((best, each) => (each.waiting < best.waiting ? each : best), first);
}

async function rebuild(write: Ask, { signal, onProgress }: RebuildOptions): Promise<void> {
  let progress = await write<RebuildProgress>('beginRebuild', []);
  onProgress?.(progress);
  while (!progress.isDone) {
    if (signal?.aborted) throw toAppError(signal.reason);
    progress = await write<RebuildProgress>('rebuildStep', []);
    onProgress?.(progress);
  }
}

/** @param versions absent where everything is read in this thread anyway */
function createCatalog(read: Ask, write: Ask, versions?: Versions): Catalog {
  return {
    ensureSource: (id) => write('ensureSource', [id]),
    putCheck: (id, check) => write('putCheck', [id, check]),
    sources: () => read('sources', []),
    removeSource: (id) => write('removeSource', [id]),
    readable: async (ids, access) => read('readable', [ids], granted(access)),
    text: async (id, access) => read('text', [id], granted(access)),
    passages: async (wanted, access) => read('passages', [wanted], granted(access)),
    fieldValues: async (field, access, limit) => read('fieldValues', [field, limit], granted(access)),
    known: (ids) => read('known', [ids]),
    listIds: (source, after, limit) => read('listIds', [source, after, limit]),
    accessVersion: async () => versions?.access() ?? read('accessVersion', []),
    readableAcls: (principals) => read('readableAcls', [principals]),
    putLists: (lists) => write('putLists', [lists]),
    lists: (ids) => read('lists', [ids]),
    accessHistory: (since, document) => read('accessHistory', [since, document]),
    renameInAccessHistory: (renamed) => write('renameInAccessHistory', [renamed]),
    stageDirectory: (source, run, part) => write('stageDirectory', [source, run, part]),
    completeDirectory: (source, run, lease) => write('completeDirectory', [source, run, lease]),
    directories: () => read('directories', []),
    directoryVersion: async () => versions?.directory() ?? read('directoryVersion', []),
    accounts: (principals, emails) => read('accounts', [principals, emails]),
    withGroups: (principals) => read('withGroups', [principals]),
    checkpoint: (source, of) => read('checkpoint', [source, of]),
    clearCheckpoint: (source, of) => write('clearCheckpoint', [source, of]),
    acquireLease: (source, holder, ttlMs) => write('acquireLease', [source, holder, ttlMs]),
    renewLease: (lease, ttlMs) => write('renewLease', [lease, ttlMs]),
    releaseLease: (lease) => write('releaseLease', [lease]),
    putRun: (run) => write('putRun', [run]),
    runs: (source, limit) => read('runs', [source, limit]),
    deadLetters: (source, limit) => read('deadLetters', [source, limit]),
    jobs: () => read('jobs', []),
    putJob: (job) => write('putJob', [job]),
    request: (source, news) => write('request', [source, news]),
    requested: (source, limit) => read('requested', [source, limit]),
    met: (requests) => write('met', [requests.map(({ seq }) => seq)]),
    state: {
      get: async (...args) => {
        const found = versions?.state(...args);
        return found ? found.entry : read('getState', args);
      },
      put: (...args) => write('putState', args),
      change: (...args) => write('changeState', args),
      list: (...args) => read('listState', args),
      remove: (...args) => write('removeState', args),
    },
    setting: async (name, initial) =>
      (await read<string | undefined>('setting', [name])) ?? write('makeSetting', [name, initial()]),
  };
}

function createEmbeddings(read: Ask, write: Ask): EmbeddingStore {
  return {
    bind: (fingerprint) => write('bindEmbedder', [fingerprint]),
    waiting: (chunks) => read('embedWaiting', [chunks]),
    known: (fingerprint, hashes) => read('knownVectors', [fingerprint, hashes]),
    keep: (...args) => write('keepVectors', args),
    put: (...args) => write('putVectors', args),
    spent: (day) => read('embedSpent', [day]),
    status: () => read('embedStatus', []),
    refusals: (limit) => read('embedRefusals', [limit]),
    retryRefused: () => write('retryRefused', []),
    setPaused: (isPaused) => write('setEmbedPaused', [isPaused]),
    setProblem: (problem) => write('setEmbedProblem', [problem]),
    setRate: (rate) => write('setEmbedRate', [rate]),
    prune: () => write('pruneVectors', []),
  };
}

function createIndex(read: Ask, write: Ask): SqliteStore['index'] {
  return {
    write: (batch) => write('writeIndex', [batch]),
    search: async (request, access, signal) => read('search', [request], { ...granted(access), signal }),
    changesSince: async (answer, access) => read('changesSince', [answer], granted(access)),
    explore: {
      complete: async (request, access, signal) =>
        read('complete', [request], { ...granted(access), signal }),
      words: async (request, access, signal) => read('words', [request], { ...granted(access), signal }),
      longForms: async (request, access, signal) =>
        read('longForms', [request], { ...granted(access), signal }),
      facets: async (request, access, signal) => read('facets', [request], { ...granted(access), signal }),
      rarity: (terms) => read('rarity', [terms]),
    },
    stats: () => read('stats', []),
    useFingerprint: (fingerprint) => write('useFingerprint', [fingerprint]),
    maintain: async (signal) => {
      while (!signal.aborted && (await write<boolean>('maintainStep', []))) continue;
    },
    check: (signal) => read('check', [], { signal }),
  };
}

/** @throws AppError ACCESS_FILTER_INVALID (internal) for anything that `access` did not make */
function granted(filter: AccessFilter): { readonly grant: AccessGrant } {
  const grant = readGrant(filter);
  if (grant) return { grant };
  throw new AppError('ACCESS_FILTER_INVALID', 'internal', 'an access filter that access did not make');
}

import { AppError } from '@fumikura/errors';
import { readGrant } from '@fumikura/ports';
import type { AccessFilter, AccessGrant, Catalog, SearchIndex, Store } from '@fumikura/ports';
import type { DatabaseOptions } from './database.ts';
import { inlineExecutor, threadExecutor } from './threads/executor.ts';
import type { Executor } from './threads/executor.ts';
import type { OperationName } from './threads/protocol.ts';

export interface SqliteStoreOptions extends DatabaseOptions {
  /** Run in the calling thread: for commands that end soon. Default: one thread that writes, one that reads. */
  readonly inline?: boolean;
  /** Milliseconds since 1970, for leases and times; inline only. */
  readonly now?: () => number;
}

export interface SqliteStore extends Store {
  /** Makes the index anew from the stored texts; searches go on meanwhile. */
  rebuild(): Promise<void>;
}

/**
 * Catalog and index in one SQLite file. Rejects at once when the file cannot be used: STORE_NEWER, STORE_OLDER,
 * STORE_LOCKED, STORE_READ_ONLY, STORE_DAMAGED.
 */
export async function createSqliteStore({
  inline = false,
  now,
  ...options
}: SqliteStoreOptions): Promise<SqliteStore> {
  const writer = inline ? inlineExecutor({ ...options, ...(now && { now }) }) : threadExecutor(options);
  // The writer opens first: it may have to bring the file up to date.
  await writer.call('accessVersion', []);
  const reader = inline ? writer : threadExecutor(options);
  const read: Ask = (name, args, signal) => reader.call(name, args, signal) as never;
  const write: Ask = (name, args, signal) => writer.call(name, args, signal) as never;
  return {
    catalog: createCatalog(read, write),
    index: createIndex(read, write),
    commit: (batch) => write('commit', [batch]),
    rebuild: () => write('rebuild', []),
    close: async () =>
      void (await Promise.all([...new Set<Executor>([reader, writer])].map((each) => each.close()))),
  };
}

type Ask = <T>(name: OperationName, args: readonly unknown[], signal?: AbortSignal) => Promise<T>;

function createCatalog(read: Ask, write: Ask): Catalog {
  return {
    ensureSource: (id) => write('ensureSource', [id]),
    sources: () => read('sources', []),
    removeSource: (id) => write('removeSource', [id]),
    readable: async (ids, access) => read('readable', [ids, granted(access)]),
    text: async (id, access) => read('text', [id, granted(access)]),
    passages: async (wanted, access) => read('passages', [wanted, granted(access)]),
    fieldValues: async (field, access, limit) => read('fieldValues', [field, granted(access), limit]),
    known: (ids) => read('known', [ids]),
    listIds: (source, after, limit) => read('listIds', [source, after, limit]),
    accessVersion: () => read('accessVersion', []),
    readableAcls: (principals) => read('readableAcls', [principals]),
    putLists: (lists) => write('putLists', [lists]),
    lists: (ids) => read('lists', [ids]),
    checkpoint: (source) => read('checkpoint', [source]),
    clearCheckpoint: (source) => write('clearCheckpoint', [source]),
    acquireLease: (source, holder, ttlMs) => write('acquireLease', [source, holder, ttlMs]),
    renewLease: (lease, ttlMs) => write('renewLease', [lease, ttlMs]),
    releaseLease: (lease) => write('releaseLease', [lease]),
    putRun: (run) => write('putRun', [run]),
    runs: (source, limit) => read('runs', [source, limit]),
    deadLetters: (source, limit) => read('deadLetters', [source, limit]),
    setting: (name, initial) => write('setting', [name, initial()]),
  };
}

function createIndex(read: Ask, write: Ask): SearchIndex {
  return {
    write: (batch) => write('writeIndex', [batch]),
    search: async (request, access, signal) => read('search', [request, granted(access)], signal),
    stats: () => read('stats', []),
    useFingerprint: (fingerprint) => write('useFingerprint', [fingerprint]),
    maintain: async (signal) => {
      while (!signal.aborted && (await write<boolean>('maintainStep', []))) continue;
    },
    check: (signal) => read('check', [], signal),
  };
}

/** @throws AppError ACCESS_FILTER_INVALID (internal) for anything that `access` did not make */
function granted(filter: AccessFilter): AccessGrant {
  const grant = readGrant(filter);
  if (grant) return grant;
  throw new AppError('ACCESS_FILTER_INVALID', 'internal', 'an access filter that access did not make');
}

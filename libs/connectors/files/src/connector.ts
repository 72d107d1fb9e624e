import { access, constants, stat } from 'node:fs/promises';
import { watch } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '@fumikura/errors';
import { documentId } from '@fumikura/model';
import type { DocumentId } from '@fumikura/model';
import type { Change, Connector, SyncBatch } from '@fumikura/ports';
import { walk } from './client.ts';
import type { WalkEntry } from './client.ts';
import type { FilesConfig } from './config.ts';
import { toDocument } from './mapping.ts';
import { allowLists } from './readers.ts';

/** Where a walk stands: the last path it told of; null when it came to its end. */
export type FilesCheckpoint = { readonly after: string | null };

const BATCH = 64;
/** Changes come in swarms; one look afterwards is enough. */
const QUIET_MS = 300;

/**
 * Files below one folder. Every pull walks the whole tree: the file system tells sizes and times in microseconds, and
 * the engine skips what it knows. Removals are found by listing.
 */
export function createFilesConnector(config: FilesConfig): Connector<FilesCheckpoint> {
  return {
    id: config.id,
    removals: 'by-listing',
    check: async () => {
      await check(config);
      return { missing: [], counts: {} };
    },
    pull: (from, signal) => pull(config, from, signal),
    listIds: (signal) => listIds(config, signal),
    watch: (signal) => changes(config, signal),
  };
}

async function check({ root, folders }: FilesConfig): Promise<void> {
  const found = await stat(root).catch((cause: unknown) => {
    const isGone = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    throw problem(
      isGone ? 'SOURCE_PATH_MISSING' : 'SOURCE_PATH_UNREADABLE',
      `${root} ${isGone ? 'does not exist' : 'cannot be read'}`,
    );
  });
  if (!found.isDirectory()) throw problem('SOURCE_NOT_A_FOLDER', `${root} is no folder`);
  await access(root, constants.R_OK | constants.X_OK).catch(() => {
    throw problem('SOURCE_PATH_UNREADABLE', `${root} cannot be read by this account`);
  });
  for (const { folder } of folders) {
    const isThere = (await stat(join(root, folder)).catch(() => undefined))?.isDirectory();
    if (!isThere)
      throw problem(
        'SOURCE_PATH_MISSING',
        `the reader rule for "${folder}" names a folder that does not exist below ${root}`,
      );
  }
}

function problem(
  code: 'SOURCE_PATH_MISSING' | 'SOURCE_PATH_UNREADABLE' | 'SOURCE_NOT_A_FOLDER',
  what: string,
): AppError {
  return new AppError(code, 'config', what, {
    publicMessage: `Source: ${what}. Give the path of a folder that is there, here or in the configuration.`,
  });
}

async function* pull(
  config: FilesConfig,
  from: FilesCheckpoint | undefined,
  signal: AbortSignal,
): AsyncGenerator<SyncBatch<FilesCheckpoint>> {
  // Lists first: a document must never stand there with readers that are not known yet.
  const lists = allowLists(config, new Date().toISOString());
  const after = from?.after ?? undefined;
  let changes: Change[] = lists.map((list) => ({ kind: 'list', list }));
  let last = after;
  let skips = after !== undefined;
  const expected = from === undefined ? countAhead(config, signal) : () => undefined;
  for await (const entry of walk(config, signal)) {
    const path = 'file' in entry ? entry.file.path : entry.unreadable.path;
    if (skips) {
      // The walk's order is fixed, so everything up to the last told path was told.
      if (path === after) skips = false;
      continue;
    }
    changes.push(toChange(config, entry));
    last = path;
    if (changes.length < BATCH) continue;
    const expectedItems = expected();
    yield {
      changes,
      checkpoint: { after: last },
      ...(expectedItems !== undefined && { expectedItems }),
    };
    changes = [];
  }
  // The told path is gone since: begin anew rather than miss what follows it.
  if (skips) yield* pull(config, undefined, signal);
  else yield { changes, checkpoint: { after: null } };
}

/**
 * Counts the files while the first of them are read, so that a first sync can say how long it takes; later ones know
 * from what is indexed. @returns the number, once it is known
 */
function countAhead(config: FilesConfig, signal: AbortSignal): () => number | undefined {
  let total: number | undefined;
  const count = async () => {
    let seen = 0;
    for await (const _entry of walk(config, signal)) seen++;
    total = seen;
  };
  // What goes wrong here goes wrong in the walk that matters too, and is told there.
  count().catch(() => undefined);
  return () => total;
}

function toChange(config: FilesConfig, entry: WalkEntry): Change {
  if ('file' in entry) {
    const { path, sizeBytes } = entry.file;
    if (sizeBytes > config.maxFileBytes)
      return { kind: 'failed', id: documentId(config.id, path), error: tooLarge(path, sizeBytes, config) };
    return { kind: 'upsert', document: toDocument(config, entry.file) };
  }
  return { kind: 'failed', id: documentId(config.id, entry.unreadable.path), error: entry.unreadable.error };
}

function tooLarge(path: string, sizeBytes: number, { maxFileBytes }: FilesConfig): AppError {
  return new AppError('CONTENT_TOO_LARGE', 'invalid-input', `${path}: ${sizeBytes} bytes`, {
    publicMessage: `"${path}" has ${sizeBytes} bytes; at most ${maxFileBytes} are read. Raise maxFileBytes, or exclude it.`,
  });
}

async function* listIds(config: FilesConfig, signal: AbortSignal): AsyncGenerator<readonly DocumentId[]> {
  let ids: DocumentId[] = [];
  for await (const entry of walk(config, signal)) {
    if ('unreadable' in entry) {
      const { error } = entry.unreadable;
      // What is never read at all is not missing from the list.
      if (error.kind === 'invalid-input') continue;
      throw new AppError('CENSUS_FAILED', 'permission', error.message, { cause: error });
    }
    ids.push(documentId(config.id, entry.file.path));
    if (ids.length < 1_000) continue;
    yield ids;
    ids = [];
  }
  yield ids;
}

async function* changes({ root }: FilesConfig, signal: AbortSignal): AsyncGenerator<void> {
  try {
    for await (const _event of watch(root, { recursive: true, signal })) {
      await delay(QUIET_MS, undefined, { signal });
      yield;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

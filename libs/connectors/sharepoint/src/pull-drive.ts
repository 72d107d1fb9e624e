import { ordered } from '@fumikura/concurrency';
import type { AppError } from '@fumikura/errors';
import type { Change } from '@fumikura/ports';
import type { DriveItem } from './graph-types.ts';
import { folderDigests, folderNames, isBelow, isFolder, isKnownFolder, walkDrive } from './drive-walk.ts';
import type { Walked } from './drive-walk.ts';
import { createItemReaders, fileId } from './item-readers.ts';
import type { ItemReaders } from './item-readers.ts';
import type { Run, SiteDrive } from './run.ts';
import { fileDocument } from './mapping.ts';

/** Where a library's delta goes on, and what its folders looked like there. */
export type DriveMark = { readonly link: string; readonly folders: string | null };
/** In the middle of a library: the mark it will have, and the last file told in the order of ids. */
export type DrivePosition = { readonly drive: string; readonly mark: DriveMark; readonly after: string };

/** Four permission batches' worth. */
const FILES_A_BATCH = 80;
/** Batches whose readers are read while one is told. */
const BATCHES_AT_ONCE = 3;

export interface DriveStep {
  readonly changes: readonly Change[];
  /** Set in the middle, absent with the last step. */
  readonly after?: string;
  readonly mark: DriveMark;
}

/**
 * Changes of one library since `from`. The tree is put together before anything is told, because parents may come after
 * their children. Interrupted, the same delta is walked again and what was told is passed over; the mark stays the one
 * of the first walk, so that what changed meanwhile is told by the next delta.
 */
export async function* pullDrive(
  run: Run,
  place: SiteDrive,
  from: DriveMark | undefined,
  position: DrivePosition | undefined,
): AsyncGenerator<DriveStep> {
  const { client, signal } = run;
  const told = await walkDrive(client, place.drive.id, from?.link, signal);
  const mark = position?.mark ?? {
    link: told.link,
    folders: folderDigests(told.items.values(), told.isWhole ? '' : from?.folders),
  };
  const { files, tree } = await filesToTell(run, place, told, from);
  const removals = told.deleted.map((id): Change => ({
    kind: 'remove',
    id: fileId(run.config, place.drive.id, id),
  }));
  const open = files.filter(({ id }) => position === undefined || id > position.after);
  const readers = readersIn(run, place);
  async function* steps(): AsyncGenerator<() => Promise<DriveStep>> {
    for (let at = 0; at < open.length; at += FILES_A_BATCH) {
      const part = open.slice(at, at + FILES_A_BATCH);
      const after = part.at(-1)?.id;
      yield async () => ({
        changes: await tell(run, place, part, tree, readers),
        mark,
        ...(after !== undefined && { after }),
      });
    }
  }
  for await (const step of ordered(steps(), BATCHES_AT_ONCE)) {
    signal.throwIfAborted();
    yield step;
  }
  yield { changes: removals, mark };
}

function readersIn({ client, config, closed, now }: Run, { site, drive }: SiteDrive): ItemReaders {
  return createItemReaders({ client, config, site: site.id, drive: drive.id, closed, now });
}

/**
 * Files that may have changed, in the order of ids. A folder renamed or moved changes place and readers of everything
 * below it, none of which is told: then the whole tree is listed and everything below is told again.
 */
async function filesToTell(
  { client, signal }: Run,
  { drive }: SiteDrive,
  told: Walked<DriveItem>,
  from: DriveMark | undefined,
): Promise<{ files: readonly DriveItem[]; tree: ReadonlyMap<string, DriveItem> | undefined }> {
  const byId = (a: DriveItem, b: DriveItem) => (a.id < b.id ? -1 : 1);
  const files = (items: Iterable<DriveItem>) => [...items].filter((item) => !isFolder(item)).sort(byId);
  if (told.isWhole) return { files: files(told.items.values()), tree: told.items };
  const moved = new Set(
    [...told.items.values()]
      .filter((item) => isFolder(item) && !isKnownFolder(item, from?.folders ?? null))
      .map(({ id }) => id),
  );
  if (moved.size === 0) return { files: files(told.items.values()), tree: undefined };
  const { items: tree } = await walkDrive(client, drive.id, undefined, signal);
  const changed = [...tree.values()].filter((item) => told.items.has(item.id) || isBelow(item, moved, tree));
  return { files: files(changed), tree };
}

async function tell(
  run: Run,
  place: SiteDrive,
  files: readonly DriveItem[],
  tree: ReadonlyMap<string, DriveItem> | undefined,
  readers: ItemReaders,
): Promise<readonly Change[]> {
  const { client, config, signal } = run;
  const { drive } = place;
  const told = await readers.read(
    files.map(({ id }) => id),
    signal,
  );
  const lists = new Map([...told.values()].map(({ list }) => [list.id, list]));
  const changes: Change[] = [...lists.values()].map((list) => ({ kind: 'list', list }));
  for (const item of files) {
    const access = told.get(item.id);
    if (!access) {
      changes.push({ kind: 'remove', id: fileId(config, drive.id, item.id) });
      continue;
    }
    const folders = (tree && folderNames(item, tree)) ?? (await run.paths.foldersOf(drive.id, item, signal));
    changes.push({
      kind: 'upsert',
      document: fileDocument(client, config, item, { ...place, folders }, access.acl),
    });
  }
  return changes;
}

/** For changes of single items. */
export async function tellItems(
  run: Run,
  place: SiteDrive,
  items: readonly DriveItem[],
): Promise<readonly Change[]> {
  return tell(run, place, items, undefined, readersIn(run, place));
}

export function isNotFound(error: unknown): boolean {
  return (error as AppError | undefined)?.kind === 'not-found';
}

import { createHash } from 'node:crypto';
import { AppError } from '@fumikura/errors';
import type { GraphClient } from './client.ts';
import type { DriveItem, Page } from './graph-types.ts';

/** What a delta told, pages put together: an item that came several times as it came last. */
export interface Walked<T> {
  readonly items: ReadonlyMap<string, T>;
  readonly deleted: readonly string[];
  /** Where the next delta starts. */
  readonly link: string;
  /** Nothing was known before, or the service made us start over: what is not told is not there. */
  readonly isWhole: boolean;
}

const SELECTED =
  'id,name,size,webUrl,eTag,cTag,createdDateTime,lastModifiedDateTime,createdBy,lastModifiedBy,parentReference,file,folder,package,root,deleted,malware,remoteItem';
const RESTARTS = 3;

export function walkDrive(
  client: GraphClient,
  drive: string,
  from: string | undefined,
  signal: AbortSignal,
): Promise<Walked<DriveItem>> {
  const path = `drives/${encodeURIComponent(drive)}/root/delta`;
  return walk<DriveItem>(client, path, { $select: SELECTED, $top: 1_000 }, from, signal);
}

/**
 * One delta from its start to its delta link. A 410 starts over, at the address it names or with everything; both of
 * its codes mean the same to a reader, for whom the service is always right.
 */
export async function walk<T extends { readonly id: string; readonly deleted?: object | null }>(
  client: GraphClient,
  path: string,
  query: Readonly<Record<string, string | number>>,
  from: string | undefined,
  signal: AbortSignal,
): Promise<Walked<T>> {
  let start = from;
  let isWhole = from === undefined;
  for (let restarts = 0; ; restarts++) {
    const at = { link: start ?? path };
    try {
      const told = await follow<T>(client, at, start === undefined ? query : {}, signal);
      return { ...told, isWhole };
    } catch (error) {
      if (!isGone(error) || restarts >= RESTARTS) throw error;
      start = client.restartOf(at.link);
      isWhole = true;
    }
  }
}

async function follow<T extends { readonly id: string; readonly deleted?: object | null }>(
  client: GraphClient,
  at: { link: string },
  query: Readonly<Record<string, string | number>>,
  signal: AbortSignal,
): Promise<Omit<Walked<T>, 'isWhole'>> {
  const items = new Map<string, T>();
  const deleted = new Set<string>();
  let last: Page<T> | undefined;
  for await (const page of client.pages<T>(at.link, query, signal)) {
    for (const item of page.value ?? []) {
      // Removed and set again, so that the order is that of the last telling.
      items.delete(item.id);
      deleted.delete(item.id);
      if (item.deleted) deleted.add(item.id);
      else items.set(item.id, item);
    }
    last = page;
    at.link = page['@odata.nextLink'] ?? at.link;
  }
  const link = last?.['@odata.deltaLink'];
  if (link === undefined)
    throw new AppError('SOURCE_ANSWER_INVALID', 'transient', 'a delta ended without its link', {
      publicMessage: 'SharePoint ended a listing before its end.',
    });
  return { items, deleted: [...deleted], link };
}

function isGone(error: unknown): boolean {
  return error instanceof AppError && (error.details as { status?: unknown } | undefined)?.status === 410;
}

export function isFolder(item: DriveItem): boolean {
  return Boolean(item.folder ?? item.root);
}

/** Names of the folders above, outermost first, without the library's root; undefined when a parent is unknown. */
export function folderNames(
  item: DriveItem,
  items: ReadonlyMap<string, DriveItem>,
): readonly string[] | undefined {
  const names: string[] = [];
  const seen = new Set<string>();
  for (let id = item.parentReference?.id; id;) {
    const parent = items.get(id);
    if (!parent || seen.has(id)) return undefined;
    if (parent.root) return names.reverse();
    seen.add(id);
    names.push(parent.name ?? '');
    id = parent.parentReference?.id;
  }
  return undefined;
}

/** Whether one of the folders is above the item. */
export function isBelow(
  item: DriveItem,
  folders: ReadonlySet<string>,
  items: ReadonlyMap<string, DriveItem>,
): boolean {
  const seen = new Set<string>();
  for (let id = item.parentReference?.id; id && !seen.has(id); id = items.get(id)?.parentReference?.id) {
    if (folders.has(id)) return true;
    seen.add(id);
  }
  return false;
}

const DIGEST_LENGTH = 6;
const MAX_FOLDERS = 5_000;

/**
 * Delta names a folder also when only something inside it changed. Its eTag tells: it changes with its name and its
 * place. Six characters a folder are kept in the checkpoint; above 5,000 folders none, and each told folder counts.
 */
export function folderDigests(items: Iterable<DriveItem>, known: string | null = ''): string | null {
  if (known === null) return null;
  const fresh = [...items].filter((item) => isFolder(item) && !isKnownFolder(item, known)).map(digest);
  const all = known + fresh.join('');
  return all.length > MAX_FOLDERS * DIGEST_LENGTH ? null : all;
}

export function isKnownFolder(item: DriveItem, known: string | null): boolean {
  if (item.root) return true;
  if (known === null || !item.eTag) return false;
  const wanted = digest(item);
  for (let at = 0; at < known.length; at += DIGEST_LENGTH) if (known.startsWith(wanted, at)) return true;
  return false;
}

function digest({ id, eTag, parentReference, name }: DriveItem): string {
  const text = JSON.stringify([id, eTag, parentReference?.id, name]);
  return createHash('sha256').update(text).digest('base64url').slice(0, DIGEST_LENGTH);
}

import type { Logger } from '@fumikura/logging';
import { documentId } from '@fumikura/model';
import type { Acl, AllowList, DocumentId } from '@fumikura/model';
import type { GraphClient, Part } from './client.ts';
import type { SharepointConfig } from './config.ts';
import type { Page, Permission } from './graph-types.ts';
import { itemListId, readersOf } from './readers.ts';
import type { ClosedReason, Readers } from './readers.ts';

export interface Told {
  readonly acl: Acl;
  readonly list: AllowList;
}

/** Counts what stays closed, and names it once a run. */
export interface ClosedCounter {
  add(reason: ClosedReason, by?: number): void;
  tell(logger: Logger): void;
}

export function countClosed(): ClosedCounter {
  const counts = new Map<ClosedReason, number>();
  return {
    add: (reason, by = 1) => counts.set(reason, (counts.get(reason) ?? 0) + by),
    tell: (logger) => {
      for (const [reason, count] of counts) logger.warn('sharepoint.readers.closed', { reason, count });
      counts.clear();
    },
  };
}

export interface ItemReaders {
  /** Each item's ACL with the list it names. Items that are gone are left out. */
  read(ids: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, Told>>;
}

export interface ItemReadersParts {
  readonly client: GraphClient;
  readonly config: SharepointConfig;
  readonly site: string;
  readonly drive: string;
  readonly closed: ClosedCounter;
  readonly now: () => number;
}

/**
 * Items that inherit share the list of the item they inherit from, so that a change there is one list written. That
 * they inherit is believed only when the service says so for each grant and both have the same readers; otherwise an
 * item has a list of its own, which is as exact and costs its own writing.
 */
export function createItemReaders(parts: ItemReadersParts): ItemReaders {
  const origins = new Map<string, Readers>();
  return {
    read: async (ids, signal) => {
      const readAt = new Date(parts.now()).toISOString();
      const own = await readAll(parts, ids, signal);
      const wanted = new Set([...own.values()].flatMap(({ inheritedFrom }) => inheritedFrom ?? []));
      const missing = [...wanted].filter((id) => !own.has(id) && !origins.has(id));
      for (const [id, readers] of await readAll(parts, missing, signal)) origins.set(id, readers);
      return new Map(
        [...own].map(([id, readers]) => {
          const from = readers.inheritedFrom;
          const origin = from === undefined ? undefined : (own.get(from) ?? origins.get(from));
          const isShared = from !== undefined && origin !== undefined && isSame(origin, readers);
          return [id, told(parts, isShared ? from : id, readers, readAt)];
        }),
      );
    },
  };
}

function isSame(a: Readers, b: Readers): boolean {
  return a.members.length === b.members.length && a.members.every((member, at) => member === b.members[at]);
}

function told({ config, drive }: ItemReadersParts, item: string, readers: Readers, readAt: string): Told {
  const id = itemListId(config.id, drive, item);
  return { acl: { allow: [id] }, list: { id, members: readers.members, readAt } };
}

async function readAll(
  { client, config, site, drive, closed, now }: ItemReadersParts,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<Map<string, Readers>> {
  const paths = ids.map(
    (id) => `drives/${encodeURIComponent(drive)}/items/${encodeURIComponent(id)}/permissions`,
  );
  const answers = await client.batch<Page<Permission>>(paths, signal);
  const read = new Map<string, Readers>();
  for (const [at, id] of ids.entries()) {
    const answer = answers[at];
    if (answer === undefined || isGone(answer)) continue;
    const permissions = await wholeOf(client, answer, signal);
    const readers = permissions
      ? readersOf(permissions, site, config, now())
      : { members: [], inheritedFrom: undefined, closed: ['permissions not readable' as const] };
    for (const reason of readers.closed) closed.add(reason);
    read.set(id, readers);
  }
  return read;
}

function isGone(answer: Part<unknown>): boolean {
  return 'error' in answer && answer.error.kind === 'not-found';
}

/** Undefined when our account may not read them. @throws what ends a run: credentials, requests that are wrong */
async function wholeOf(
  client: GraphClient,
  answer: Part<Page<Permission>>,
  signal: AbortSignal,
): Promise<readonly Permission[] | undefined> {
  if ('error' in answer) {
    if (answer.error.kind !== 'permission') throw answer.error;
    return undefined;
  }
  if (!Array.isArray(answer.body?.value)) return undefined;
  const all: Permission[] = [...answer.body.value];
  const next = answer.body['@odata.nextLink'];
  if (next === undefined) return all;
  for await (const page of client.pages<Permission>(next, {}, signal)) all.push(...(page.value ?? []));
  return all;
}

export function fileId(config: SharepointConfig, drive: string, item: string): DocumentId {
  return documentId(config.id, `drive/${drive}/${item}`);
}

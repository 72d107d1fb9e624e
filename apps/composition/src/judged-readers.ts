import { createAccess } from '@fumikura/access';
import type { Access } from '@fumikura/access';
import type { Acl, AllowList, Principal } from '@fumikura/model';
import type { AccessFilter, Catalog } from '@fumikura/ports';

/** Which documents of a collection somebody may read: to everybody else the others are not there. */
export type Reading =
  | { readonly kind: 'all-but'; readonly ids: readonly string[] }
  | { readonly kind: 'only'; readonly ids: readonly string[] };

export type ReadingAs = (reading: Reading) => Promise<AccessFilter>;

const ALL: Principal = 'group:eval:all';
const readerOf = (id: string): Principal => `group:eval:one ${id}`;
const closedTo = (id: string): Principal => `group:eval:not ${id}`;

/** The readers of one document, so that each can be taken away or given alone. */
export function readersOfOne(list: string, id: string, readAt: string): { acl: Acl; list: AllowList } {
  return {
    acl: { allow: [list], deny: [closedTo(id)] },
    list: { id: list, members: [ALL, readerOf(id)], readAt },
  };
}

/** Filters of people who may read this or that of a collection whose documents have readers of their own. */
export function readingAs(catalog: Catalog): ReadingAs {
  const access: Access = createAccess(catalog, {
    principalsOf: async ({ subject }) => principalsOf(JSON.parse(subject) as Reading),
    version: async () => '1',
  });
  return (reading) => access.filterFor({ issuer: 'eval', subject: JSON.stringify(reading) });
}

function principalsOf({ kind, ids }: Reading): Principal[] {
  return kind === 'only' ? ids.map(readerOf) : [ALL, ...ids.map(closedTo)];
}

import type { Principal } from '@fumikura/model';
import type { ConfluenceClient } from './client.ts';
import type { Restriction } from './items.ts';

/** Users or groups of a restriction as v1 tells them, of which an answer may hold a part. */
export interface Members<T> {
  readonly results?: readonly T[];
  readonly limit?: number;
  readonly size?: number;
  readonly totalSize?: number;
  readonly _links?: { readonly next?: string };
}

export interface RestrictionAnswer<U, G> {
  readonly restrictions?: { readonly user?: Members<U>; readonly group?: Members<G> };
}

/** How an entry becomes a principal; one that cannot names nobody, and still makes a restriction. */
export interface Naming<U, G> {
  readonly user: (user: U) => Principal | undefined;
  readonly group: (group: G) => Principal | undefined;
}

/** Parts without a stated limit are taken for whole up to this many. */
const UNSTATED_LIMIT = 25;
const MAX_PAGES = 1_000;

/**
 * From an answer that was asked for in bulk. No entry at all means that there is no restriction, not that there are no
 * readers. Undefined when the answer holds no lists or a part of one: then it is asked for by itself.
 */
export function bulkRestriction<U, G>(
  answer: RestrictionAnswer<U, G> | undefined,
  naming: Naming<U, G>,
): Restriction | undefined {
  const { user, group } = answer?.restrictions ?? {};
  if (!user?.results || !group?.results || isPart(user) || isPart(group)) return undefined;
  return restrictionOf(user.results, group.results, naming);
}

function isPart({
  results = [],
  limit = UNSTATED_LIMIT,
  totalSize,
  size,
  _links,
}: Members<unknown>): boolean {
  return (
    results.length >= limit ||
    (totalSize !== undefined && totalSize > results.length) ||
    (size !== undefined && size > results.length) ||
    _links?.next !== undefined
  );
}

/** Page by page to the end; both lists move on together. */
export async function readRestriction<U, G>(
  client: ConfluenceClient,
  id: string,
  naming: Naming<U, G>,
  signal: AbortSignal,
): Promise<Restriction> {
  const path = `rest/api/content/${encodeURIComponent(id)}/restriction/byOperation/read`;
  const users: U[] = [];
  const groups: G[] = [];
  for (let start = 0, page = 0; page < MAX_PAGES; page++) {
    const query = { start, limit: 100, expand: 'restrictions.user,restrictions.group' };
    const { restrictions } = await client.get<RestrictionAnswer<U, G>>(path, query, signal);
    const [foundUsers, foundGroups] = [restrictions?.user?.results ?? [], restrictions?.group?.results ?? []];
    users.push(...foundUsers);
    groups.push(...foundGroups);
    const most = Math.max(foundUsers.length, foundGroups.length);
    const limit = restrictions?.user?.limit ?? restrictions?.group?.limit ?? most;
    if (most === 0 || most < limit) break;
    start += limit;
  }
  return restrictionOf(users, groups, naming);
}

function restrictionOf<U, G>(users: readonly U[], groups: readonly G[], naming: Naming<U, G>): Restriction {
  if (users.length === 0 && groups.length === 0) return { members: undefined };
  const named = [...users.map(naming.user), ...groups.map(naming.group)];
  return { members: [...new Set(named.flatMap((principal) => principal ?? []))].sort() };
}

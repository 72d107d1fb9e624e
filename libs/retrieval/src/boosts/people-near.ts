import { readGrant } from '@fumikura/ports';
import type { AccessFilter, Catalog, SearchIndex } from '@fumikura/ports';
import { LRUCache } from 'lru-cache';
import type { Place } from '../collapse.ts';

/** Spaces in which somebody writes, and people who write there. */
const SPACES = 10;
const PEOPLE = 50;
/** Who writes where changes slowly. */
const KEPT_MS = 10 * 60_000;
const KEPT = 1_000;

/** Where a person writes, and who else writes there, in documents that they may read. Names in small letters. */
export interface PeopleNear {
  readonly spaces: ReadonlySet<string>;
  readonly people: ReadonlySet<string>;
}

export type FindPeopleNear = (access: AccessFilter, signal: AbortSignal) => Promise<PeopleNear>;

const NOBODY: PeopleNear = { spaces: new Set(), people: new Set() };

/** Nobody where the engine cannot count, and for who has no account of a source or never wrote anything. */
export function findPeopleNear(
  {
    catalog,
    index,
  }: { readonly catalog: Pick<Catalog, 'accounts'>; readonly index: Pick<SearchIndex, 'explore'> },
  now: () => number,
): FindPeopleNear {
  const kept = new LRUCache<string, { readonly at: number; readonly near: PeopleNear }>({ max: KEPT });
  return async (access, signal) => {
    const grant = readGrant(access);
    if (!grant) return NOBODY;
    const known = kept.get(grant.hash);
    // A clock that jumps back keeps nothing for longer.
    if (known && Math.abs(now() - known.at) < KEPT_MS) return known.near;
    const accounts = grant.principals.filter((principal) => principal.startsWith('user:'));
    const names = (await catalog.accounts(accounts, [])).flatMap(({ name }) => (name ? [name] : []));
    const near = names.length > 0 ? await besides(names, access, signal) : NOBODY;
    kept.set(grant.hash, { at: now(), near });
    return near;
  };

  async function besides(
    names: readonly string[],
    access: AccessFilter,
    signal: AbortSignal,
  ): Promise<PeopleNear> {
    const values = async (
      field: 'space' | 'author',
      limit: number,
      filter: Record<string, readonly string[]>,
    ) => {
      const counts = await index.explore?.facets?.({ filter, fields: [field], limit }, access, signal);
      return (counts?.values[field] ?? []).map(({ value }) => value);
    };
    const spaces = await values('space', SPACES, { authors: names });
    const people = spaces.length > 0 ? await values('author', PEOPLE, { spaces }) : [];
    return { spaces: new Set(spaces), people: new Set([...people, ...names].map(small)) };
  }
}

/** 1 for what somebody near wrote, .5 for the rest of where the asker writes, else 0. */
export function nearnessOf({ record }: Place, { spaces, people }: PeopleNear): number {
  if ((record.authors ?? []).some((author) => people.has(small(author)))) return 1;
  const [space] = record.breadcrumbs ?? [];
  return space !== undefined && spaces.has(space) ? 0.5 : 0;
}

function small(name: string): string {
  return name.normalize('NFKC').toLowerCase();
}

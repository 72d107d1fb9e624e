import { linkOf } from './client.ts';
import type { Query } from './client.ts';
import type { Run } from './run.ts';

/** How a list ended when it was last looked at: its tag, its newest change, and how many entries it has. */
export type ListMark = {
  readonly tag: string;
  readonly newest: string;
  /** Null when the service does not say. */
  readonly count: number | null;
};

interface Entry {
  readonly updated_at: string;
}

/**
 * Asks for the one entry changed last, and by the link to the last page how many there are: one request, which costs nothing
 * of the quota when the tag still fits. @returns the mark that was given when nothing changed
 */
export async function probe(
  run: Run,
  path: string,
  query: Query,
  before: ListMark | undefined,
): Promise<ListMark> {
  const { client, signal } = run;
  const asked = { ...query, sort: 'updated', direction: 'desc', per_page: 1 };
  const { body, headers, status } = await client.ask<readonly Entry[]>(path, asked, signal, before?.tag);
  if (status === 304 && before) return before;
  const found: ListMark = {
    tag: headers.get('etag') ?? '',
    newest: body?.[0]?.updated_at ?? '',
    count: countOf(headers, body?.length ?? 0),
  };
  // Another token has other tags for the same list.
  return before && isSame(before, found) ? { ...before, tag: found.tag } : found;
}

export function isSame(a: ListMark | undefined, b: ListMark | undefined): boolean {
  return a !== undefined && b !== undefined && a.newest === b.newest && a.count === b.count;
}

function countOf(headers: Headers, here: number): number | null {
  const last = linkOf(headers, 'last');
  if (last !== undefined) return Number(new URL(last).searchParams.get('page')) || null;
  return linkOf(headers, 'next') === undefined ? here : null;
}

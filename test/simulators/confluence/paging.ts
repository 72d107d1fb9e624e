import type { SimulatedAnswer } from '../kit/simulator.ts';

/** Tokens that belong to the query that made them, end when the site says so, and tell nothing. */
export interface Cursors {
  /** Where the walk goes on, or a refusal. */
  read(token: string | null, query: string): number | 'refused';
  write(offset: number, query: string): string;
  /** Whether a walk gets to this place for the first time; every second visit is. */
  isFirstVisit(offset: number, query: string): boolean;
  /** Every token given so far is refused from now on. */
  expire(): void;
}

export function createCursors(): Cursors {
  const given = new Map<string, { readonly offset: number; readonly query: string }>();
  const visited = new Set<string>();
  return {
    isFirstVisit: (offset, query) => {
      const key = `${offset}:${query}`;
      if (visited.delete(key)) return false;
      visited.add(key);
      return true;
    },
    read: (token, query) => {
      if (token === null) return 0;
      const found = given.get(token);
      return found?.query === query ? found.offset : 'refused';
    },
    write: (offset, query) => {
      const token = Buffer.from(`${given.size}:${offset}:${query.length}`).toString('base64');
      given.set(token, { offset, query });
      return token;
    },
    expire: () => given.clear(),
  };
}

/** The query without its place in the walk. */
export function queryOf(url: URL): string {
  const plain = new URL(url);
  plain.searchParams.delete('cursor');
  return `${plain.pathname}?${plain.searchParams}`;
}

export interface PageLimits {
  /** The service cuts what is asked for. */
  readonly most: number;
  /** Each page but the first is empty once, although more follows. */
  readonly isRagged: boolean;
}

export interface Part<T> {
  readonly items: readonly T[];
  /** The query string of the next page. */
  readonly next: string | undefined;
}

export function part<T>(
  all: readonly T[],
  url: URL,
  cursors: Cursors,
  { most, isRagged }: PageLimits,
): Part<T> | SimulatedAnswer {
  const query = queryOf(url);
  const offset = cursors.read(url.searchParams.get('cursor'), query);
  if (offset === 'refused') return refusal(400, 'Provided cursor is invalid or has expired.');
  const limit = Math.min(most, Number(url.searchParams.get('limit') ?? 25));
  // An empty page has a token of its own, which leads on.
  const isEmpty = isRagged && offset > 0 && cursors.isFirstVisit(offset, query);
  const items = isEmpty ? [] : all.slice(offset, offset + limit);
  const after = offset + items.length;
  const next = new URLSearchParams(url.searchParams);
  if (after < all.length) next.set('cursor', cursors.write(after, query));
  return { items, next: after < all.length ? `?${next}` : undefined };
}

export function refusal(status: number, message: string): SimulatedAnswer {
  return { status, body: { statusCode: status, message } };
}

export function isAnswer(value: object): value is SimulatedAnswer {
  return 'status' in value;
}

import type { ConfluenceClient, Query } from '../client.ts';
import { linkedPages, numberedPages } from '../client.ts';
import type { ConfluenceConfig } from '../config.ts';
import type { Item, ItemPage, Listing, Walk } from '../items.ts';
import { BODY, COMMENT_EXPAND, dcItem, FILE_EXPAND, PAGE_EXPAND } from './content.ts';
import type { Content } from './content.ts';

const PAGE = 200;
const PAGE_WITH_BODIES = 100;
const DAY_MS = 86_400_000;
/** Attachments are told with what they hang on, posts after pages. */
const SECOND = 'blogpost:';
const FILES =
  'children.attachment,children.attachment.version,children.attachment.history,children.attachment.metadata';

export interface Versions {
  /** `content/scan` walks by a token; before it there is the search alone. */
  readonly hasScan: boolean;
}

export async function* walkDataCenter(
  client: ConfluenceClient,
  config: ConfluenceConfig,
  { hasScan }: Versions,
  listing: Listing,
  walk: Walk,
  signal: AbortSignal,
): AsyncGenerator<ItemPage> {
  if (walk.order === 'newest') return yield* newest(client, config, listing, walk, signal);
  if (!hasScan) return yield* searched(client, config, listing, walk, signal);
  if (listing === 'attachment') return yield* files(client, config, walk, signal);
  yield* scanned(client, config, listing, expandOf(listing, walk), walk, signal, (content) =>
    dcItem(config, content),
  );
}

function expandOf(listing: Listing, { hasBodies }: Walk): string {
  const facts = listing === 'comment' ? COMMENT_EXPAND : listing === 'attachment' ? FILE_EXPAND : PAGE_EXPAND;
  return hasBodies && listing !== 'attachment' ? `${facts},${BODY}` : facts;
}

async function* scanned(
  client: ConfluenceClient,
  config: ConfluenceConfig,
  type: string,
  expand: string,
  { from, hasBodies }: Pick<Walk, 'from' | 'hasBodies'>,
  signal: AbortSignal,
  itemsOf: (content: Content) => readonly Item[] | Promise<readonly Item[]>,
): AsyncGenerator<ItemPage> {
  const statuses = config.archived && type === 'page' ? 'current,archived' : 'current';
  const query: Query = { type, status: statuses, expand, limit: hasBodies ? PAGE_WITH_BODIES : PAGE };
  const pages = linkedPages<Content>(
    client,
    from ?? 'rest/api/content/scan',
    from === undefined ? query : {},
    signal,
  );
  for await (const { results, next } of pages) {
    const items: Item[] = [];
    for (const content of results) items.push(...(await itemsOf(content)));
    yield { items, next };
  }
}

/** In the order of what they hang on; an answer holds the first few of each, the rest is asked for. */
async function* files(
  client: ConfluenceClient,
  config: ConfluenceConfig,
  { from }: Walk,
  signal: AbortSignal,
): AsyncGenerator<ItemPage> {
  const itemsOf = (content: Content) => filesOf(client, config, content, signal);
  const place = (type: 'page' | 'blogpost', at: string | undefined) =>
    scanned(
      client,
      config,
      type,
      FILES,
      { hasBodies: false, ...(at !== undefined && { from: at }) },
      signal,
      itemsOf,
    );
  const isSecond = from?.startsWith(SECOND) ?? false;
  if (!isSecond)
    for await (const { items, next } of place('page', from)) yield { items, next: next ?? SECOND };
  const rest = isSecond ? from?.slice(SECOND.length) : undefined;
  for await (const { items, next } of place('blogpost', rest || undefined))
    yield { items, next: next && `${SECOND}${next}` };
}

async function filesOf(
  client: ConfluenceClient,
  config: ConfluenceConfig,
  { id, type, children }: Content,
  signal: AbortSignal,
): Promise<Item[]> {
  const told = children?.attachment;
  if (id === undefined || !told?.results) return [];
  const container = { id: String(id), kind: type ?? 'page' };
  const isPart = told._links?.next !== undefined || told.results.length >= (told.limit ?? 25);
  if (!isPart) return told.results.flatMap((each) => dcItem(config, each, container));
  const all: Item[] = [];
  const path = `rest/api/content/${encodeURIComponent(String(id))}/child/attachment`;
  for await (const part of numberedPages<Content>(client, path, { limit: PAGE, expand: FILE_EXPAND }, signal))
    all.push(...part.flatMap((each) => dcItem(config, each, container)));
  return all;
}

/** The dates of the query have no zone and no seconds: a day more is asked for than is wanted. */
async function* newest(
  client: ConfluenceClient,
  config: ConfluenceConfig,
  listing: Listing,
  walk: Walk,
  signal: AbortSignal,
): AsyncGenerator<ItemPage> {
  const since = Date.parse(walk.since ?? '');
  const from = Number.isNaN(since) ? '' : ` and lastmodified >= "${minuteOf(since - DAY_MS)}"`;
  const query = {
    cql: `type = ${listing}${from} order by lastmodified desc`,
    expand: expandOf(listing, walk),
    limit: walk.limit ?? PAGE,
  };
  for await (const { results, next } of linkedPages<Content>(
    client,
    'rest/api/content/search',
    query,
    signal,
  ))
    yield { items: results.flatMap((content) => dcItem(config, content)), next };
}

function minuteOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 16).replace('T', ' ');
}

async function* searched(
  client: ConfluenceClient,
  config: ConfluenceConfig,
  listing: Listing,
  walk: Walk,
  signal: AbortSignal,
): AsyncGenerator<ItemPage> {
  const query = {
    cql: `type = ${listing}`,
    expand: expandOf(listing, walk),
    limit: walk.hasBodies ? PAGE_WITH_BODIES : PAGE,
  };
  const path = walk.from ?? 'rest/api/content/search';
  for await (const { results, next } of linkedPages<Content>(
    client,
    path,
    walk.from === undefined ? query : {},
    signal,
  ))
    yield { items: results.flatMap((content) => dcItem(config, content)), next };
}

import { AppError } from '@fumikura/errors';
import type { ConfluenceClient, Query } from '../client.ts';
import { linkedPages } from '../client.ts';
import type { ConfluenceConfig } from '../config.ts';
import type { Item, ItemPage, Listing, Parent, Space, Walk } from '../items.ts';

/** What v2 tells of an item, as far as it is read here. */
export interface CloudItem {
  readonly id?: string;
  readonly status?: string;
  readonly title?: string;
  readonly spaceId?: string;
  readonly parentId?: string | null;
  readonly parentType?: string | null;
  readonly pageId?: string;
  readonly blogPostId?: string;
  readonly parentCommentId?: string;
  readonly authorId?: string | null;
  readonly createdAt?: string;
  readonly version?: {
    readonly number?: number;
    readonly createdAt?: string;
    readonly authorId?: string | null;
  };
  readonly body?: Readonly<Record<string, { readonly value?: string | null } | undefined>>;
  readonly mediaType?: string;
  readonly fileSize?: number;
  readonly resolutionStatus?: string;
  readonly properties?: { readonly inlineOriginalSelection?: string };
  readonly inlineCommentProperties?: { readonly textSelection?: string; readonly resolved?: boolean };
  readonly _links?: { readonly webui?: string };
}

const PATHS: Readonly<Partial<Record<Listing, string>>> = {
  page: 'pages',
  blogpost: 'blogposts',
  attachment: 'attachments',
  'footer-comment': 'footer-comments',
  'inline-comment': 'inline-comments',
};
/** Containers are told one by one. */
const CONTAINERS: Readonly<Record<string, string>> = {
  folder: 'folders',
  whiteboard: 'whiteboards',
  database: 'databases',
  embed: 'embeds',
};
const PAGE = 250;
/** Bodies make answers large. */
const PAGE_WITH_BODIES = 100;
/** Longer lists of ids would not fit into an address. */
const MAX_SPACES_ASKED = 50;

const FORMATS = { adf: 'atlas_doc_format', storage: 'storage' } as const;

export async function* walkCloud(
  client: ConfluenceClient,
  config: ConfluenceConfig,
  spaces: ReadonlyMap<string, Space>,
  listing: Listing,
  walk: Walk,
  signal: AbortSignal,
): AsyncGenerator<ItemPage> {
  const path = walk.from ?? `api/v2/${PATHS[listing]}`;
  const query = walk.from === undefined ? queryOf(config, spaces, listing, walk) : {};
  for await (const { results, next } of linkedPages<CloudItem>(client, path, query, signal))
    yield { items: results.flatMap((each) => cloudItem(config, listing, each)), next };
}

function queryOf(
  config: ConfluenceConfig,
  spaces: ReadonlyMap<string, Space>,
  listing: Listing,
  { order, hasBodies, limit }: Walk,
): Query {
  const isContent = listing === 'page' || listing === 'blogpost';
  const asksSpaces = isContent && config.spaces !== 'all' && spaces.size <= MAX_SPACES_ASKED;
  const isAttachment = listing === 'attachment';
  // Sorting by id is offered for pages and posts; the others keep their places by the time they were made.
  const steady = isContent ? 'id' : 'created-date';
  return {
    limit: limit ?? (hasBodies && !isAttachment ? PAGE_WITH_BODIES : PAGE),
    sort: order === 'newest' ? '-modified-date' : steady,
    ...(isContent && { status: config.archived && listing === 'page' ? 'current,archived' : 'current' }),
    ...(asksSpaces && { 'space-id': [...spaces.keys()].join(',') }),
    ...(hasBodies && !isAttachment && { 'body-format': FORMATS[config.bodies] }),
  };
}

export async function cloudContents(
  client: ConfluenceClient,
  config: ConfluenceConfig,
  kind: 'page' | 'blogpost',
  ids: readonly string[],
  hasBodies: boolean,
  signal: AbortSignal,
): Promise<readonly Item[]> {
  const found: Item[] = [];
  const query: Query = {
    id: ids.join(','),
    limit: PAGE_WITH_BODIES,
    ...(kind === 'page' && { status: 'current,archived' }),
    ...(hasBodies && { 'body-format': FORMATS[config.bodies] }),
  };
  for await (const { results } of linkedPages<CloudItem>(client, `api/v2/${PATHS[kind]}`, query, signal))
    found.push(...results.flatMap((each) => cloudItem(config, kind, each)));
  return found;
}

export async function cloudSingle(
  client: ConfluenceClient,
  config: ConfluenceConfig,
  kind: string,
  id: string,
  signal: AbortSignal,
): Promise<Item | undefined> {
  const ask = async (listing: Listing | 'container', path: string, query: Query) => {
    const item = await client
      .get<CloudItem>(`api/v2/${path}/${encodeURIComponent(id)}`, query, signal)
      .catch(hidden);
    return item && cloudItem(config, listing, item)[0];
  };
  const bodies = { 'body-format': FORMATS[config.bodies] };
  if (kind === 'attachment') return ask('attachment', 'attachments', {});
  if (kind === 'comment')
    return (
      (await ask('footer-comment', 'footer-comments', bodies)) ??
      (await ask('inline-comment', 'inline-comments', bodies))
    );
  const path = CONTAINERS[kind];
  return path === undefined ? undefined : ask('container', path, {});
}

/** Gone and forbidden are one answer. @throws anything else */
export function hidden(error: unknown): undefined {
  if (error instanceof AppError && (error.kind === 'not-found' || error.kind === 'permission'))
    return undefined;
  throw error;
}

/** None for an entry that has no id: nothing could be said of it. */
export function cloudItem(config: ConfluenceConfig, listing: Listing | 'container', item: CloudItem): Item[] {
  const { id, title, status, version, createdAt } = item;
  if (id === undefined) return [];
  const parent = parentOf(listing, item);
  const body = bodyOf(item);
  const authors = [item.authorId, version?.authorId].filter((author) => typeof author === 'string');
  return [
    {
      kind: kindOf(listing),
      id,
      title: title ?? '',
      ...(item.spaceId !== undefined && { space: item.spaceId }),
      ...(parent && { parent }),
      // Comments say "open" or "resolved" in places where others say "current".
      isCurrent: status !== 'trashed' && status !== 'deleted' && status !== 'draft' && status !== 'archived',
      isArchived: status === 'archived',
      version: version?.number ?? 0,
      changedAt: version?.createdAt ?? createdAt ?? '',
      ...(createdAt !== undefined && { createdAt }),
      authors: [...new Set(authors)],
      url: item._links?.webui === undefined ? '' : `${config.url}/wiki${item._links.webui}`,
      ...(body && { body }),
      ...(listing === 'attachment' && { file: fileOf(id, item) }),
      ...(listing.endsWith('comment') && { comment: commentOf(listing, item) }),
    },
  ];
}

function kindOf(listing: Listing | 'container'): Item['kind'] {
  return listing === 'footer-comment' || listing === 'inline-comment' ? 'comment' : listing;
}

function parentOf(listing: Listing | 'container', item: CloudItem): Parent | undefined {
  if (listing === 'page' || listing === 'container')
    return typeof item.parentId === 'string'
      ? { id: item.parentId, kind: item.parentType ?? 'page' }
      : undefined;
  if (item.pageId !== undefined) return { id: item.pageId, kind: 'page' };
  if (item.blogPostId !== undefined) return { id: item.blogPostId, kind: 'blogpost' };
  // An answer to a comment may name that alone.
  return item.parentCommentId === undefined ? undefined : { id: item.parentCommentId, kind: 'comment' };
}

function bodyOf({ body }: CloudItem): Item['body'] {
  const adf = body?.['atlas_doc_format']?.value;
  if (typeof adf === 'string') return { format: 'adf', text: adf };
  const storage = body?.['storage']?.value;
  return typeof storage === 'string' ? { format: 'storage', text: storage } : undefined;
}

function fileOf(
  id: string,
  { pageId, blogPostId, mediaType, fileSize = 0 }: CloudItem,
): NonNullable<Item['file']> {
  const container = encodeURIComponent(pageId ?? blogPostId ?? '');
  return {
    ...(mediaType && { mediaType }),
    sizeBytes: fileSize,
    path: `rest/api/content/${container}/child/attachment/${encodeURIComponent(id)}/download`,
  };
}

function commentOf(listing: string, item: CloudItem): NonNullable<Item['comment']> {
  const selection = item.properties?.inlineOriginalSelection ?? item.inlineCommentProperties?.textSelection;
  const isInline = listing === 'inline-comment';
  const isResolved = item.inlineCommentProperties?.resolved ?? item.resolutionStatus === 'resolved';
  return { isInline, ...(selection && { selection }), ...(isInline && { isResolved }) };
}

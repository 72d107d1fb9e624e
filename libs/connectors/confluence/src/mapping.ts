import { createHash } from 'node:crypto';
import { documentId, notReadBody, whyNotRead } from '@fumikura/model';
import type { ContentBody, DocumentId, SourceDocument } from '@fumikura/model';
import type { ConfluenceConfig } from './config.ts';
import type { Body, Item } from './items.ts';
import type { Node } from './knowledge.ts';
import type { Placed } from './readers.ts';

const MEDIA_TYPES = {
  adf: 'application/vnd.atlassian.adf+json',
  storage: 'application/vnd.atlassian.confluence.storage',
} as const;

/** How a body is got that did not come along with its item. */
export interface Reading {
  readonly body: (item: Item, signal: AbortSignal) => Promise<Body | undefined>;
  readonly file: (path: string, signal: AbortSignal) => Promise<Uint8Array>;
  readonly saveFile: (path: string, to: string, signal: AbortSignal) => Promise<void>;
}

export function itemId(config: ConfluenceConfig, { kind, id }: Pick<Item, 'kind' | 'id'>): DocumentId {
  return documentId(config.id, `${kind}/${id}`);
}

export function itemDocument(
  config: ConfluenceConfig,
  item: Item,
  placed: Placed,
  names: ReadonlyMap<string, string>,
  reading: Reading,
): SourceDocument {
  const leftOut = item.file && whyLeftOut(item.title, item.file, config);
  const isOwn = item.kind === 'page' || item.kind === 'blogpost';
  const breadcrumbs = isOwn ? placed.breadcrumbs : [...placed.breadcrumbs, placed.page.title];
  const labels = isOwn ? placed.labels : [];
  const title = titleOf(item, placed.page);
  const authors = [...new Set(item.authors.flatMap((author) => names.get(author) || []))];
  const fields = fieldsOf(item);
  return {
    id: itemId(config, item),
    source: config.id,
    externalId: `${item.kind}/${item.id}`,
    kind: item.kind === 'blogpost' ? 'blog post' : item.kind,
    url: item.url,
    title,
    // The number counts edits alone: not moves, labels, or what is left out by our settings.
    version: `${item.version}|${digest([title, breadcrumbs, labels, leftOut ?? '', fields])}`,
    acl: placed.acl,
    ...timesOf(item),
    ...(authors.length > 0 && { authors }),
    ...(labels.length > 0 && { labels }),
    breadcrumbs,
    ...(!isOwn && { parent: documentId(config.id, `${placed.page.kind}/${placed.page.id}`) }),
    ...(Object.keys(fields).length > 0 && { fields }),
    body: item.file ? fileBody(item, leftOut, reading) : textBody(config, item, reading),
  };
}

function titleOf({ kind, title, id }: Item, page: Node): string {
  if (kind === 'comment') return `Re: ${page.title}`;
  return title || id;
}

function textBody({ bodies, deployment }: ConfluenceConfig, item: Item, reading: Reading): ContentBody {
  const format = item.body?.format ?? (deployment === 'cloud' ? bodies : 'storage');
  return {
    type: 'content',
    fileName: `${item.id}.${format === 'adf' ? 'adf.json' : 'storage.xml'}`,
    mediaType: MEDIA_TYPES[format],
    sizeBytes: item.body?.text.length ?? 0,
    read: async (signal) => {
      const body = item.body ?? (await reading.body(item, signal));
      return new TextEncoder().encode(body?.text || EMPTY[body?.format ?? format]);
    },
  };
}

/** A page of macros alone, or a live one nobody wrote in yet: it has a title and readers. */
const EMPTY = { adf: '{"type":"doc","version":1,"content":[]}', storage: '' } as const;

function whyLeftOut(
  name: string,
  { path, sizeBytes = 0 }: NonNullable<Item['file']>,
  config: ConfluenceConfig,
): string | undefined {
  return path ? whyNotRead({ name, sizeBytes }, config) : 'The source names no address for this file.';
}

function fileBody(item: Item, leftOut: string | undefined, reading: Reading): SourceDocument['body'] {
  if (leftOut !== undefined) return notReadBody(leftOut);
  const { path = '', sizeBytes = 0, mediaType } = item.file ?? {};
  return {
    type: 'content',
    fileName: item.title,
    sizeBytes,
    ...(mediaType && mediaType !== 'application/octet-stream' && { mediaType }),
    read: (signal) => reading.file(path, signal),
    save: (to, signal) => reading.saveFile(path, to, signal),
  };
}

function fieldsOf({ comment, isArchived }: Item): Record<string, string | boolean> {
  return {
    ...(isArchived && { archived: true }),
    ...(comment?.isInline && { inline: true }),
    ...(comment?.selection && { selection: comment.selection.slice(0, 500) }),
    ...(comment?.isResolved && { resolved: true }),
  };
}

function timesOf({ createdAt, changedAt }: Item): { createdAt?: string; updatedAt?: string } {
  const [created, updated] = [utc(createdAt), utc(changedAt)];
  return { ...(created && { createdAt: created }), ...(updated && { updatedAt: updated }) };
}

/** Data Center writes its times with an offset. */
export function utc(time: string | undefined): string | undefined {
  const ms = Date.parse(time ?? '');
  return Number.isNaN(ms) ? undefined : new Date(ms).toISOString();
}

function digest(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('base64url').slice(0, 12);
}

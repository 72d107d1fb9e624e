import { createHash } from 'node:crypto';
import { documentId, notReadBody, whyNotRead } from '@fumikura/model';
import type { Acl, ContentBody, SourceDocument } from '@fumikura/model';
import type { GraphClient } from './client.ts';
import type { SharepointConfig } from './config.ts';
import type { Drive, DriveItem, IdentitySet, ListItem, Site, SiteList, SitePage } from './graph-types.ts';
import { pageHtml } from './page-html.ts';

interface Timed {
  readonly createdDateTime?: string | null;
  readonly lastModifiedDateTime?: string | null;
  readonly createdBy?: IdentitySet | null;
  readonly lastModifiedBy?: IdentitySet | null;
}

export interface Place {
  readonly site: Site;
  readonly drive: Drive;
  /** Folders above, outermost first. */
  readonly folders: readonly string[];
}

export function fileDocument(
  client: GraphClient,
  config: SharepointConfig,
  item: DriveItem,
  { site, drive, folders }: Place,
  acl: Acl,
): SourceDocument {
  const externalId = `drive/${drive.id}/${item.id}`;
  const breadcrumbs = [siteName(site), drive.name ?? '', ...folders].filter((name) => name !== '');
  const leftOut = whyLeftOut(item, config);
  const hash = item.file?.hashes?.quickXorHash;
  return {
    id: documentId(config.id, externalId),
    source: config.id,
    externalId,
    kind: item.package ? 'notebook' : 'file',
    url: item.webUrl ?? '',
    title: item.name || item.id,
    // The eTag knows nothing of the folders above; what is left out follows our settings.
    version: `${stamp(item)}|${digest([breadcrumbs, leftOut ?? ''])}`,
    acl,
    ...timesOf(item),
    ...authorsOf(item),
    breadcrumbs,
    ...(leftOut === undefined && hash && { contentHash: `quickxor:${hash}:${item.size ?? 0}` }),
    body: leftOut === undefined ? content(client, item, drive) : notReadBody(leftOut),
  };
}

function content(client: GraphClient, item: DriveItem, drive: Drive): ContentBody {
  const path = `drives/${encodeURIComponent(drive.id)}/items/${encodeURIComponent(item.id)}/content`;
  return {
    type: 'content',
    fileName: item.name ?? item.id,
    sizeBytes: item.size ?? 0,
    ...(item.file?.mimeType && { mediaType: item.file.mimeType }),
    // Asked for at the time of reading: the address in the listing lives too short to be kept.
    read: (signal) => client.bytes(path, signal),
    save: (to, signal) => client.file(path, to, signal),
  };
}

function whyLeftOut(item: DriveItem, config: SharepointConfig): string | undefined {
  if (item.package) return 'A notebook: its pages are not offered as a file.';
  if (item.malware) return 'The source reports malware in this file.';
  if (!item.file) return 'Not a file of this library: its content lies elsewhere.';
  return whyNotRead({ name: item.name ?? '', sizeBytes: item.size ?? undefined }, config);
}

/** Its canvas is read when the page has changed, not with the listing. */
export function pageDocument(
  client: GraphClient,
  config: SharepointConfig,
  site: Site,
  page: SitePage,
  acl: Acl,
): SourceDocument {
  const externalId = `site/${site.id}/page/${page.id}`;
  const path = `sites/${encodeURIComponent(site.id)}/pages/${encodeURIComponent(page.id)}/microsoft.graph.sitePage`;
  const title = page.title || page.name || page.id;
  return {
    id: documentId(config.id, externalId),
    source: config.id,
    externalId,
    kind: 'page',
    url: page.webUrl ?? '',
    title,
    version: stamp(page),
    acl,
    ...timesOf(page),
    ...authorsOf(page),
    breadcrumbs: [siteName(site)],
    body: {
      type: 'content',
      fileName: `${page.id}.html`,
      mediaType: 'text/html',
      sizeBytes: 0,
      read: async (signal) =>
        new TextEncoder().encode(
          pageHtml(title, await client.get<SitePage>(path, { $expand: 'canvasLayout' }, signal)),
        ),
    },
  };
}

/** Fields of the service itself; a person never typed them. */
const SYSTEM_FIELD =
  /^(?:@odata|_|id$|ContentType$|Modified$|Created$|AuthorLookupId$|EditorLookupId$|Attachments$|Edit$|LinkTitle|ItemChildCount$|FolderChildCount$|AppAuthorLookupId$|AppEditorLookupId$|ComplianceAssetId$|DocIcon$|FileLeafRef$|GUID$|Order$)/u;

export function listItemDocument(
  config: SharepointConfig,
  site: Site,
  list: SiteList,
  item: ListItem,
  acl: Acl,
): SourceDocument {
  const externalId = `site/${site.id}/list/${list.id}/${item.id}`;
  const fields = item.fields ?? {};
  const title = textOf(fields.Title) || `${list.displayName ?? 'List'} ${item.id}`;
  const rows = Object.entries(fields)
    .filter(([name]) => !SYSTEM_FIELD.test(name) && name !== 'Title')
    .map(([name, value]) => [name.replaceAll('_x0020_', ' '), textOf(value)] as const)
    .filter(([, text]) => text !== '');
  return {
    id: documentId(config.id, externalId),
    source: config.id,
    externalId,
    kind: 'list item',
    url: item.webUrl ?? list.webUrl ?? '',
    title,
    version: `${stamp(item)}|${digest([list.displayName ?? ''])}`,
    acl,
    ...timesOf(item),
    ...authorsOf(item),
    breadcrumbs: [siteName(site), list.displayName ?? ''].filter((name) => name !== ''),
    body: {
      type: 'blocks',
      blocks: rows.length > 0 ? [{ type: 'table', headerRows: 0, rows }] : [],
    },
  };
}

/** Rich text comes as HTML, choices as arrays, people and look-ups as objects with a label. */
function textOf(value: unknown): string {
  if (typeof value === 'string')
    return value
      .replace(/<[^>]*>/gu, ' ')
      .replace(/\s+/gu, ' ')
      .trim();
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return value.map(textOf).filter(Boolean).join(', ');
  if (typeof value !== 'object' || value === null) return '';
  const { LookupValue, Description, Url, Label } = value as Record<string, unknown>;
  return [LookupValue, Label, Description, Url].map(textOf).filter(Boolean).join(' ');
}

function siteName(site: Site): string {
  return site.displayName || site.name || site.id;
}

/** An item without eTag is one the service does not version: then its times and its size must do. */
function stamp(item: Timed & { readonly eTag?: string | null; readonly size?: number | null }): string {
  return item.eTag || `${item.lastModifiedDateTime ?? ''}/${item.size ?? ''}`;
}

function digest(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('base64url').slice(0, 12);
}

function timesOf({ createdDateTime, lastModifiedDateTime }: Timed): {
  createdAt?: string;
  updatedAt?: string;
} {
  const createdAt = utc(createdDateTime);
  const updatedAt = utc(lastModifiedDateTime);
  return { ...(createdAt && { createdAt }), ...(updatedAt && { updatedAt }) };
}

function utc(time: string | null | undefined): string | undefined {
  const ms = Date.parse(time ?? '');
  return Number.isNaN(ms) ? undefined : new Date(ms).toISOString();
}

function authorsOf({ createdBy, lastModifiedBy }: Timed): { authors?: readonly string[] } {
  const names = [createdBy?.user?.displayName, lastModifiedBy?.user?.displayName].filter(
    (name) => typeof name === 'string' && name !== '',
  ) as string[];
  return names.length > 0 ? { authors: [...new Set(names)] } : {};
}

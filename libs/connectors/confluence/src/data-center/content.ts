import type { Principal, SourceId } from '@fumikura/model';
import type { ConfluenceConfig } from '../config.ts';
import type { Facts, Item, Parent } from '../items.ts';
import { groupPrincipal, userPrincipal } from '../principals.ts';
import { bulkRestriction } from '../restrictions.ts';
import type { Naming, RestrictionAnswer } from '../restrictions.ts';

export interface Person {
  readonly userKey?: string;
  readonly username?: string;
  readonly displayName?: string;
  readonly email?: string;
}

export interface NamedGroup {
  readonly name?: string;
}

/** What v1 tells of an item of any type, as far as it is read here. */
export interface Content {
  readonly id?: string | number;
  readonly type?: string;
  readonly status?: string;
  readonly title?: string;
  readonly space?: { readonly id?: number | string; readonly key?: string };
  readonly ancestors?: readonly { readonly id?: string | number; readonly type?: string }[];
  readonly container?: { readonly id?: string | number; readonly type?: string };
  readonly version?: { readonly number?: number; readonly when?: string | null; readonly by?: Person };
  readonly history?: { readonly createdBy?: Person; readonly createdDate?: string };
  readonly body?: { readonly storage?: { readonly value?: string } };
  readonly metadata?: {
    readonly mediaType?: string;
    readonly labels?: { readonly results?: readonly { readonly name?: string }[] };
  };
  readonly restrictions?: { readonly read?: RestrictionAnswer<Person, NamedGroup> };
  readonly children?: { readonly attachment?: ContentList };
  readonly extensions?: {
    readonly mediaType?: string;
    readonly fileSize?: number;
    readonly location?: string;
    readonly inlineProperties?: { readonly originalSelection?: string };
    readonly resolution?: { readonly status?: string };
  };
  readonly _links?: { readonly webui?: string; readonly download?: string };
}

export interface ContentList {
  readonly results?: readonly Content[];
  readonly size?: number;
  readonly limit?: number;
  readonly _links?: { readonly next?: string };
}

export const PAGE_EXPAND =
  'space,ancestors,version,history,metadata.labels,restrictions.read.restrictions.user,restrictions.read.restrictions.group';
export const COMMENT_EXPAND = 'container,version,history,extensions.inlineProperties,extensions.resolution';
export const FILE_EXPAND = 'container,version,history';
export const BODY = 'body.storage';

export function personNaming(source: SourceId): Naming<Person, NamedGroup> {
  return {
    user: ({ userKey }): Principal | undefined => (userKey ? userPrincipal(source, userKey) : undefined),
    group: ({ name }): Principal | undefined => (name ? groupPrincipal(source, name) : undefined),
  };
}

/** None for an entry without id, or of a type that is not read. `container` is known where a page told of its children. */
export function dcItem(config: ConfluenceConfig, content: Content, container?: Parent): Item[] {
  const kind = content.type;
  if (
    content.id === undefined ||
    (kind !== 'page' && kind !== 'blogpost' && kind !== 'attachment' && kind !== 'comment')
  )
    return [];
  const parent = container ?? parentOf(content);
  const storage = content.body?.storage?.value;
  const facts = kind === 'page' || kind === 'blogpost' ? factsOf(config, content) : undefined;
  const people = [content.history?.createdBy?.displayName, content.version?.by?.displayName];
  const selection = content.extensions?.inlineProperties?.originalSelection;
  const isInline = content.extensions?.location === 'inline';
  return [
    {
      kind,
      id: String(content.id),
      title: content.title ?? '',
      ...(content.space?.id !== undefined && { space: String(content.space.id) }),
      ...(parent && { parent }),
      isCurrent: (content.status ?? 'current') === 'current',
      isArchived: content.status === 'archived',
      version: content.version?.number ?? 0,
      changedAt: content.version?.when ?? content.history?.createdDate ?? '',
      ...(content.history?.createdDate && { createdAt: content.history.createdDate }),
      authors: [...new Set(people.filter((name) => name !== undefined))],
      url: content._links?.webui === undefined ? '' : `${config.url}${content._links.webui}`,
      ...(storage !== undefined && { body: { format: 'storage' as const, text: storage } }),
      ...(facts && { facts }),
      ...(kind === 'attachment' && { file: fileOf(content) }),
      ...(kind === 'comment' && {
        comment: {
          isInline,
          ...(selection && { selection }),
          ...(isInline && { isResolved: content.extensions?.resolution?.status === 'resolved' }),
        },
      }),
    },
  ];
}

function parentOf({ type, ancestors, container }: Content): Parent | undefined {
  const own = type === 'page' ? ancestors?.at(-1) : type === 'blogpost' ? undefined : container;
  return own?.id === undefined ? undefined : { id: String(own.id), kind: own.type ?? 'page' };
}

/** Nothing where the answer was not asked for them. */
function factsOf(config: ConfluenceConfig, { restrictions, metadata }: Content): Facts | undefined {
  if (restrictions === undefined && metadata?.labels === undefined) return undefined;
  const restriction = bulkRestriction(restrictions?.read, personNaming(config.id));
  const labels = (metadata?.labels?.results ?? []).flatMap(({ name }) => name ?? []);
  return { labels, ...(restriction && { restriction }) };
}

function fileOf({ extensions, metadata, _links }: Content): NonNullable<Item['file']> {
  const mediaType = extensions?.mediaType ?? metadata?.mediaType;
  return {
    ...(mediaType && { mediaType }),
    sizeBytes: extensions?.fileSize ?? 0,
    path: _links?.download ?? '',
  };
}

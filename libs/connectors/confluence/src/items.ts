import type { Principal } from '@fumikura/model';

/** A walk of the source over everything of one type. */
export type Listing = 'page' | 'blogpost' | 'attachment' | 'comment' | 'footer-comment' | 'inline-comment';

/** Where something lies: in a page, a folder, a whiteboard, a comment … */
export interface Parent {
  readonly id: string;
  readonly kind: string;
}

/** Who may read one content by its own restriction. `undefined` members: it has none. */
export interface Restriction {
  readonly members: readonly Principal[] | undefined;
}

/** What the walk of the content itself may not tell. */
export interface Facts {
  /** Absent when the source did not tell: it must be asked for by itself. */
  readonly restriction?: Restriction;
  readonly labels: readonly string[];
}

export interface Body {
  readonly format: 'adf' | 'storage';
  readonly text: string;
}

export interface Item {
  readonly kind: 'page' | 'blogpost' | 'attachment' | 'comment' | 'container';
  readonly id: string;
  readonly title: string;
  /** Id of the space; attachments and comments have that of their page. */
  readonly space?: string;
  readonly parent?: Parent;
  readonly isCurrent: boolean;
  readonly isArchived: boolean;
  readonly version: number;
  /** ISO 8601 UTC; empty when the source does not tell. */
  readonly changedAt: string;
  readonly createdAt?: string;
  /** Ids or names, as the deployment tells. */
  readonly authors: readonly string[];
  readonly url: string;
  readonly body?: Body;
  readonly facts?: Facts;
  readonly file?: { readonly mediaType?: string; readonly sizeBytes: number; readonly path: string };
  readonly comment?: {
    readonly selection?: string;
    readonly isResolved?: boolean;
    readonly isInline: boolean;
  };
}

export interface Space {
  readonly id: string;
  readonly key: string;
  readonly name: string;
}

export interface ItemPage {
  readonly items: readonly Item[];
  /** Leads to the next page; none at the end. */
  readonly next: string | undefined;
}

export interface Walk {
  readonly hasBodies: boolean;
  /** `id`: whatever changes meanwhile keeps its place. `newest`: those changed last first. */
  readonly order: 'id' | 'newest';
  /** With `newest`: nothing changed before is wanted; the source may tell more than asked. */
  readonly since?: string;
  /** Where an earlier walk stopped. */
  readonly from?: string;
  readonly limit?: number;
}

/** Why somebody whom the source may let in is not among the readers. */
export type ClosedReason =
  | 'permissions of a space not readable'
  | 'role that is not known'
  | 'permission of a role'
  | 'class of people that is not told'
  | 'anonymous access not readable'
  | 'account without an id'
  | 'restriction not readable'
  | 'ancestor not readable';

export interface SpaceReaders {
  readonly members: readonly Principal[];
  readonly closed: readonly ClosedReason[];
}

/** What both deployments can be asked, in one shape. Made for one pass: it may remember what it asked. */
export interface ConfluenceApi {
  /** In the order in which a pass takes them: what lies in something after it. */
  readonly listings: readonly Listing[];
  /** As whom we read. */
  account(signal: AbortSignal): Promise<string>;
  /** Those of the configuration, by id. */
  spaces(signal: AbortSignal): Promise<ReadonlyMap<string, Space>>;
  spaceReaders(space: Space, signal: AbortSignal): Promise<SpaceReaders>;
  walk(listing: Listing, walk: Walk, signal: AbortSignal): AsyncIterable<ItemPage>;
  /** Current and archived ones; what is gone or hidden is left out. At most 100 ids. */
  contents(
    kind: 'page' | 'blogpost',
    ids: readonly string[],
    hasBodies: boolean,
    signal: AbortSignal,
  ): Promise<readonly Item[]>;
  /** One comment, attachment or container; undefined when it is gone or hidden. */
  single(kind: string, id: string, signal: AbortSignal): Promise<Item | undefined>;
  /** Facts in bulk, of at most 100. What is not told must be asked for by itself. */
  facts(ids: readonly string[], signal: AbortSignal): AsyncIterable<ReadonlyMap<string, Facts>>;
  /** With every member, however many; undefined when our account is not told. */
  restriction(id: string, signal: AbortSignal): Promise<Restriction | undefined>;
  /** Names of people by what `authors` holds; those that are not told are left out. */
  names(authors: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, string>>;
}

import type { Acl } from './acl.ts';
import type { Block } from './block.ts';

/** `kind:name` of a configured source: `confluence:acme`, `files:handbook`. Lower case, no blanks. */
export type SourceId = `${string}:${string}`;
/** `<source id>/<external id>`; the external id is the source's own that never changes (a path for files). */
export type DocumentId = string;

const SOURCE_ID = /^[a-z][a-z0-9-]*:[a-z0-9][a-z0-9._-]*$/;

export function isSourceId(value: string): value is SourceId {
  return SOURCE_ID.test(value);
}

export function documentId(source: SourceId, externalId: string): DocumentId {
  return `${source}/${externalId}`;
}

/** The two halves of a document id, or undefined when the text is none. */
export function splitDocumentId(id: DocumentId): { source: SourceId; externalId: string } | undefined {
  const slash = id.indexOf('/');
  const source = id.slice(0, slash);
  if (slash < 1 || !isSourceId(source) || slash === id.length - 1) return undefined;
  return { source, externalId: id.slice(slash + 1) };
}

export type JsonValue =
  null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/** BCP 47 primary language of most of the text, or `und`. */
export type Language = string;

/** What a connector knows of a document before anything is parsed. */
export interface DocumentHead {
  readonly id: DocumentId;
  readonly source: SourceId;
  readonly externalId: string;
  /** `page`, `issue`, `file`, `mail` …: what a person would call it; filterable. */
  readonly kind: string;
  /** Where a person opens it; empty only when the source has no address for it. */
  readonly url: string;
  /** Fallback when the body carries no title of its own. */
  readonly title: string;
  /** Changes whenever anything that is indexed changes. Compared for equality only. */
  readonly version: string;
  readonly acl: Acl;
  /** ISO 8601 UTC. */
  readonly createdAt?: string;
  readonly updatedAt?: string;
  readonly authors?: readonly string[];
  readonly labels?: readonly string[];
  /** Ancestors as a person reads them, outermost first, without the title. */
  readonly breadcrumbs?: readonly string[];
  readonly parent?: DocumentId;
  /** Further facts by name, shown in metadata. */
  readonly fields?: { readonly [name: string]: JsonValue };
}

/** Raw bytes that the document pipeline parses. `read` may be called more than once and rejects with an AppError. */
export interface ContentBody {
  readonly type: 'content';
  readonly fileName: string;
  /** When the source declares one; the parser also looks at name and bytes. */
  readonly mediaType?: string;
  readonly sizeBytes: number;
  readonly read: (signal: AbortSignal) => Promise<Uint8Array>;
  /** Writes the same into a new file without holding it in memory; used instead for what is large. Absent: only `read`. */
  readonly save?: (path: string, signal: AbortSignal) => Promise<void>;
}

export interface BlocksBody {
  readonly type: 'blocks';
  readonly blocks: readonly Block[];
}

/** What `Connector.pull` yields for one item. */
export interface SourceDocument extends DocumentHead {
  readonly body: ContentBody | BlocksBody;
  /** Hash of the body, when the source can tell it without a download; equal hashes skip parsing and embedding. */
  readonly contentHash?: string;
}

/** One line of a document's table of contents; offsets into the normalised text, UTF-16 units. */
export interface Section {
  readonly heading: string;
  readonly level: number;
  readonly start: number;
  readonly end: number;
}

/** A document after parsing: what the catalog keeps and everything downstream reads. */
export interface Document extends DocumentHead {
  readonly language: Language;
  /** Normalised text: NFC, LF only, blocks rendered one after another; every offset of this model points into it. */
  readonly text: string;
  readonly outline: readonly Section[];
  readonly contentHash: string;
  /** Said to readers: text that is missing and why (hidden sheets, scanned pages, cut at a limit). */
  readonly notices: readonly string[];
}

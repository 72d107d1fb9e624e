import type { BlockPlace, Coverage, DocumentId, JsonValue, Section, SourceId } from '@fumikura/model';
import type { AccessFilter, FacetCounts, IndexFilter } from '@fumikura/ports';
import type { CacheCounts } from './cache/ranking-cache.ts';
import type { Correction } from './query/corrections.ts';
import type { SuggestRequest, Suggestions } from './suggest.ts';

export interface KnowledgeQuery {
  /** In the query language, at most 2,000 characters; empty only beside a filter: the newest are shown then. */
  readonly query: string;
  /** Values no readable document has are refused with near matches, never silently dropped. */
  readonly filter?: IndexFilter;
  /** 1 to 50, default 10. */
  readonly limit?: number;
  /** From an earlier page of the same query by the same caller. */
  readonly cursor?: string;
  readonly explain?: boolean;
  /** Documents like this one, which the caller may read; a query beside it narrows them. */
  readonly similarTo?: DocumentId;
  /** Count what matches, by field. */
  readonly facets?: boolean;
  /** Every other source is as if it were not there: how roles narrow a search. */
  readonly within?: readonly SourceId[];
}

export interface Snippet {
  /** Cleaned text of the best window, at most about 300 characters. Hostile input: never an instruction. */
  readonly text: string;
  /** Half-open ranges of `text` that match the query, ascending, UTF-16. */
  readonly highlights: readonly (readonly [start: number, end: number])[];
  readonly headingPath: readonly string[];
  /** The window in the document's normalised text. */
  readonly start: number;
  readonly end: number;
  readonly place?: BlockPlace;
}

export interface HitSummary {
  readonly id: DocumentId;
  readonly title: string;
  readonly url: string;
  readonly source: SourceId;
}

export interface Hit extends HitSummary {
  /** Counted from 1 over all pages. */
  readonly rank: number;
  readonly kind: string;
  readonly language: string;
  readonly breadcrumbs: readonly string[];
  readonly authors: readonly string[];
  readonly labels: readonly string[];
  readonly updatedAt?: string;
  readonly snippet: Snippet;
  /** Near-duplicates elsewhere that the caller may read too; the best one is the hit. */
  readonly duplicates: readonly HitSummary[];
  /** Passages of the same document that fit nearly as well. */
  readonly furtherPassages?: number;
  /** For operators and `--explain`: how the place came about; parts of one fused score, comparable within a reply. */
  readonly explain?: Readonly<Record<string, number>>;
}

export interface SearchPage {
  readonly hits: readonly Hit[];
  readonly coverage: Coverage;
  readonly nextCursor?: string;
  /** Words that no readable document has, and those that were looked for instead. Text of documents, like any other. */
  readonly corrections?: readonly Correction[];
  /** When asked for; over everything that matches, not this page alone. */
  readonly facets?: FacetCounts;
  /** Said to the asker: what was ignored or cut, and why. */
  readonly notices: readonly string[];
  readonly tookMs: number;
}

export interface ReadRequest {
  readonly id: DocumentId;
  /** A heading of the outline, as written there or case-folded. */
  readonly section?: string;
  readonly cursor?: string;
  /** 100 to 8,000, default 4,000; about four characters of English or one of Japanese. */
  readonly maxTokens?: number;
}

export interface DocumentPage extends HitSummary {
  readonly text: string;
  readonly outline: readonly Section[];
  readonly metadata: {
    readonly kind: string;
    readonly language: string;
    readonly breadcrumbs: readonly string[];
    readonly authors: readonly string[];
    readonly labels: readonly string[];
    readonly createdAt?: string;
    readonly updatedAt?: string;
    readonly syncedAt: string;
    readonly fields: Readonly<Record<string, JsonValue>>;
    readonly notices: readonly string[];
  };
  /** Present when the document (or section) goes on. */
  readonly nextCursor?: string;
}

export interface SourceSummary {
  readonly id: SourceId;
  /** Documents the caller may read. */
  readonly documents: number;
  readonly lastCompletedAt?: string;
  readonly state: 'ready' | 'syncing' | 'never-synced' | 'failed';
}

/**
 * Told of documents that the index found and the second check refused: their readers changed meanwhile. For the audit
 * alone: never part of a reply.
 */
export type OnWithheld = (ids: readonly DocumentId[]) => void;

/** Search and reading for one caller at a time; every call needs the caller's AccessFilter. */
export interface Knowledge {
  search(
    query: KnowledgeQuery,
    access: AccessFilter,
    signal: AbortSignal,
    onWithheld?: OnWithheld,
  ): Promise<SearchPage>;
  /** Rejects with DOCUMENT_NOT_FOUND when absent or forbidden alike. */
  read(request: ReadRequest, access: AccessFilter, signal: AbortSignal): Promise<DocumentPage>;
  /** For the person who types. */
  suggest(request: SuggestRequest, access: AccessFilter, signal: AbortSignal): Promise<Suggestions>;
  /** How often rankings were used again since the start; undefined when none are kept. */
  cacheCounts?(): CacheCounts | undefined;
  /** Sources with at least one document the caller may read. */
  sources(access: AccessFilter): Promise<readonly SourceSummary[]>;
}

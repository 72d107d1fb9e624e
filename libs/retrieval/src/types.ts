import type { BlockPlace, Coverage, DocumentId, JsonValue, Section, SourceId } from '@fumikura/model';
import type { AccessFilter, FacetCounts, IndexFilter, LateRefusal, StoredText } from '@fumikura/ports';
import type { QueryTerms } from '@fumikura/text';
import type { CacheCounts } from './cache/ranking-cache.ts';
import type { Correction } from './query/corrections.ts';
import type { TellingExpansion } from './query/expand.ts';
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
  /** Ask the sources themselves, too, those that can be asked. */
  readonly live?: boolean;
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
  /** Read from the source just now: not indexed, or newer than what is. */
  readonly live?: true;
  /** For operators and `--explain`: how the place came about; parts of one fused score, comparable within a reply. */
  readonly explain?: Readonly<Record<string, number>>;
}

/** An index that did not answer. */
export interface Outage {
  readonly state: 'failed' | 'timed-out';
  readonly reason: string;
}

export interface SearchPage {
  readonly hits: readonly Hit[];
  readonly coverage: Coverage;
  readonly nextCursor?: string;
  /** Words that no readable document has, and those that were looked for instead. Text of documents, like any other. */
  readonly corrections?: readonly Correction[];
  /** With `explain`: what was looked for beside the words typed, as far as a hit of this page says it. */
  readonly expansions?: readonly TellingExpansion[];
  /** When asked for; over everything that matches, not this page alone. */
  readonly facets?: FacetCounts;
  /** Said to the asker: what was ignored or cut, and why. */
  readonly notices: readonly string[];
  /** Why nothing of the index is in it. */
  readonly outage?: Outage;
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

export interface WithheldDocument {
  readonly id: DocumentId;
  /** `lists-changed`: its readers changed since it was indexed. Else what its source said, or did not say in time. */
  readonly reason: 'lists-changed' | LateRefusal;
}

/** Told of documents that were found and refused afterwards. For the audit alone: never part of a reply. */
export type OnWithheld = (documents: readonly WithheldDocument[]) => void;

export interface EvidenceQuery {
  /** 1 to 2,000 characters of plain language: nothing in it is a word of the query language. */
  readonly query: string;
  readonly filter?: IndexFilter;
  /** Every other source is as if it were not there: how roles narrow it. */
  readonly within?: readonly SourceId[];
  /** Documents whose texts are read, 1 to 50. */
  readonly documents: number;
}

/** One document that may hold an answer, with its whole text and its real scores. For our own process alone. */
export interface EvidenceDocument extends HitSummary {
  readonly kind: string;
  readonly language: string;
  readonly breadcrumbs: readonly string[];
  readonly labels: readonly string[];
  readonly createdAt?: string;
  readonly updatedAt?: string;
  /** As the source names it: `Superseded`, `Closed`. */
  readonly status?: string;
  /** Fused, 0 to 1, comparable within one answer. */
  readonly score: number;
  /** Raw, comparable within one index only. */
  readonly lexical: number;
  readonly cosine?: number;
  /** The best chunk, and -1 when the title alone matched. */
  readonly bestChunk: number;
  readonly stored: StoredText;
  readonly duplicates: readonly HitSummary[];
}

export interface Evidence {
  readonly terms: QueryTerms;
  /** Of each term: how rare it is among what the caller may read; of the passages found where the engine does not tell. */
  readonly rarity: ReadonlyMap<string, number>;
  /** Best first, near-duplicates collapsed. */
  readonly documents: readonly EvidenceDocument[];
  /** Raw lexical scores of all candidates, falling; of the documents alone where the engine's own follow hidden ones. */
  readonly scores: readonly number[];
  /** Documents that share anything with the question; of many, some hundreds. */
  readonly found: number;
  readonly coverage: Coverage;
  readonly notices: readonly string[];
}

/** Search and reading for one caller at a time; every call needs the caller's AccessFilter. */
export interface Knowledge {
  search(
    query: KnowledgeQuery,
    access: AccessFilter,
    signal: AbortSignal,
    onWithheld?: OnWithheld,
  ): Promise<SearchPage>;
  /**
   * Rejects with DOCUMENT_NOT_FOUND when absent or forbidden alike; with SOURCE_UNCONFIRMED (transient) when its source has
   * to be asked and does not answer in time.
   */
  read(request: ReadRequest, access: AccessFilter, signal: AbortSignal): Promise<DocumentPage>;
  /** For the person who types. */
  suggest(request: SuggestRequest, access: AccessFilter, signal: AbortSignal): Promise<Suggestions>;
  /** Documents that may answer, with their texts; as `search` in every other respect. */
  evidence(
    query: EvidenceQuery,
    access: AccessFilter,
    signal: AbortSignal,
    onWithheld?: OnWithheld,
  ): Promise<Evidence>;
  /** Single documents as evidence, in the order asked for; absent and forbidden ones are left out alike. At most 1,000. */
  documents(
    ids: readonly DocumentId[],
    access: AccessFilter,
    signal: AbortSignal,
  ): Promise<readonly EvidenceDocument[]>;
  /** Those of these documents that the caller may read at this moment: asked of each citation when an answer leaves. */
  stillReadable(ids: readonly DocumentId[], access: AccessFilter): Promise<ReadonlySet<DocumentId>>;
  /** How often rankings were used again since the start; undefined when none are kept. */
  cacheCounts?(): CacheCounts | undefined;
  /** Sources with at least one document the caller may read. */
  sources(access: AccessFilter): Promise<readonly SourceSummary[]>;
}

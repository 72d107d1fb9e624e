import type { BlockPlace, Coverage, DocumentId, JsonValue, Section, SourceId } from '@fumikura/model';
import type { AccessFilter, IndexFilter, StoredText } from '@fumikura/ports';
import type { QueryTerms } from '@fumikura/text';

export interface KnowledgeQuery {
  /** 1 to 2,000 characters. */
  readonly query: string;
  /** Values no readable document has are refused with near matches, never silently dropped. */
  readonly filter?: IndexFilter;
  /** 1 to 50, default 10. */
  readonly limit?: number;
  /** From an earlier page of the same query by the same caller. */
  readonly cursor?: string;
  readonly explain?: boolean;
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
  /** For operators and `--explain`: how the place came about; parts of one fused score, comparable within a reply. */
  readonly explain?: Readonly<Record<string, number>>;
}

export interface SearchPage {
  readonly hits: readonly Hit[];
  readonly coverage: Coverage;
  readonly nextCursor?: string;
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

export interface EvidenceQuery {
  /** 1 to 2,000 characters. */
  readonly query: string;
  readonly filter?: IndexFilter;
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
  /** Of each term: how rare it is; of the passages found where the engine does not tell. */
  readonly rarity: ReadonlyMap<string, number>;
  /** Best first, near-duplicates collapsed. */
  readonly documents: readonly EvidenceDocument[];
  /** Raw lexical scores of all candidates, falling. */
  readonly scores: readonly number[];
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
  /** Rejects with DOCUMENT_NOT_FOUND when absent or forbidden alike. */
  read(request: ReadRequest, access: AccessFilter, signal: AbortSignal): Promise<DocumentPage>;
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
  /** Sources with at least one document the caller may read. */
  sources(access: AccessFilter): Promise<readonly SourceSummary[]>;
}

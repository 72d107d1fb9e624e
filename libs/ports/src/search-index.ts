import type { Chunk, DocumentId, Fingerprint, SourceId } from '@fumikura/model';
import type { QueryTerms, TextConditions } from '@fumikura/text';
import type { AccessFilter } from './access-filter.ts';
import type { IndexExplorer } from './index-explorer.ts';

export interface IndexChunk extends Pick<Chunk, 'ordinal' | 'headingPath' | 'context'> {
  /** The span itself. */
  readonly text: string;
  /** Finite values, the index's dimension; any length, stored normalised. */
  readonly vector?: Float32Array;
}

export interface IndexDocument {
  readonly documentId: DocumentId;
  readonly aclId: number;
  readonly title: string;
  readonly breadcrumbs: readonly string[];
  readonly source: SourceId;
  readonly kind: string;
  readonly language: string;
  readonly authors: readonly string[];
  readonly labels: readonly string[];
  /** ISO 8601 UTC; absent documents match no time filter. */
  readonly updatedAt?: string;
  readonly chunks: readonly IndexChunk[];
}

export interface IndexBatch {
  /** Replaces all chunks of a document. Within one batch the last write of an id wins. */
  readonly upserts?: readonly IndexDocument[];
  readonly acls?: readonly { readonly documentId: DocumentId; readonly aclId: number }[];
  readonly removals?: readonly DocumentId[];
}

/** Conditions are ANDed; values inside one are ORed; an empty array matches nothing, an absent one everything. */
export interface IndexFilter {
  readonly sources?: readonly SourceId[];
  readonly kinds?: readonly string[];
  readonly languages?: readonly string[];
  readonly authors?: readonly string[];
  readonly labels?: readonly string[];
  /** The first of the breadcrumbs: a wiki's space, a tracker's project, a repository, a top folder. */
  readonly spaces?: readonly string[];
  /** ISO 8601 UTC, inclusive / exclusive. */
  readonly updatedFrom?: string;
  readonly updatedBefore?: string;
  /** Documents with one of these values are left out. */
  readonly excluded?: ExcludedValues;
}

export type ExcludedValues = Pick<
  IndexFilter,
  'sources' | 'kinds' | 'languages' | 'authors' | 'labels' | 'spaces'
>;

/**
 * score = document·D + chunk·C + title·T, where each part is BM25 (k1 1.2, of terms with digits .3; b .75, title .5) summed over term classes,
 * class bigram at weight `bigram` (`titleBigram` in the title). Measured in docs/retrieval.md.
 */
export interface LexicalWeights {
  readonly document: number;
  readonly chunk: number;
  readonly title: number;
  readonly bigram: number;
  readonly titleBigram: number;
}

export const LEXICAL_WEIGHTS: LexicalWeights = {
  document: 0.6,
  chunk: 0.4,
  title: 0.2,
  bigram: 0.35,
  titleBigram: 1,
};

/** With neither words nor a vector the answer is what was changed last, newest first. */
export interface SearchRequest {
  readonly lexical?: { readonly query: QueryTerms; readonly weights?: LexicalWeights };
  readonly dense?: { readonly vector: Float32Array; readonly fingerprint: Fingerprint };
  readonly filter?: IndexFilter;
  /** Documents that do not meet them are no hits of either side, as with a filter. */
  readonly conditions?: TextConditions;
  /** Documents wanted from each side, 1 to 1,000. The answer is their union, each scored by both sides. */
  readonly candidates: number;
  /** Chunks the 1-bit pass hands to rescoring; default 200 up to 100,000 chunks, 400 above. */
  readonly denseCandidates?: number;
  /**
   * How rare words are and how long texts, for scores: among what the caller may read alone, whatever the filter, so that
   * nothing that is hidden moves a score or an order; default among all documents. Cost: each list once more. An engine
   * that cannot answers without `rarity`; what it answers is not to be kept.
   */
  readonly statistics?: 'readable';
}

/** One document with its real scores of both sides. Raw scores stay inside the process. */
export interface Candidate {
  readonly documentId: DocumentId;
  /** Combined lexical score by the weights; 0 when no term matches. */
  readonly lexical: number;
  readonly parts: { readonly document: number; readonly chunk: number; readonly title: number };
  /** Best readable chunk lexically, -1 when the title alone matched and no chunk did. */
  readonly chunkOrdinal: number;
  /** Highest cosine over readable chunks; undefined without a vector query or vectors. */
  readonly cosine?: number;
  readonly denseChunkOrdinal?: number;
  /** Further chunks that speak of it nearly as much as the best one; absent where the engine does not count them. */
  readonly furtherChunks?: number;
  /** Cosine of its first chunk, which says what the whole is about; absent where the engine gives none. */
  readonly leadCosine?: number;
}

export interface SearchAnswer {
  /** By descending lexical score, then cosine, then document id: stable on ties. Without a question, newest first. */
  readonly candidates: readonly Candidate[];
  /** So many documents at most were compared with exact phrases, and there were more: of those none is told. */
  readonly comparedAtMost?: number;
  /** Rises with every committed write. */
  readonly indexVersion: number;
  /**
   * Of each term of the lexical query, how rare it is by the statistics asked for, ln of the odds against it, > 0; the
   * highest for one that no document has that the caller may read. Absent where the engine does not tell, or not by those
   * statistics. Stays inside the process.
   */
  readonly rarity?: ReadonlyMap<string, number>;
  /** Names the state that was asked, for `changesSince`; absent where the engine cannot compare states. */
  readonly mark?: string;
  /** What scores were made of beside the documents, for `changesSince`; absent without words. Stays inside the process. */
  readonly statistics?: string;
}

export interface KnownAnswer {
  readonly request: SearchRequest;
  /** State up to which it is known what came and went. */
  readonly mark: string;
  /** Of the answer as it was made. */
  readonly statistics?: string;
  readonly documentIds: readonly DocumentId[];
}

/** What happened to an answer between its mark and this one. */
export interface AnswerChanges {
  readonly mark: string;
  /** Known documents that were removed or written again; the latter are among `candidates` where they still match. */
  readonly gone: readonly DocumentId[];
  /** Written since and readable by the caller, scored as a search would do it now; in no order. */
  readonly candidates: readonly Candidate[];
}

export interface IndexStats {
  readonly documents: number;
  readonly chunks: number;
  readonly deadSlots: number;
  readonly pendingChunks: number;
  /** Absent where the engine does not count them. */
  readonly terms?: number;
  /** Terms that were written under the number of another one of the same text, by this process; absent without numbers. */
  readonly collisions?: number;
  /** On disk; absent where the engine does not tell. */
  readonly sizeBytes?: number;
  readonly tokeniserVersion: string;
  readonly icuVersion: string;
  readonly fingerprint?: Fingerprint;
}

export interface Damage {
  readonly what: string;
  readonly remedy: string;
}

/**
 * Chunks, vectors, postings and their acl ids. `access` is applied inside every scan, before a hit exists.
 * Rejects with VECTOR_INVALID (NaN, infinite, zero, wrong dimension), FINGERPRINT_MISMATCH, ACCESS_FILTER_INVALID.
 */
export interface SearchIndex {
  write(batch: IndexBatch): Promise<void>;
  search(request: SearchRequest, access: AccessFilter, signal: AbortSignal): Promise<SearchAnswer>;
  /**
   * What was written since an answer was made, as far as it is something to the caller. Undefined when that cannot be told
   * in little time: readers of documents changed, too much was written, or the frequencies of words are no longer the
   * ones it was scored with; then it has to be made anew. Cost: nothing when nothing was written, else a look at what is
   * new. Absent where the engine cannot compare states.
   */
  readonly changesSince?: (answer: KnownAnswer, access: AccessFilter) => Promise<AnswerChanges | undefined>;
  /** What is absent the engine cannot: suggestions and corrections are left out then, and facets count the best hits. */
  readonly explore?: Partial<IndexExplorer>;
  stats(): Promise<IndexStats>;
  /** Binds the index to a model's vectors; refuses another one while vectors exist. */
  useFingerprint(fingerprint: Fingerprint): Promise<void>;
  /** Bounded upkeep (fold, compaction, log truncation) until nothing is due or the signal fires. */
  maintain(signal: AbortSignal): Promise<void>;
  /** Empty when everything fits together. Reads the whole index. */
  check(signal: AbortSignal): Promise<readonly Damage[]>;
}

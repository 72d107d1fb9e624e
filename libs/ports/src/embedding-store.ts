import type { Chunk, DocumentId, Fingerprint, Language, SourceId } from '@fumikura/model';

/** A document whose chunks have no vectors yet. */
export interface WaitingDocument {
  readonly id: DocumentId;
  /** Another one as soon as anything of the document was written again. */
  readonly revision: number;
  readonly title: string;
  readonly language: Language;
  readonly text: string;
  readonly chunks: readonly Chunk[];
}

/** A chunk that an embedder did not take; found by its words alone. */
export interface EmbeddingRefusal {
  readonly documentId: DocumentId;
  readonly ordinal: number;
  readonly reason: string;
}

export interface EmbeddedDocument {
  readonly id: DocumentId;
  readonly revision: number;
  /** By ordinal; undefined where a chunk gets none. */
  readonly vectors: readonly (Float32Array | undefined)[];
  readonly refusals?: readonly Omit<EmbeddingRefusal, 'documentId'>[];
}

/** A vector by what was embedded, whatever document it stands in. */
export interface KnownVector {
  readonly hash: string;
  readonly vector: Float32Array;
}

export interface EmbeddingSpend {
  readonly texts: number;
  readonly tokens: number;
  readonly usd: number;
}

export interface EmbeddingProblem {
  /** ISO 8601 UTC. */
  readonly at: string;
  readonly code: string;
  readonly message: string;
}

export interface EmbeddingStatus {
  /** Absent while no embedder was ever bound. */
  readonly fingerprint?: Fingerprint;
  readonly isPaused: boolean;
  readonly sources: readonly {
    readonly source: SourceId;
    readonly chunks: number;
    readonly waitingDocuments: number;
    readonly waitingChunks: number;
  }[];
  readonly refusals: number;
  /** Chunks a second of the newest run, while it worked. */
  readonly rate?: { readonly chunksPerSecond: number; readonly at: string };
  /** What ended the newest run before everything was embedded. */
  readonly problem?: EmbeddingProblem;
}

/**
 * What the embedding stage reads and writes: which documents wait for vectors, what was embedded before, what was spent.
 * A document waits from the commit that wrote its chunks until its vectors are put; searches go on meanwhile.
 */
export interface EmbeddingStore {
  /**
   * Vectors of this fingerprint and no other are searched from now on. Those of another one leave the index (not the
   * known ones), and every document waits. Does nothing when it is bound already.
   */
  bind(fingerprint: Fingerprint): Promise<void>;
  /** The longest waiting ones, until they have `chunks` chunks together; at least one while any waits. */
  waiting(chunks: number): Promise<readonly WaitingDocument[]>;
  /** What was embedded before, in the order of the hashes. */
  known(fingerprint: Fingerprint, hashes: readonly string[]): Promise<readonly (Float32Array | undefined)[]>;
  /** Makes vectors durable as soon as they are made, together with what they cost on a day (`2026-01-31`). */
  keep(
    fingerprint: Fingerprint,
    vectors: readonly KnownVector[],
    day: string,
    spend: EmbeddingSpend,
  ): Promise<void>;
  /**
   * Puts the vectors of whole documents into the index; they wait no longer. Those that were written again meanwhile are
   * left out and go on waiting. @returns how many were put. Rejects with FINGERPRINT_MISMATCH when another one is bound
   */
  put(fingerprint: Fingerprint, documents: readonly EmbeddedDocument[]): Promise<number>;
  spent(day: string): Promise<EmbeddingSpend>;
  status(): Promise<EmbeddingStatus>;
  refusals(limit: number): Promise<readonly EmbeddingRefusal[]>;
  /** Documents with refused chunks wait again. @returns how many */
  retryRefused(): Promise<number>;
  setPaused(isPaused: boolean): Promise<void>;
  /** Undefined forgets it. */
  setProblem(problem: EmbeddingProblem | undefined): Promise<void>;
  setRate(rate: EmbeddingStatus['rate'] & object): Promise<void>;
  /** Forgets the oldest known vectors when they are far more than the chunks there are. @returns how many */
  prune(): Promise<number>;
}

import type { DocumentId, Fingerprint, SourceId } from '@fumikura/model';
import type { QueryTerms } from '@fumikura/text';
import type { AccessFilter } from './access-filter.ts';
import type { DocumentWrite, StoreBatch } from './catalog.ts';
import type { VersionVectors } from './embedding-journal.ts';
import type { IndexDocument, IndexFilter, SearchAnswer, SearchIndex, SearchRequest } from './search-index.ts';

/** A document as the index is to hold it, beside the version it holds now. */
export interface VersionedDocument {
  /** Rises with every write of any document; never used again. */
  readonly version: number;
  readonly document: IndexDocument;
  /** The body is as it was in this version: chunks without a vector keep the one they have there. */
  readonly vectorsOf?: number;
}

/** What the catalog says of a document now: a hit of another version is none. */
export interface ConfirmedDocument {
  readonly version: number;
  readonly aclId: number;
  /** Rises with every change of `aclId`. */
  readonly aclVersion: number;
}

/** What the index has to do for a document once the catalog has decided; harmless to do again, in any order. */
export interface Settlement {
  readonly documentId: DocumentId;
  /** Which note of the journal this answers. */
  readonly note: number;
  /** Versions below this are deleted. */
  readonly below?: number;
  /** This version was given up and is deleted. */
  readonly version?: number;
  /** Its chunks carry this acl_id from now on, unless they carry a newer one. */
  readonly confirmed?: ConfirmedDocument;
  /** Also when they carry a newer one: for a catalog that was restored to an earlier state. */
  readonly isForced?: boolean;
}

export interface CataloguedDocument extends ConfirmedDocument {
  readonly documentId: DocumentId;
  readonly chunks: number;
}

/** A batch between its two halves. */
export interface PendingBatch {
  readonly id: string;
  /** To be written to the index before the batch is confirmed. */
  readonly writes: readonly VersionedDocument[];
}

/**
 * How a catalog and an index that share no transaction stay one: `begin` notes what will be written, the index is
 * written, `confirm` makes the batch visible as a whole, and what is left in the index is settled. A process that ends
 * anywhere leaves notes from which another one goes on.
 */
export interface CatalogJournal {
  begin(batch: StoreBatch): Promise<PendingBatch>;
  /**
   * The batch becomes what every reader sees, all of it. Rejects with LEASE_LOST, and with STORE_CONFLICT when it has to
   * be begun again: nothing of it is visible then.
   */
  confirm(pending: PendingBatch): Promise<readonly Settlement[]>;
  /** Gives a batch up. @returns what to remove from the index before `settled` is told */
  abandon(pending: PendingBatch): Promise<readonly Settlement[]>;
  settled(done: readonly Settlement[]): Promise<void>;
  /**
   * What is still to be settled: of one batch, or of all that began more than `olderThanMs` ago. Of the latter, those
   * that were never confirmed are given up: their writer is refused should it still come.
   */
  unsettled(
    of: { readonly batch: string } | { readonly olderThanMs: number },
    limit: number,
  ): Promise<readonly Settlement[]>;
  /** As `Catalog.removeSource`; `batch` is what to settle then. */
  removeSource(id: SourceId): Promise<{ readonly removed: number; readonly batch: string }>;
  confirmed(ids: readonly DocumentId[]): Promise<ReadonlyMap<DocumentId, ConfirmedDocument>>;
  /** Which of these documents' versions belong to batches under way. */
  underWay(ids: readonly DocumentId[]): Promise<ReadonlySet<number>>;
  /** All documents in the order of their ids, after `after`; at most `limit`. */
  list(after: DocumentId | undefined, limit: number): Promise<readonly CataloguedDocument[]>;
  /** As the index is to hold them; without vectors, which the index alone has. */
  documents(ids: readonly DocumentId[]): Promise<readonly VersionedDocument[]>;
  /** Rises with every batch that is confirmed. */
  version(): Promise<number>;
}

export type ConfirmedOf = CatalogJournal['confirmed'];

/** One stored version of a document in the index. */
export interface IndexedVersion extends ConfirmedDocument {
  readonly documentId: DocumentId;
  /** Chunks that were found, and as many as the version says it has. */
  readonly chunks: number;
  readonly stated: number;
}

/** An index that holds versions side by side, for a catalog that says which one counts. */
/** Indexes beside each other: the one that is asked, the one that is being made, the one that was asked before. */
export interface IndexPlaces {
  /**
   * Made empty, like the one that is asked, when it is not there; for vectors of `fingerprint` where one is named, in the
   * place of one for others.
   */
  next(fingerprint?: Fingerprint): Promise<VersionedIndex>;
  /** Undefined when nothing was switched yet. */
  previous(): Promise<VersionedIndex | undefined>;
  /** Undefined when it is not there. */
  at(place: 'next' | 'previous'): Promise<VersionedIndex | undefined>;
  /** What is asked becomes the previous one, in one step. @throws AppError STORE_DAMAGED when there is none to switch to */
  switchTo(place: 'next' | 'previous'): Promise<void>;
}

export interface MatchRequest {
  /** Wanted are documents with every word of it, or with any when none has all; without it, all within the filter. */
  readonly query?: QueryTerms;
  readonly filter?: IndexFilter;
  /** Documents told at most. */
  readonly most: number;
}

export interface Matching {
  readonly documentIds: readonly DocumentId[];
  /** There may be more. */
  readonly isLowerBound: boolean;
}

export interface VersionedIndex extends SearchIndex {
  /** Rejects with VECTOR_INVALID or FINGERPRINT_MISMATCH before anything is written anywhere. */
  validate(documents: readonly { readonly vectors?: readonly Float32Array[] }[]): Promise<void>;
  stage(writes: readonly VersionedDocument[]): Promise<void>;
  settle(settlements: readonly Settlement[]): Promise<void>;
  /** As `search`, and only over versions and acl_ids that are confirmed. */
  searchConfirmed(
    request: SearchRequest,
    access: AccessFilter,
    confirmed: ConfirmedOf,
    signal: AbortSignal,
  ): Promise<SearchAnswer>;
  /** Which documents a question is about, in no order. */
  matching(
    request: MatchRequest,
    access: AccessFilter,
    confirmed: ConfirmedOf,
    signal: AbortSignal,
  ): Promise<Matching>;
  /** How rare terms are, >= 0, in the order given; collection-wide, so never shown. */
  rarity(terms: readonly string[], signal: AbortSignal): Promise<readonly number[]>;
  /** Everything it holds, in no order, page by page; the chunks of one version may come on several pages. */
  versions(signal: AbortSignal): AsyncIterable<readonly IndexedVersion[]>;
  /** Vectors of a version by ordinal; undefined where a chunk has none. */
  vectorsOf(
    documents: readonly {
      readonly documentId: DocumentId;
      readonly version: number;
      readonly chunks: number;
    }[],
  ): Promise<ReadonlyMap<DocumentId, readonly (Float32Array | undefined)[]>>;
  /** As `useFingerprint`, and in the place of another one: its vectors are removed. */
  rebind(fingerprint: Fingerprint): Promise<void>;
  /** In the place of those that the versions have. @returns the documents whose chunks are all there */
  putVectors(documents: readonly VersionVectors[]): Promise<ReadonlySet<DocumentId>>;
  /** Rejects when the index cannot be used now. */
  reach(): Promise<void>;
  /** Fits what it holds constant to texts like these, as long as it is empty; later it stays as it is. */
  calibrate(sample: readonly DocumentWrite[]): Promise<void>;
  /** What it holds of these documents, each version whole. */
  held(ids: readonly DocumentId[]): Promise<readonly IndexedVersion[]>;
}

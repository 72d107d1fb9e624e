import type { DocumentId, SourceId } from '@fumikura/model';
import type { Connector, DocumentRecord, DocumentWrite } from '@fumikura/ports';
import type { SourceDocument } from '@fumikura/model';

export interface LiveSettings {
  /** Milliseconds; a source that has not answered by then is left out and named. Default 1,500. */
  readonly deadlineMs: number;
  /** Hits taken from each source, 1 to 50. Default 10. */
  readonly limit: number;
  /** Items of each source that are read to find out who may read them, or because they changed. Default 5. */
  readonly reads: number;
  /** Searches of a source at once; default 4. */
  readonly concurrency: number;
  /** Searches of a source in a minute, by everybody together; default 10. */
  readonly perMinute: number;
  /** Failures in a row after which a source is left alone for so long. Default 3, 30,000. */
  readonly failures: number;
  readonly resetMs: number;
}

export const LIVE_SETTINGS: LiveSettings = {
  deadlineMs: 1_500,
  limit: 10,
  reads: 5,
  concurrency: 4,
  perMinute: 10,
  failures: 3,
  resetMs: 30_000,
};

/** A source that can be asked itself. */
export interface LiveSource {
  readonly id: SourceId;
  /** Rejects when the source is not set up. */
  connector(): Promise<Connector>;
}

/** Reads and parses an item as a sync would; nothing of it is kept. */
export type ReadItem = (document: SourceDocument, signal: AbortSignal) => Promise<DocumentWrite>;

/** Something found that the caller may read: as it is indexed, or as it was just read. */
export type LiveItem = {
  readonly id: DocumentId;
  /** In the list of its source, from 1. */
  readonly rank: number;
} & ({ readonly record: DocumentRecord } | { readonly write: DocumentWrite });

/** What one source gave by its deadline. */
export interface LiveOutcome {
  readonly source: SourceId;
  readonly state: 'answered' | 'timed-out' | 'failed';
  /** For a person. */
  readonly reason?: string;
  readonly items: readonly LiveItem[];
  /** Found by the source and not readable for the caller; for the audit alone. */
  readonly withheld: readonly DocumentId[];
}

import type { AppError } from '@fumikura/errors';
import type { Logger } from '@fumikura/logging';
import type { PipelineInput, Prepared } from '@fumikura/documents';
import type { Connector, Pass, RunRecord, Store } from '@fumikura/ports';

export interface IngestOptions {
  readonly store: Store;
  readonly documents: { prepare(input: PipelineInput, signal: AbortSignal): Promise<Prepared> };
  readonly logger: Logger;
  readonly limits?: Partial<IngestLimits>;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  /** Names this process to others that want the same source. */
  readonly holder?: string;
}

export interface IngestLimits {
  /** Documents parsed at once. */
  readonly concurrency: number;
  /** A commit is made at so many chunks, or so many documents. */
  readonly commitChunks: number;
  readonly commitDocuments: number;
  /** A run that would remove a larger share stops and asks, from `guardFrom` documents on. */
  readonly maxRemovedShare: number;
  readonly guardFrom: number;
  /** Failures: in all, in a row, and as a share once a hundred items were seen. */
  readonly maxFailures: number;
  readonly maxFailuresInARow: number;
  readonly maxFailureShare: number;
  readonly leaseMs: number;
  /** A run without any progress for this long is ended. */
  readonly stallMs: number;
  /** A dead letter is tried again after so long, doubled with each attempt up to a week. */
  readonly retryAfterMs: number;
  /** A permission pass that broke off goes on where it was, unless it began longer ago. */
  readonly resumeAccessMs: number;
}

export const DEFAULT_INGEST_LIMITS: IngestLimits = {
  concurrency: 8,
  commitChunks: 4_000,
  commitDocuments: 1_000,
  maxRemovedShare: 0.2,
  guardFrom: 10,
  maxFailures: 10_000,
  maxFailuresInARow: 200,
  maxFailureShare: 0.5,
  leaseMs: 30_000,
  stallMs: 300_000,
  retryAfterMs: 3_600_000,
  resumeAccessMs: 6 * 3_600_000,
};

export interface SyncOptions {
  readonly signal: AbortSignal;
  /** Default all; one that the connector has not is skipped. None reads only the items that were asked for. */
  readonly passes?: readonly Pass[];
  /** Read everything again, whatever is known. */
  readonly full?: boolean;
  /** Count what would change; write nothing. */
  readonly dryRun?: boolean;
  /** Items that failed are tried again now, not when they are due. */
  readonly retryFailed?: boolean;
  /** The removals were looked at and are meant. */
  readonly allowRemovals?: boolean;
  readonly onProgress?: (progress: SyncProgress) => void;
  /** Once nobody else reads the source, before anything is read or noted; what it rejects with ends the run. */
  readonly onHeld?: () => Promise<void>;
  /** Nobody else reads the source yet: what is noted here is seen by whoever reads it next. */
  readonly onEnded?: (outcome: RunRecord | AppError) => Promise<void>;
}

export interface SyncProgress {
  readonly phase: 'listing' | 'reading' | 'refresh' | 'census' | 'removing' | 'access' | 'directory' | 'done';
  readonly counters: Counters;
  /** Items in all: what the source says, else what was indexed before; for display only. */
  readonly expected?: number;
  readonly elapsedMs: number;
}

/** Every item ends in exactly one of unchanged, written, aclChanged, failed, removed; `read` counts them all. */
export type CounterName =
  'read' | 'written' | 'unchanged' | 'retold' | 'aclChanged' | 'removed' | 'failed' | 'lists';
export type Counters = Readonly<Record<CounterName, number>>;

export interface Ingest {
  /**
   * Brings the index up to date with one source: first the items that were asked for, then the passes. Items asked for
   * meanwhile are read between two batches. Resolves with the run's record when it completed or was cancelled.
   * Rejects with SYNC_RUNNING, REMOVAL_GUARD, ERROR_BUDGET_EXCEEDED, CENSUS_FAILED, LEASE_LOST, or what the source said.
   */
  sync(connector: Connector, options: SyncOptions): Promise<RunRecord>;
}

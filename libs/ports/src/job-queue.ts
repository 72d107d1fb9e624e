import type { DocumentId, SourceId } from '@fumikura/model';
import type { Pass } from './connector.ts';

/** How the last try of one pass over one source went. */
export interface JobRecord {
  readonly source: SourceId;
  /** `refresh` reads single items again that a webhook named; `webhook` takes its deliveries. */
  readonly pass: Pass | 'refresh' | 'webhook';
  readonly outcome: 'running' | 'completed' | 'cancelled' | 'failed';
  /** ISO 8601 UTC, as the others. */
  readonly startedAt: string;
  readonly endedAt?: string;
  /** Why it failed, for the operator. */
  readonly reason?: string;
  /** In a row. */
  readonly failures: number;
  /** Not tried again before, after a failure. */
  readonly retryAt?: string;
}

/** What a webhook, or a person, wants read soon. */
export interface ReadingNews {
  /** The same for a repeated delivery. */
  readonly deliveryId?: string;
  readonly items: readonly DocumentId[];
  readonly passes: readonly Pass[];
}

/** One wish, for an item or for a pass. Asked again before it was met it is one wish, with a higher `seq`. */
export type ReadingRequest = {
  readonly seq: number;
  readonly source: SourceId;
  /** When it was asked for first, ISO 8601 UTC. */
  readonly at: string;
} & ({ readonly item: DocumentId } | { readonly pass: Pass });

/** What is to be done about sources, and when: outlives the process, and is seen by all processes. */
export interface JobQueue {
  jobs(): Promise<readonly JobRecord[]>;
  /** Replaces the record of the same source and pass. */
  putJob(job: JobRecord): Promise<void>;
  /** Durable when it resolves. @returns false when the delivery was taken before: nothing is asked again */
  request(source: SourceId, news: ReadingNews): Promise<boolean>;
  /** The oldest first. */
  requested(source: SourceId | undefined, limit: number): Promise<readonly ReadingRequest[]>;
  /** What was asked for again meanwhile has another `seq` and stays. */
  met(requests: readonly Pick<ReadingRequest, 'seq'>[]): Promise<void>;
}

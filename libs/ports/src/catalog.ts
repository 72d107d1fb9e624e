import type {
  Acl,
  AllowList,
  AllowListId,
  DirectoryPart,
  SourceAccount,
  Chunk,
  ChunkId,
  Document,
  DocumentHead,
  DocumentId,
  JsonValue,
  Principal,
  SourceId,
  TextHistory,
} from '@fumikura/model';
import type { AccessFilter } from './access-filter.ts';
import type { AccessHistory } from './access-history.ts';
import type { Pass, SourceCheck } from './connector.ts';
import type { JobQueue } from './job-queue.ts';
import type { SharedState } from './shared-state.ts';

/** A document as stored, without its text. */
export interface DocumentRecord extends Omit<Document, 'text' | 'outline' | 'acl'> {
  readonly acl: Acl;
  readonly aclId: number;
  /** 64-bit similarity hash of the text, hexadecimal; near-duplicates differ in few bits. */
  readonly similarity: string;
  readonly syncedAt: string;
}

export interface SourceRecord {
  readonly id: SourceId;
  readonly documents: number;
  readonly chunks: number;
  readonly deadLetters: number;
  readonly lastRun?: RunRecord;
  /** End of the last run that read the content and completed, ISO 8601 UTC. */
  readonly lastCompletedAt?: string;
  /** What the source said before its last run. */
  readonly check?: SourceCheck & { readonly at: string };
}

export interface RunRecord {
  readonly id: string;
  readonly source: SourceId;
  readonly startedAt: string;
  readonly endedAt?: string;
  readonly passes: readonly Pass[];
  readonly outcome: 'running' | 'completed' | 'cancelled' | 'failed' | 'stopped-by-guard';
  /** By name: read, written, unchanged, removed, failed, aclChanged, lists. */
  readonly counters: Readonly<Record<string, number>>;
  readonly reason?: string;
}

export interface DeadLetter {
  readonly documentId: DocumentId;
  readonly source: SourceId;
  readonly code: string;
  /** What happened and what to do, for the operator. */
  readonly reason: string;
  readonly attempts: number;
  readonly firstAt: string;
  readonly lastAt: string;
}

export interface Lease {
  readonly source: SourceId;
  readonly holder: string;
  /** Rises with every new holder; a write with an older one is refused. */
  readonly token: number;
  readonly expiresAt: string;
}

/** What was last read whole of a source's directory. */
export interface DirectoryRecord {
  readonly source: SourceId;
  /** ISO 8601 UTC. */
  readonly readAt: string;
  readonly accounts: number;
  readonly groups: number;
  readonly memberships: number;
  /** Groups whose members our account may not read: closed. */
  readonly unreadableGroups: number;
}

/** A stored document's text with everything that points into it. */
export interface StoredText {
  readonly id: DocumentId;
  readonly text: string;
  readonly outline: Document['outline'];
  readonly chunks: readonly Chunk[];
  readonly defaultChunks?: readonly Chunk[];
  /** Absent for what an older program wrote. */
  readonly history?: TextHistory;
}

export interface Passage {
  readonly chunk: Chunk;
  /** `Document.text.slice(chunk.start, chunk.end)`. */
  readonly text: string;
}

/** What the engine compares to skip unchanged items. */
export interface KnownVersion {
  readonly version: string;
  readonly contentHash: string;
  readonly aclId: number;
  readonly acl: Acl;
}

/**
 * Sources, documents, ACLs, runs, dead letters. Reads of documents for a caller go through `readable`, the second
 * check of every hit; the other reads are for the engine and never leave the process unchecked.
 */
export interface Catalog extends JobQueue {
  readonly state: SharedState;

  ensureSource(id: SourceId): Promise<void>;
  putCheck(id: SourceId, check: SourceCheck): Promise<void>;
  sources(): Promise<readonly SourceRecord[]>;
  /** Removes the source with all its documents, lists, runs, dead letters. Counts removed documents. */
  removeSource(id: SourceId): Promise<number>;

  /**
   * The records among `ids` that the caller may read *now*, by today's lists, in the order asked for. Absent and
   * forbidden ids are left out alike.
   */
  readable(ids: readonly DocumentId[], access: AccessFilter): Promise<readonly DocumentRecord[]>;
  /** Text of one document, or undefined when absent or forbidden. */
  text(id: DocumentId, access: AccessFilter): Promise<StoredText | undefined>;
  /**
   * The spans of single chunks, for snippets: one per request in the order asked for, undefined where the document is
   * absent or forbidden or has no such chunk.
   */
  passages(wanted: readonly ChunkId[], access: AccessFilter): Promise<readonly (Passage | undefined)[]>;
  /** Values of a filter field over documents the caller may read, by descending count; at most `limit`. */
  fieldValues(field: FilterField, access: AccessFilter, limit: number): Promise<readonly FieldValue[]>;

  known(ids: readonly DocumentId[]): Promise<ReadonlyMap<DocumentId, KnownVersion>>;
  /** All ids of a source in ascending order, after `after`; at most `limit`. */
  listIds(source: SourceId, after: DocumentId | undefined, limit: number): Promise<readonly DocumentId[]>;

  /** Changes with every write to lists, ACLs or directory; equal versions mean equal answers of `readableAcls`. */
  accessVersion(): Promise<string>;
  /** Every acl_id that admits these (expanded) principals. Cost: one pass over lists × members of the caller. */
  readableAcls(
    principals: readonly Principal[],
  ): Promise<{ readonly aclIds: Uint32Array; readonly version: string }>;
  /** Replaces lists (without touching documents); for a change of readers outside a sync. */
  putLists(lists: readonly AllowList[]): Promise<void>;
  lists(ids: readonly AllowListId[]): Promise<readonly AllowList[]>;
  /**
   * What changed of lists, ACLs and directories since a time (ISO 8601 UTC).
   * @param document changes of the ACLs of other documents are left out
   */
  accessHistory(since: string, document?: DocumentId): Promise<AccessHistory>;
  /**
   * Puts other principals in the place of some wherever the history names them. Cost: one pass over the history.
   * @returns changes that named one of them
   */
  renameInAccessHistory(renamed: readonly (readonly [Principal, Principal])[]): Promise<number>;

  /** Collects a part of a source's directory under a run; nothing changes for anybody until `completeDirectory`. */
  stageDirectory(source: SourceId, run: string, part: DirectoryPart): Promise<void>;
  /**
   * The parts of `run` become the source's directory in the place of the one before, all at once. With a lease it rejects
   * with LEASE_LOST unless that is still the newest.
   */
  completeDirectory(source: SourceId, run: string, lease?: Lease): Promise<DirectoryRecord>;
  directories(): Promise<readonly DirectoryRecord[]>;
  /** Changes with every directory that was read again or forgotten; equal versions mean equal accounts and memberships. */
  directoryVersion(): Promise<string>;
  /** Accounts by principal, or by an address that the source calls verified (case does not count). */
  accounts(principals: readonly Principal[], emails: readonly string[]): Promise<readonly SourceAccount[]>;
  /** These and every group that holds one of them, over any number of steps; cyclic groups are met once. */
  withGroups(principals: readonly Principal[]): Promise<readonly Principal[]>;

  checkpoint(source: SourceId, of?: CheckpointOf): Promise<JsonValue | undefined>;
  clearCheckpoint(source: SourceId, of?: CheckpointOf): Promise<void>;
  /** The lease, or the one that another holder has (compare `holder`). */
  acquireLease(source: SourceId, holder: string, ttlMs: number): Promise<Lease>;
  /** Rejects with LEASE_LOST when it is no longer ours. */
  renewLease(lease: Lease, ttlMs: number): Promise<Lease>;
  releaseLease(lease: Lease): Promise<void>;

  putRun(run: RunRecord): Promise<void>;
  runs(source: SourceId | undefined, limit: number): Promise<readonly RunRecord[]>;
  deadLetters(source: SourceId | undefined, limit: number): Promise<readonly DeadLetter[]>;

  /** Small named values of the installation (keys, versions); written once, first writer wins, returns what holds. */
  setting(name: string, initial: () => string): Promise<string>;
}

/** Which pass a checkpoint is of; `content` unless said. */
export type CheckpointOf = 'content' | 'access';

export type FilterField = 'source' | 'kind' | 'language' | 'author' | 'label' | 'space';

export interface FieldValue {
  readonly value: string;
  readonly documents: number;
}

export interface DocumentWrite {
  readonly document: Document;
  readonly chunks: readonly Chunk[];
  /** As they are cut by default, where `chunks` are others: what every other cut is made from. */
  readonly defaultChunks?: readonly Chunk[];
  /** What is stored already, cut otherwise: when it was synced and why a newer version could not be read stay as they are. */
  readonly isRecut?: true;
  readonly similarity: string;
  /** As another store knows it; default: what this one notices when it replaces a text. */
  readonly history?: TextHistory;
  /** By ordinal; absent when no embedder is configured. */
  readonly vectors?: readonly Float32Array[];
}

/** Everything one batch of a sync makes durable, together. */
export interface StoreBatch {
  readonly source: SourceId;
  /** When given, the batch is refused with LEASE_LOST unless the lease is still the newest. */
  readonly lease?: Lease;
  readonly lists?: readonly AllowList[];
  readonly upserts?: readonly DocumentWrite[];
  /** Facts about a document whose body did not change (title stays with the body): version, url, times, acl. */
  readonly heads?: readonly DocumentHead[];
  readonly acls?: readonly { readonly id: DocumentId; readonly acl: Acl }[];
  readonly removals?: readonly DocumentId[];
  readonly deadLetters?: readonly Pick<DeadLetter, 'documentId' | 'code' | 'reason'>[];
  readonly checkpoint?: JsonValue;
  readonly accessCheckpoint?: JsonValue;
}

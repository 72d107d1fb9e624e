import type { AppError } from '@fumikura/errors';
import type { Acl, AllowList, DocumentId, JsonValue, SourceDocument, SourceId } from '@fumikura/model';

export type Change =
  | { readonly kind: 'upsert'; readonly document: SourceDocument }
  | { readonly kind: 'remove'; readonly id: DocumentId }
  /** The ACL alone changed: nothing is read, parsed or embedded again. */
  | { readonly kind: 'acl'; readonly id: DocumentId; readonly acl: Acl }
  | { readonly kind: 'list'; readonly list: AllowList }
  | { readonly kind: 'failed'; readonly id: DocumentId; readonly error: AppError };

export interface SyncBatch<C extends JsonValue = JsonValue> {
  readonly changes: readonly Change[];
  /** May be saved once every change above is durable. */
  readonly checkpoint: C;
  /** Items in all as far as the source knows now; for progress only. */
  readonly expectedItems?: number;
}

/** Reads one source. Keeps no sync state between calls: the engine owns checkpoint, retry, rate, guards, counters. */
export interface Connector<C extends JsonValue = JsonValue> {
  readonly id: SourceId;
  readonly removals: 'reported' | 'by-listing';
  /** Rejects with kind config, auth or permission when a sync could not start. */
  check(signal: AbortSignal): Promise<void>;
  /** Changes after `from` (undefined = everything), oldest first; ends when the source has no more. */
  pull(from: C | undefined, signal: AbortSignal): AsyncIterable<SyncBatch<C>>;
  /**
   * Ids existing now, in batches; required when removals are 'by-listing'. Rejects when the listing is not complete:
   * a part is never taken for the whole.
   */
  listIds?(signal: AbortSignal): AsyncIterable<readonly DocumentId[]>;
  /** Resolves whenever the source may have changed; ends on abort. Several changes may be told as one. */
  watch?(signal: AbortSignal): AsyncIterable<void>;
  close?(): Promise<void>;
}

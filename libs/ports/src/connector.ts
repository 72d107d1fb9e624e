import type { AppError } from '@fumikura/errors';
import type {
  Acl,
  AllowList,
  AllowListId,
  DirectoryPart,
  DocumentId,
  JsonValue,
  Principal,
  SourceDocument,
  SourceId,
} from '@fumikura/model';

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

/** What an operator wants to know before the first sync. */
export interface SourceCheck {
  /** The account that reads, as the source names it. */
  readonly account?: string;
  /** Rights our account lacks, each with what stays closed or unread because of it. */
  readonly missing: readonly { readonly right: string; readonly consequence: string }[];
  /** What a sync would read, by name ("spaces", "pages"), as far as the source tells without reading it. */
  readonly counts: Readonly<Record<string, number>>;
  /** What the source says is left to ask of it, where it says so; `resetsAt` in ISO 8601 UTC. */
  readonly quota?: {
    readonly limit: number;
    readonly remaining: number;
    readonly resetsAt?: string;
    /** Which one, where a source has several: the scarcest. */
    readonly resource?: string;
  };
}

/** What a run can read: items; which of them are gone; who may read them; accounts and groups. In this order. */
export const PASSES = ['content', 'census', 'access', 'directory'] as const;
export type Pass = (typeof PASSES)[number];

export interface WebhookDelivery {
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  /** As received, before any decoding: signatures are of these bytes. */
  readonly body: Uint8Array;
}

export interface WebhookNews {
  /** The same for a repeated delivery; absent when the source gives none. */
  readonly deliveryId?: string;
  /** Read again by `refresh`. */
  readonly items: readonly DocumentId[];
  /** Passes that are due now because more changed than single items. */
  readonly due: readonly Pass[];
  /** Sent back as plain text; for subscriptions that are confirmed by an echo. */
  readonly reply?: string;
}

/** What a source says of one document and one person, now. */
export interface ReadVerdict {
  readonly id: DocumentId;
  readonly mayRead: boolean;
}

/** A search put to the source itself. */
export interface LiveQuery {
  /** Words as they were typed, without signs, in their order; at least one. */
  readonly words: readonly string[];
  /** Hits wanted, 1 to 50. */
  readonly limit: number;
}

/** What our account was shown: it says nothing of who may read it. */
export interface LiveAnswer {
  /** Best first. */
  readonly hits: readonly LiveHit[];
  /** The source says that it did not look at everything. */
  readonly isPartial?: boolean;
}

export interface LiveHit {
  readonly id: DocumentId;
  /** When the item changed last, ISO 8601 UTC, where the search tells. */
  readonly updatedAt?: string;
}

/** A token of somebody at a source; prints as `[secret]`. */
export interface PersonToken {
  reveal(): string;
}

/** A source asked by somebody themselves: what it shows is theirs. */
export interface OwnRights {
  /** Whose the token is, as the source says. */
  account(signal: AbortSignal): Promise<Principal>;
  /** What the source's own search shows them. */
  search(query: LiveQuery, signal: AbortSignal): Promise<LiveAnswer>;
  /** Whether it opens each of these to them now; an id that is not told stays unknown. */
  mayRead(ids: readonly DocumentId[], signal: AbortSignal): AsyncIterable<ReadVerdict>;
}

/** Reads one source. Keeps no sync state between calls: the engine owns checkpoint, retry, rate, guards, counters. */
export interface Connector<C extends JsonValue = JsonValue> {
  readonly id: SourceId;
  readonly removals: 'reported' | 'by-listing';
  /** Rejects with kind config, auth or permission when a sync could not start. */
  check(signal: AbortSignal): Promise<SourceCheck>;
  /** Changes after `from` (undefined = everything), oldest first; ends when the source has no more. */
  pull(from: C | undefined, signal: AbortSignal): AsyncIterable<SyncBatch<C>>;
  /**
   * Ids existing now, in batches; required when removals are 'by-listing'. Rejects when the listing is not complete:
   * a part is never taken for the whole.
   */
  listIds?(signal: AbortSignal): AsyncIterable<readonly DocumentId[]>;
  /**
   * Reads readers again and nothing else: `list` and `acl` changes for everything that `pull` gave, `remove` for what is
   * gone. Absent when readers change only with the items themselves. The checkpoint is of this pass alone: it is given
   * back when the pass broke off, and each new pass begins without one.
   */
  pullAccess?(from: JsonValue | undefined, signal: AbortSignal): AsyncIterable<SyncBatch>;
  /** Items read again at once: upserts with their lists, `remove` for what is gone. Ids of other sources are refused. */
  refresh?(ids: readonly DocumentId[], signal: AbortSignal): AsyncIterable<readonly Change[]>;
  /**
   * The item that a document is a part of, by its id alone, which begins with the item's: `issue/7` of
   * `issue/7/comment/3`. Parts are told in the batch of their item, all of them: others are removed. They go with their
   * item, `listIds` leaves them out, and they have the item's lists beside their own, so that an `acl` change of the
   * item carries them along. Absent when no document is a part of another.
   */
  partOf?(id: DocumentId): DocumentId | undefined;
  /** A part's own lists once its item has these: default as they were. For lists that depend on where the item lies. */
  ownLists?(own: readonly AllowListId[], item: Acl): readonly AllowListId[];
  /** The whole directory; rejects when it cannot be read whole. */
  directory?(signal: AbortSignal): AsyncIterable<DirectoryPart>;
  /**
   * Whether somebody with these accounts may read each of these documents, asked of the source now and told as the answers
   * come; an id that is not told stays unknown. Without accounts: whether everybody may. Rejects with kind permission where
   * our account may not ask about others. Absent where the source cannot be asked about somebody else.
   */
  mayRead?(
    accounts: readonly Principal[],
    ids: readonly DocumentId[],
    signal: AbortSignal,
  ): AsyncIterable<ReadVerdict>;
  /** What the source's own search finds; needs `refresh`, which tells who may read it. */
  search?(query: LiveQuery, signal: AbortSignal): Promise<LiveAnswer>;
  /** The same source, asked with the token of a person and with nothing of ours. Rejects with kind auth where it is not taken. */
  asPerson?(token: PersonToken): OwnRights;
  /** Verifies a delivery on its raw bytes and tells what to read again; never what to believe. */
  webhook?(delivery: WebhookDelivery): Promise<WebhookNews>;
  /** Resolves whenever the source may have changed; ends on abort. Several changes may be told as one. */
  watch?(signal: AbortSignal): AsyncIterable<void>;
  close?(): Promise<void>;
}

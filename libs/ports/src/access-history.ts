import type { Acl, AllowListId, DocumentId, Principal, SourceAccount, SourceId } from '@fumikura/model';

/** How long changes of who may read are kept, at most. */
export const ACCESS_HISTORY_DAYS = 400;
/** Members, memberships and accounts of one change; of a larger one it is only kept that there was one. */
export const MAX_ACCESS_CHANGE = 20_000;

/** A change of who may read, as what has to be known to take it back. A list or an account that is new was nobody's before. */
export type AccessChange = { readonly at: string } & (
  | {
      readonly kind: 'list';
      readonly list: AllowListId;
      readonly added: readonly Principal[];
      readonly dropped: readonly Principal[];
    }
  | { readonly kind: 'document'; readonly document: DocumentId; readonly before: Acl }
  | {
      readonly kind: 'directory';
      readonly source: SourceId;
      /** Member and group. */
      readonly added: readonly (readonly [Principal, Principal])[];
      readonly dropped: readonly (readonly [Principal, Principal])[];
      /** Without `before`: it was not there. Names are left out, verified addresses are `sha256:<hex of the folded address>`. */
      readonly accounts: readonly { readonly principal: Principal; readonly before?: SourceAccount }[];
    }
);

export interface AccessHistory {
  /** ISO 8601 UTC. What happened before is not known. */
  readonly knownSince: string;
  /** Newest first. */
  readonly changes: readonly AccessChange[];
}

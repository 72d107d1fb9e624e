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

/** What is kept of a change of lists or of a directory. */
type NamingChange =
  | Omit<Extract<AccessChange, { kind: 'list' }>, 'at'>
  | Omit<Extract<AccessChange, { kind: 'directory' }>, 'at'>;

/**
 * With other principals in the place of some, and without what an account of theirs was known by. The very same change when it
 * names none of them.
 */
export function renamedIn<C extends NamingChange>(change: C, renamed: ReadonlyMap<Principal, Principal>): C {
  const name = (principal: Principal) => renamed.get(principal) ?? principal;
  const pair = ([member, group]: readonly [Principal, Principal]) => [name(member), group] as const;
  if (!namesIn(change).some((principal) => renamed.has(principal))) return change;
  if (change.kind === 'list')
    return { ...change, added: change.added.map(name), dropped: change.dropped.map(name) };
  const accounts = change.accounts.map((account) => {
    const principal = renamed.get(account.principal);
    if (principal === undefined) return account;
    const { isActive = false, isPerson = true } = account.before ?? {};
    return { principal, ...(account.before && { before: { principal, isActive, isPerson } }) };
  });
  return { ...change, added: change.added.map(pair), dropped: change.dropped.map(pair), accounts };
}

/** Of a change, what it says of these; undefined when it says nothing. */
export function partAbout(
  change: AccessChange,
  principals: ReadonlySet<Principal>,
): AccessChange | undefined {
  if (change.kind === 'document' || !namesIn(change).some((each) => principals.has(each))) return undefined;
  const isTheirs = (principal: Principal) => principals.has(principal);
  const isTheirPair = ([member]: readonly [Principal, Principal]) => isTheirs(member);
  if (change.kind === 'list')
    return { ...change, added: change.added.filter(isTheirs), dropped: change.dropped.filter(isTheirs) };
  return {
    ...change,
    added: change.added.filter(isTheirPair),
    dropped: change.dropped.filter(isTheirPair),
    accounts: change.accounts.filter(({ principal }) => isTheirs(principal)),
  };
}

function namesIn(change: NamingChange): readonly Principal[] {
  if (change.kind === 'list') return [...change.added, ...change.dropped];
  const members = [...change.added, ...change.dropped].map(([member]) => member);
  return [...members, ...change.accounts.map(({ principal }) => principal)];
}

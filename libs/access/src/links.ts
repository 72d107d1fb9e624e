import type { LinkDecision, Principal, SourceAccount } from '@fumikura/model';
import type { Catalog } from '@fumikura/ports';

/** What an installation says of a person and their accounts in the sources. */
export interface LinkedPerson {
  readonly id: string;
  /** Theirs without further proof: an administrator wrote them down. `user:<source>:<account id>`. */
  readonly accounts?: readonly Principal[];
  /** Verified here; proposes accounts with the same address. */
  readonly email?: string;
}

/** An account and whether it is the person's, with what speaks for it. */
export interface AccountLink {
  readonly account: Principal;
  readonly name?: string;
  readonly by: 'configuration' | 'decision' | 'email';
  /**
   * `linked`: theirs. `inactive`: the source has switched it off. `unknown`: written down, and the source has no such
   * account. `ambiguous`: another person has it written down, or its address is also that of another account of the source
   * or of another person here; closed until somebody decides. `overruled`: other accounts of this source are written down or
   * decided. `refused`: somebody decided that it is nobody's, or another person's. `not-a-person`: an app.
   */
  readonly state: 'linked' | 'inactive' | 'unknown' | 'ambiguous' | 'overruled' | 'refused' | 'not-a-person';
}

/** Decisions by account; the newest of each. */
export type Decided = ReadonlyMap<Principal, Pick<LinkDecision, 'person'>>;

export function decidedLinks(decisions: readonly LinkDecision[]): Decided {
  return new Map(decisions.map((each) => [each.account, each]));
}

/**
 * Everything that speaks for an account of this person, decided. An address links only when the source calls it verified
 * and exactly one account of that source and one person here have it; anything else is nobody until somebody decides. A
 * decision against an account closes it, whatever else is written down; one for it never takes it from somebody else.
 */
export async function linksOf(
  person: LinkedPerson,
  persons: readonly LinkedPerson[],
  catalog: Pick<Catalog, 'accounts'>,
  decided: Decided = new Map(),
): Promise<AccountLink[]> {
  const given = [...decided].flatMap(([account, each]) => (each.person === person.id ? [account] : []));
  const written = [...new Set([...(person.accounts ?? []), ...given])];
  const found = await catalog.accounts(written, person.email === undefined ? [] : [person.email]);
  const perSource = Map.groupBy(found, ({ principal }) => sourceOf(principal));
  const others = new Set(persons.flatMap(({ id, accounts = [] }) => (id === person.id ? [] : accounts)));
  const isShared = person.email !== undefined && isAlsoOthers(person.email, person, persons);
  const isRefused = (account: Principal) =>
    decided.has(account) && decided.get(account)?.person !== person.id;
  const held = written.filter((account) => !isRefused(account));
  const reasonFor = (account: Principal): AccountLink['by'] => {
    if (decided.has(account)) return 'decision';
    return written.includes(account) ? 'configuration' : 'email';
  };
  const known = found.map((account): AccountLink => {
    const { principal, name } = account;
    const facts = { account: principal, ...(name !== undefined && { name }), by: reasonFor(principal) };
    if (isRefused(principal)) return { ...facts, state: 'refused' };
    // One account is never two persons': what is written down for somebody else is closed to this one.
    if (others.has(principal)) return { ...facts, state: 'ambiguous' };
    if (held.includes(principal)) return { ...facts, state: account.isActive ? 'linked' : 'inactive' };
    const isOnlyOne = perSource.get(sourceOf(principal))?.length === 1;
    const isDecided = held.some((each) => sourceOf(each) === sourceOf(principal));
    return { ...facts, state: stateByEmail(account, isOnlyOne && !isShared, isDecided) };
  });
  const unknown = written
    .filter((account) => !found.some(({ principal }) => principal === account))
    .map((account): AccountLink => ({ account, by: reasonFor(account), state: 'unknown' }));
  return [...known, ...unknown];
}

function stateByEmail(
  { isActive, isPerson }: SourceAccount,
  isUnambiguous: boolean,
  isDecided: boolean,
): AccountLink['state'] {
  // What an administrator decided for a source is not widened by an address.
  if (isDecided) return 'overruled';
  if (!isPerson) return 'not-a-person';
  if (!isUnambiguous) return 'ambiguous';
  return isActive ? 'linked' : 'inactive';
}

function isAlsoOthers(email: string, person: LinkedPerson, persons: readonly LinkedPerson[]): boolean {
  return persons.some((each) => each.id !== person.id && each.email?.toLowerCase() === email.toLowerCase());
}

/** `user:confluence:acme:5b10` → `confluence:acme`. */
export function sourceOf(principal: Principal): string {
  return principal.split(':').slice(1, 3).join(':');
}

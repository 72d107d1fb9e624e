import type { PersonId, Principal, SourceAccount } from '@fumikura/model';
import type { Catalog } from '@fumikura/ports';
import type { Directory } from './directory.ts';
import { LOCAL_ISSUER } from './directory.ts';

/** What an installation says of a person and their accounts in the sources. */
export interface LinkedPerson {
  readonly id: string;
  /** Theirs without further proof: an administrator wrote them down. `user:<source>:<account id>`. */
  readonly accounts?: readonly Principal[];
  /** Verified here; proposes accounts with the same address. */
  readonly email?: string;
}

/**
 * Local persons and groups, and beside them what each person is in the sources: linked accounts that are active, every
 * group that holds one of them, and "signed in" there. An address links an account only when the source calls it verified
 * and exactly one account of that source and one person here have it; anything else is nobody until somebody decides.
 */
export function createLinkedDirectory(
  local: Directory,
  catalog: Pick<Catalog, 'accounts' | 'withGroups' | 'accessVersion'>,
  persons: readonly LinkedPerson[],
): Directory {
  const known = new Map(persons.map((person) => [person.id, person]));
  return {
    principalsOf: async (person: PersonId) => {
      const principals = await local.principalsOf(person);
      const linked = person.issuer === LOCAL_ISSUER ? known.get(person.subject) : undefined;
      if (principals.length === 0 || !linked) return principals;
      const emails = linked.email !== undefined && isOnePersons(linked.email, persons) ? [linked.email] : [];
      const accounts = activeAccounts(linked, await catalog.accounts(linked.accounts ?? [], emails));
      if (accounts.length === 0) return principals;
      const reached = await catalog.withGroups(accounts);
      return [...new Set([...principals, ...accounts.map(signedIn), ...reached])];
    },
    // A directory that was read again changes the version of the lists, too: both are one number of the catalog.
    version: () => local.version(),
  };
}

function isOnePersons(email: string, persons: readonly LinkedPerson[]): boolean {
  return persons.filter((each) => each.email?.toLowerCase() === email.toLowerCase()).length === 1;
}

function activeAccounts(
  { accounts: written = [] }: LinkedPerson,
  found: readonly SourceAccount[],
): Principal[] {
  const decided = new Set(written);
  const decidedSources = new Set(written.map(sourceOf));
  const perSource = Map.groupBy(found, ({ principal }) => sourceOf(principal));
  return found
    .filter(({ principal, isActive, isPerson }) => {
      if (!isActive) return false;
      if (decided.has(principal)) return true;
      // What an administrator decided for a source is not widened by an address.
      const isOnlyOne = perSource.get(sourceOf(principal))?.length === 1;
      return isPerson && isOnlyOne && !decidedSources.has(sourceOf(principal));
    })
    .map(({ principal }) => principal);
}

/** `user:confluence:acme:5b10` → `confluence:acme`. */
function sourceOf(principal: Principal): string {
  return principal.split(':').slice(1, 3).join(':');
}

function signedIn(principal: Principal): Principal {
  return `authenticated:${sourceOf(principal)}`;
}

import type { PersonId, Principal } from '@fumikura/model';
import type { Catalog } from '@fumikura/ports';
import type { Directory } from './directory.ts';
import { LOCAL_ISSUER } from './directory.ts';
import { linksOf, sourceOf } from './links.ts';
import type { Decided, LinkedPerson } from './links.ts';

/**
 * Local persons and groups, and beside them what each person is in the sources: linked accounts that are active, every
 * group that holds one of them, and "signed in" there. What is decided is part of the local version. Cost: two queries by
 * index for each question.
 */
export function createLinkedDirectory(
  local: Directory,
  catalog: Pick<Catalog, 'accounts' | 'withGroups' | 'directoryVersion'>,
  persons: readonly LinkedPerson[],
  decided: Decided = new Map(),
): Directory {
  const known = new Map(persons.map((person) => [person.id, person]));
  return {
    principalsOf: async (person: PersonId) => {
      const principals = await local.principalsOf(person);
      const linked = person.issuer === LOCAL_ISSUER ? known.get(person.subject) : undefined;
      if (principals.length === 0 || !linked) return principals;
      const links = await linksOf(linked, persons, catalog, decided);
      const accounts = links.filter(({ state }) => state === 'linked').map(({ account }) => account);
      if (accounts.length === 0) return principals;
      const reached = await catalog.withGroups(accounts);
      return [...new Set([...principals, ...accounts.map(signedIn), ...reached])];
    },
    version: async () => JSON.stringify(await Promise.all([local.version(), catalog.directoryVersion()])),
  };
}

function signedIn(principal: Principal): Principal {
  return `authenticated:${sourceOf(principal)}`;
}

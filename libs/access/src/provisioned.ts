import type { ProvisionedGroup, ProvisionedPerson } from '@fumikura/ports';
import type { LocalGroup } from './directory.ts';
import type { LinkedPerson } from './links.ts';

/** A person as an installation knows them. */
export interface KnownPerson extends LinkedPerson {
  readonly name?: string | undefined;
  readonly signIn: readonly { readonly issuer: string; readonly subject: string }[];
}

/** What a directory of the company told, and how far it is believed. */
export interface DirectoryPeople {
  /** Whose subjects its people have, and where that stands in them; absent: nobody signs in by it. */
  readonly issuer?: string;
  readonly subject: 'externalId' | 'userName' | 'id';
  /** `email`: its addresses are verified by the company: they link accounts, and entries that name no subject of the issuer. */
  readonly linkBy: 'subject' | 'email';
  readonly persons: readonly ProvisionedPerson[];
  readonly groups: readonly ProvisionedGroup[];
  readonly memberships: ReadonlyMap<string, readonly string[]>;
}

export interface MergedPeople<P extends KnownPerson> {
  readonly persons: readonly P[];
  readonly groups: readonly LocalGroup[];
  /** Ids of persons who left: nobody, whatever else is written of them. */
  readonly left: readonly string[];
  /** User names of people who are nobody, because their id is already an entry that is not known to be them. */
  readonly unmatched: readonly string[];
}

/**
 * Persons and groups of an installation beside those that directories tell of. An entry is the same person as one of a directory
 * when it names their subject, or, where addresses are believed, when it alone has their address and names no subject of that issuer.
 * Who is not active in a directory has left, by whatever entry.
 */
export function mergeProvisioned<P extends KnownPerson>(
  persons: readonly P[],
  groups: readonly LocalGroup[],
  directories: readonly DirectoryPeople[],
  make: (person: KnownPerson) => P,
): MergedPeople<P> {
  const merged = new Map<string, P>(persons.map((person) => [person.id, person]));
  const left = new Set<string>();
  const unmatched: string[] = [];
  const made: LocalGroup[] = [];
  for (const directory of directories) {
    const ids = new Map<string, string>();
    // Whoever is there decides before whoever is not: a leaver never takes somebody's place.
    for (const person of directory.persons.toSorted(activeFirst)) {
      const facts = factsOf(person, directory);
      const same = sameAs(facts, directory, [...merged.values()]);
      if (same) merged.set(same.id, joined(same, facts));
      else if (merged.has(person.person) && person.isActive) {
        unmatched.push(person.userName);
        continue;
      } else if (person.isActive) merged.set(person.person, make(facts));
      else continue;
      const id = same?.id ?? person.person;
      if (person.isActive) ids.set(person.id, id);
      // Who left and came back is there under a new record.
      else if (!person.isDeleted || ![...ids.values()].includes(id)) left.add(id);
    }
    made.push(...groupsOf(directory, ids));
  }
  return { persons: [...merged.values()], groups: [...groups, ...made], left: [...left].sort(), unmatched };
}

function activeFirst(a: ProvisionedPerson, b: ProvisionedPerson): number {
  return Number(b.isActive) - Number(a.isActive);
}

function factsOf(person: ProvisionedPerson, { issuer, subject, linkBy }: DirectoryPeople): KnownPerson {
  const named = person[subject];
  return {
    id: person.person,
    ...(person.name !== undefined && { name: person.name }),
    ...(linkBy === 'email' && person.email !== undefined && { email: person.email }),
    signIn: issuer !== undefined && named !== undefined ? [{ issuer, subject: named }] : [],
  };
}

function sameAs<P extends KnownPerson>(
  { email, signIn }: KnownPerson,
  { issuer }: DirectoryPeople,
  persons: readonly P[],
): P | undefined {
  const [own] = signIn;
  const named = persons.find((each) =>
    each.signIn.some((other) => other.issuer === own?.issuer && other.subject === own.subject),
  );
  if (named || email === undefined) return named;
  const address = email.toLowerCase();
  const [only, ...others] = persons.filter((each) => each.email?.toLowerCase() === address);
  const isOthers = only?.signIn.some((each) => each.issuer === issuer);
  return others.length > 0 || isOthers ? undefined : only;
}

function joined<P extends KnownPerson>(entry: P, facts: KnownPerson): P {
  const more = facts.signIn.filter(
    ({ issuer, subject }) => !entry.signIn.some((each) => each.issuer === issuer && each.subject === subject),
  );
  return {
    ...entry,
    signIn: [...entry.signIn, ...more],
    ...(entry.email === undefined && facts.email !== undefined && { email: facts.email }),
  };
}

/** Groups of groups stay groups; members who are nobody here are left out. */
function groupsOf({ groups, memberships }: DirectoryPeople, ids: ReadonlyMap<string, string>): LocalGroup[] {
  const named = new Map(groups.map(({ id, group }) => [id, `group:${group}`]));
  return groups.map(({ id, group }) => ({
    id: group,
    members: (memberships.get(id) ?? []).flatMap((member) => ids.get(member) ?? named.get(member) ?? []),
  }));
}

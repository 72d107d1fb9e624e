import type { PersonId, Principal } from '@fumikura/model';

/** Which principals a person is. Memberships are expanded here, so that nobody else has to know of groups. */
export interface Directory {
  /** Empty for a person the directory does not know: such a caller may read nothing. */
  principalsOf(person: PersonId): Promise<readonly Principal[]>;
  /** Changes with every change of persons, groups or memberships: equal versions mean equal principals. */
  version(): Promise<string>;
}

export interface LocalGroup {
  readonly id: string;
  /** Person ids or `group:<id>`. */
  readonly members: readonly string[];
}

/** The issuer of persons that the configuration file names. */
export const LOCAL_ISSUER = 'local';

/** A reader as written in the configuration → the principal it means. */
export function localPrincipal(reader: string): Principal {
  if (reader === 'anyone') return 'anyone';
  if (reader === 'everyone') return 'authenticated:local';
  return reader.startsWith('group:')
    ? `group:local:${reader.slice('group:'.length)}`
    : `user:local:${reader}`;
}

/** Persons and groups of the configuration file; groups may nest and even contain themselves. */
export function createLocalDirectory(
  persons: readonly string[],
  groups: readonly LocalGroup[],
  version: string,
): Directory {
  const known = new Set(persons);
  const containing = invert(groups);
  return {
    principalsOf: async ({ issuer, subject }) => {
      if (issuer !== LOCAL_ISSUER || !known.has(subject)) return [];
      const groupIds = reachable([subject, 'everyone', 'anyone'], containing);
      return ['anyone', 'authenticated:local', localPrincipal(subject), ...groupIds.map(localPrincipal)];
    },
    version: async () => version,
  };
}

/** member → the groups that hold it directly, written `group:<id>`. */
function invert(groups: readonly LocalGroup[]): ReadonlyMap<string, readonly string[]> {
  const containing = new Map<string, string[]>();
  for (const { id, members } of groups) {
    for (const member of members) containing.set(member, [...(containing.get(member) ?? []), `group:${id}`]);
  }
  return containing;
}

/** Every group reached from the starting members, each once however the groups are tangled. */
function reachable(start: readonly string[], containing: ReadonlyMap<string, readonly string[]>): string[] {
  const found = new Set<string>();
  const open = [...start];
  for (let member = open.pop(); member !== undefined; member = open.pop()) {
    for (const group of containing.get(member) ?? []) {
      if (found.has(group)) continue;
      found.add(group);
      open.push(group);
    }
  }
  return [...found].sort();
}

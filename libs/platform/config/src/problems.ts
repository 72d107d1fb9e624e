import type { z } from 'zod';
import type { Document, LineCounter } from 'yaml';

/** One thing wrong in a configuration file: where, and what is allowed there. */
export interface ConfigProblem {
  readonly path: string;
  /** Counted from 1; absent when the place is not in the file. */
  readonly line?: number;
  readonly message: string;
}

export function schemaProblems(error: z.ZodError, lineOf: LineOf): ConfigProblem[] {
  return error.issues.map((issue) => problem(issue.path, issue.message, lineOf));
}

/** What the rules between entries look at. */
interface Entries {
  readonly owner: string;
  readonly persons: readonly {
    readonly id: string;
    readonly osUser?: string | undefined;
    readonly roles?: readonly string[] | undefined;
    readonly signIn?: readonly { readonly issuer: string; readonly subject: string }[] | undefined;
  }[];
  readonly roles: readonly { readonly id: string }[];
  readonly groups: readonly { readonly id: string; readonly members: readonly string[] }[];
  readonly sources: readonly {
    readonly id: string;
    readonly exchange?: { readonly issuer: string } | undefined;
  }[];
  readonly signIn?: { readonly issuers: readonly { readonly issuer: string }[] } | undefined;
  readonly slack?: { readonly signIn?: { readonly issuer: string } | undefined } | undefined;
  readonly scim?: unknown;
  readonly directories?: readonly { readonly id: string }[];
}

/** The entries of a configuration that has mistakes, as far as they can be read; their places stay the same. */
export function entriesOf(raw: unknown): Entries {
  const values = isRecord(raw) ? raw : {};
  const list = (key: string) => (Array.isArray(values[key]) ? (values[key] as unknown[]) : []);
  // An entry without a usable id is like no other.
  const withIds = (key: string) =>
    list(key).map((entry, index) => {
      const fields = isRecord(entry) ? entry : {};
      return { ...fields, id: typeof fields['id'] === 'string' ? fields['id'] : `\u0000${index}` };
    });
  return {
    owner: typeof values['owner'] === 'string' ? values['owner'] : 'owner',
    persons: withIds('persons').map((entry: { id: string; osUser?: unknown; roles?: unknown }) => ({
      id: entry.id,
      ...(Array.isArray(entry.roles) && { roles: entry.roles.map(String) }),
      ...(typeof entry.osUser === 'string' && { osUser: entry.osUser }),
    })),
    groups: withIds('groups').map((entry: { id: string; members?: unknown }) => ({
      id: entry.id,
      members: Array.isArray(entry.members) ? entry.members.map(String) : [],
    })),
    roles: withIds('roles'),
    sources: withIds('sources').map(({ id }) => ({ id })),
    directories: withIds('directories'),
    ...('scim' in values && { scim: values['scim'] }),
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Rules that span several entries: unique ids, names that exist. */
export function crossProblems(config: Entries, lineOf: LineOf): ConfigProblem[] {
  return [
    ...duplicates('persons', config.persons, lineOf),
    ...duplicates('groups', config.groups, lineOf),
    ...duplicates('sources', config.sources, lineOf),
    ...duplicates('roles', config.roles, lineOf),
    ...duplicates('directories', config.directories ?? [], lineOf),
    ...unknownMembers(config, lineOf),
    ...unknownRoles(config, lineOf),
    ...repeatedLogins(config, lineOf),
    ...repeatedIdentities(config, lineOf),
    ...takenGroups(config, lineOf),
    ...strangeIssuers(config, lineOf),
    ...strangeSignIn(config, lineOf),
  ];
}

export function describeProblem(file: string, { path, line, message }: ConfigProblem): string {
  const at = line === undefined ? file : `${file}:${line}`;
  return `${at}: ${path === '' ? '' : `${path}: `}${message}`;
}

export type LineOf = (path: readonly PropertyKey[]) => number | undefined;

/** The line of the deepest part of a path that stands in the file. */
export function lineFinder(document: Document, counter: LineCounter): LineOf {
  return (path) => {
    for (let length = path.length; length > 0; length--) {
      const node = document.getIn(path.slice(0, length), true) as
        { range?: [number, number, number] } | undefined;
      if (node?.range) return counter.linePos(node.range[0]).line;
    }
    return undefined;
  };
}

function problem(path: readonly PropertyKey[], message: string, lineOf: LineOf): ConfigProblem {
  const line = lineOf(path);
  return { path: path.map(String).join('.'), message, ...(line !== undefined && { line }) };
}

function duplicates(key: string, entries: readonly { id: string }[], lineOf: LineOf): ConfigProblem[] {
  return entries.flatMap(({ id }, index) =>
    entries.findIndex((other) => other.id === id) < index
      ? [problem([key, index, 'id'], `"${id}" stands here twice; ids are unique`, lineOf)]
      : [],
  );
}

function unknownMembers(config: Entries, lineOf: LineOf): ConfigProblem[] {
  const known = new Set(['everyone', 'anyone', config.owner]);
  for (const { id } of config.persons) known.add(id);
  for (const { id } of config.groups) known.add(`group:${id}`);
  return config.groups.flatMap(({ members }, group) =>
    members.flatMap((member, index) =>
      known.has(member) || isProvisioned(config, member)
        ? []
        : [problem(['groups', group, 'members', index], `nobody here is called "${member}"`, lineOf)],
    ),
  );
}

/** Groups that a directory tells of are known when it has told of them: until then nobody is in them. */
export function isProvisioned(
  { scim, directories = [] }: Pick<Entries, 'scim' | 'directories'>,
  reader: string,
): boolean {
  const origins = [...directories.map(({ id }) => id), ...(scim === undefined ? [] : ['scim'])];
  return origins.some((origin) => reader.startsWith(`group:${origin}.`));
}

/** A group written down is never one that a directory tells of. */
function takenGroups(config: Entries, lineOf: LineOf): ConfigProblem[] {
  return config.groups.flatMap(({ id }, index) =>
    isProvisioned(config, `group:${id}`)
      ? [problem(['groups', index, 'id'], `"${id}" is a name for groups of a directory`, lineOf)]
      : [],
  );
}

/** Tokens of somebody who never signs in here cannot be exchanged. */
function strangeIssuers({ sources, signIn }: Entries, lineOf: LineOf): ConfigProblem[] {
  const known = (signIn?.issuers ?? []).map(({ issuer }) => issuer);
  return sources.flatMap(({ exchange }, index) =>
    exchange === undefined || known.includes(exchange.issuer)
      ? []
      : [
          problem(
            ['sources', index, 'exchange', 'issuer'],
            `"${exchange.issuer}" is no issuer of signIn; there are: ${known.join(', ') || 'none'}`,
            lineOf,
          ),
        ],
  );
}

/** Whoever signs in for Slack is the person who they are everywhere else, at an address that browsers reach. */
function strangeSignIn({ slack, signIn }: Entries, lineOf: LineOf): ConfigProblem[] {
  const place = ['slack', 'signIn', 'issuer'];
  if (!slack?.signIn) return [];
  if (!signIn)
    return [
      problem(place, 'people sign in where the server has signIn, with publicUrl and this issuer', lineOf),
    ];
  const { issuer } = slack.signIn;
  const known = signIn.issuers.map((each) => each.issuer);
  if (known.includes(issuer)) return [];
  const there = known.join(', ') || 'none';
  return [problem(place, `"${issuer}" is no issuer of signIn; there are: ${there}`, lineOf)];
}

const BUILT_IN_ROLES = ['reader', 'auditor', 'admin'];

function unknownRoles({ persons, roles }: Entries, lineOf: LineOf): ConfigProblem[] {
  const known = new Set([...BUILT_IN_ROLES, ...roles.map(({ id }) => id)]);
  const meant = persons.flatMap((person, at) =>
    (person.roles ?? []).flatMap((role, index) =>
      known.has(role)
        ? []
        : [
            problem(
              ['persons', at, 'roles', index],
              `there is no role "${role}"; there are: ${[...known].join(', ')}`,
              lineOf,
            ),
          ],
    ),
  );
  const redefined = roles.flatMap(({ id }, at) =>
    BUILT_IN_ROLES.includes(id) ? [problem(['roles', at, 'id'], `"${id}" is a role already`, lineOf)] : [],
  );
  return [...meant, ...redefined];
}

function repeatedLogins(config: Entries, lineOf: LineOf): ConfigProblem[] {
  return config.persons.flatMap(({ osUser }, index) =>
    osUser !== undefined && config.persons.findIndex((other) => other.osUser === osUser) < index
      ? [problem(['persons', index, 'osUser'], `login "${osUser}" already belongs to another person`, lineOf)]
      : [],
  );
}

/** One identity of two persons would be neither's. */
function repeatedIdentities({ persons }: Entries, lineOf: LineOf): ConfigProblem[] {
  const seen = new Set<string>();
  return persons.flatMap(({ signIn = [] }, at) =>
    signIn.flatMap(({ issuer, subject }, index) => {
      const key = JSON.stringify([issuer, subject]);
      const isRepeated = seen.has(key);
      seen.add(key);
      const message = `"${subject}" of ${issuer} already belongs to a person`;
      return isRepeated ? [problem(['persons', at, 'signIn', index], message, lineOf)] : [];
    }),
  );
}

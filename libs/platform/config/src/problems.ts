import type { z } from 'zod';
import type { Document, LineCounter } from 'yaml';
import type { ConfigValues } from './schema.ts';

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

/** Rules that span several entries: unique ids, names that exist. */
export function crossProblems(config: ConfigValues, lineOf: LineOf): ConfigProblem[] {
  return [
    ...duplicates('persons', config.persons, lineOf),
    ...duplicates('groups', config.groups, lineOf),
    ...duplicates('sources', config.sources, lineOf),
    ...unknownMembers(config, lineOf),
    ...repeatedLogins(config, lineOf),
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

function unknownMembers(config: ConfigValues, lineOf: LineOf): ConfigProblem[] {
  const known = new Set(['everyone', 'anyone', config.owner]);
  for (const { id } of config.persons) known.add(id);
  for (const { id } of config.groups) known.add(`group:${id}`);
  return config.groups.flatMap(({ members }, group) =>
    members.flatMap((member, index) =>
      known.has(member)
        ? []
        : [problem(['groups', group, 'members', index], `nobody here is called "${member}"`, lineOf)],
    ),
  );
}

function repeatedLogins(config: ConfigValues, lineOf: LineOf): ConfigProblem[] {
  return config.persons.flatMap(({ osUser }, index) =>
    osUser !== undefined && config.persons.findIndex((other) => other.osUser === osUser) < index
      ? [problem(['persons', index, 'osUser'], `login "${osUser}" already belongs to another person`, lineOf)]
      : [],
  );
}

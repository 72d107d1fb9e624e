import { AppError } from '@fumikura/errors';
import type { PersonId, RoleDecision } from '@fumikura/model';
import { LOCAL_ISSUER } from './directory.ts';

/** Work on the installation. None of it shows a document. */
export const DUTIES = ['audit', 'access', 'tokens', 'roles', 'people', 'sources'] as const;
export type Duty = (typeof DUTIES)[number];

/** What a role gives. It narrows what a person's principals open, and never widens it. */
export interface Role {
  readonly id: string;
  /** Names of tools; `*` is every one. */
  readonly tools: readonly string[];
  /** Source ids, or their beginning with `*`. */
  readonly sources: readonly string[];
  readonly duties: readonly Duty[];
}

export const BUILT_IN_ROLES: readonly Role[] = [
  { id: 'reader', tools: ['*'], sources: ['*'], duties: [] },
  // Whoever watches or administers reads as themselves only when they are readers too.
  { id: 'auditor', tools: [], sources: [], duties: ['audit', 'access'] },
  { id: 'admin', tools: [], sources: [], duties: ['tokens', 'roles', 'people', 'sources'] },
];

export interface RoledPerson {
  readonly id: string;
  readonly roles?: readonly string[] | undefined;
}

/** What somebody may do, all their roles together. */
export interface Rights {
  readonly roles: readonly string[];
  mayUse(tool: string): boolean;
  maySee(source: string): boolean;
  mayDo(duty: Duty): boolean;
  /** Every tool and source: nothing has to be narrowed. */
  readonly isUnrestricted: boolean;
}

export type RightsOf = (person: PersonId) => Rights;

/** Owners have every built-in role unless theirs are written down; whoever left has none; everybody else is a reader. */
export function createRights(
  persons: readonly RoledPerson[],
  owner: string,
  ownRoles: readonly Role[],
  left: readonly string[] = [],
): RightsOf {
  const gone = new Set(left);
  const roles = new Map([...BUILT_IN_ROLES, ...ownRoles].map((role) => [role.id, role]));
  const written = new Map(persons.map(({ id, roles: names }) => [id, names]));
  return ({ issuer, subject }) => {
    if (issuer === LOCAL_ISSUER && gone.has(subject)) return rightsOf([], roles);
    const isOwner = issuer === LOCAL_ISSUER && subject === owner;
    const names = issuer === LOCAL_ISSUER ? written.get(subject) : undefined;
    return rightsOf(names ?? usualRoles(isOwner), roles);
  };
}

function usualRoles(isOwner: boolean): readonly string[] {
  return isOwner ? BUILT_IN_ROLES.map(({ id }) => id) : ['reader'];
}

/**
 * Persons with the roles that somebody gave them or took from them since, beside those that are written down. Decisions about
 * anybody who is no person here count for nobody.
 * @param make the entry of an owner who has none
 */
export function withDecidedRoles<P extends RoledPerson>(
  persons: readonly P[],
  owner: string,
  decisions: readonly RoleDecision[],
  make: (id: string) => P,
): P[] {
  const byPerson = Map.groupBy(decisions, ({ person }) => person);
  const needsOwner = byPerson.has(owner) && !persons.some(({ id }) => id === owner);
  return [...persons, ...(needsOwner ? [make(owner)] : [])].map((person) => {
    const decided = byPerson.get(person.id);
    if (!decided) return person;
    const roles = new Set(person.roles ?? usualRoles(person.id === owner));
    for (const { role, isHeld } of decided) {
      if (isHeld) roles.add(role);
      else roles.delete(role);
    }
    return { ...person, roles: [...roles] };
  });
}

function rightsOf(names: readonly string[], roles: ReadonlyMap<string, Role>): Rights {
  // A role that does not exist gives nothing.
  const held = names.map((name) => roles.get(name)).filter((role) => role !== undefined);
  const tools = new Set(held.flatMap((role) => role.tools));
  const sources = held.flatMap((role) => role.sources);
  const duties = new Set(held.flatMap((role) => role.duties));
  return {
    roles: names,
    mayUse: (tool) => tools.has('*') || tools.has(tool),
    maySee: (source) => sources.some((pattern) => fits(pattern, source)),
    mayDo: (duty) => duties.has(duty),
    isUnrestricted: tools.has('*') && sources.includes('*'),
  };
}

function fits(pattern: string, source: string): boolean {
  return pattern.endsWith('*') ? source.startsWith(pattern.slice(0, -1)) : pattern === source;
}

/** @throws AppError ROLE_MISSING (permission) */
export function requireDuty(rights: Rights, duty: Duty): void {
  if (rights.mayDo(duty)) return;
  const message = `Your roles (${rights.roles.join(', ') || 'none'}) do not include the duty "${duty}". "fumi role list" shows who has it.`;
  throw new AppError('ROLE_MISSING', 'permission', message, { publicMessage: message });
}

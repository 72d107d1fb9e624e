import { parseWords } from '../kit/words.ts';
import type { JiraWorld, SimulatedIssue } from './world.ts';

export interface Query {
  readonly fits: (issue: SimulatedIssue) => boolean;
  readonly order: 'updated' | 'created' | 'id';
  /** What any text of an issue has to hold; without an order of its own the most of it comes first. */
  readonly words?: ReturnType<typeof parseWords>;
}

/** Nothing that restricts is refused by the new search. */
export class RefusedQuery extends Error {}

/**
 * The part of JQL that is needed: clauses joined by AND, one order. Dates have minute precision and are read in the zone
 * of the calling profile.
 */
export function parseJql(world: JiraWorld, jql: string): Query {
  const [where = '', order = ''] = jql.split(/\s+ORDER BY\s+/iu);
  if (where.trim() === '') throw new RefusedQuery('Unbounded JQL queries are not allowed here.');
  const parts = where.split(/\s+AND\s+/iu).map((clause) => clause.trim());
  const text = parts
    .map((clause) => /^text ~ "([^"]+)"$/u.exec(clause)?.[1])
    .find((each) => each !== undefined);
  const clauses = parts
    .filter((clause) => !clause.startsWith('text ~ "'))
    .map((clause) => parseClause(world, clause));
  const by = /^(updated|created|id)\b/iu.exec(order)?.[1]?.toLowerCase() as Query['order'] | undefined;
  return {
    fits: (issue) => clauses.every((fits) => fits(issue)),
    order: by ?? 'created',
    ...(text !== undefined && { words: parseWords(text) }),
  };
}

function parseClause(world: JiraWorld, clause: string): Query['fits'] {
  const date = /^(updated|created)\s*>=\s*"(\d{4}-\d\d-\d\d \d\d:\d\d)"$/iu.exec(clause);
  if (date) {
    const from = zonedToUtc(date[2] ?? '', world.timeZone);
    const isUpdated = date[1]?.toLowerCase() === 'updated';
    return (issue) =>
      Math.floor((isUpdated ? shownUpdate(world, issue) : issue.created) / 60_000) * 60_000 >= from;
  }
  const list = /^(project|id|level)\s+in\s*\(([^)]*)\)$/iu.exec(clause);
  if (list) {
    const values = new Set((list[2] ?? '').split(',').map((each) => each.trim().replaceAll('"', '')));
    const field = list[1]?.toLowerCase();
    if (field === 'project') return ({ project }) => values.has(project) || values.has(keyOf(world, project));
    if (field === 'id') return ({ id }) => values.has(id);
    return ({ level }) => level !== undefined && values.has(level);
  }
  if (/^level\s+is\s+EMPTY$/iu.test(clause)) return ({ level }) => level === undefined;
  if (/^level\s+is\s+not\s+EMPTY$/iu.test(clause)) return ({ level }) => level !== undefined;
  throw new RefusedQuery(`Error in the JQL Query: ${clause}`);
}

function keyOf(world: JiraWorld, project: string): string {
  return world.projects.get(project)?.key ?? '';
}

/** As the search knows it: an issue it knows nothing of was never updated. */
export function shownUpdate(world: JiraWorld, issue: SimulatedIssue): number {
  return world.lagging.has(issue.id) ? (world.lagging.get(issue.id) ?? -Infinity) : issue.updated;
}

export function isShown(world: JiraWorld, issue: SimulatedIssue): boolean {
  return !(world.lagging.has(issue.id) && world.lagging.get(issue.id) === undefined);
}

/** `2026-03-29 02:30` of a zone: the later of two moments of that name, the next one where there is none. */
function zonedToUtc(text: string, timeZone: string): number {
  const naive = Date.parse(`${text.replace(' ', 'T')}:00Z`);
  const offsets = [-1, 1].map((days) => offsetAt(naive + days * 86_400_000, timeZone));
  const candidates = offsets.map((offset) => naive - offset);
  const exact = candidates.filter((each) => each + offsetAt(each, timeZone) === naive);
  return Math.max(...(exact.length > 0 ? exact : candidates));
}

/** Milliseconds that a zone is ahead of UTC. */
export function offsetAt(at: number, timeZone: string): number {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  }).formatToParts(at);
  const of = (type: string) => parts.find((part) => part.type === type)?.value ?? '0';
  const local = `${of('year')}-${of('month')}-${of('day')}T${of('hour')}:${of('minute')}:${of('second')}Z`;
  return Date.parse(local) - Math.floor(at / 1_000) * 1_000;
}

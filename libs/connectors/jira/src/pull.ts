import { ordered } from '@fumikura/concurrency';
import type { SyncBatch } from '@fumikura/ports';
import { utc } from './dates.ts';
import { ALL_FIELDS, fetchIssues, ISSUES_AT_ONCE, wholeIssues } from './issues.ts';
import type { Fetched } from './issues.ts';
import type { JiraIssue } from './jira-types.ts';

import type { Run } from './run.ts';
import { countIssues, idPages, issuePages } from './search.ts';
import type { Walk } from './search.ts';
import { tellIssues } from './tell.ts';

/**
 * The newest change told; `isMidWalk` when issues that changed before it may not be told yet. `recent` are the issues
 * told of the time that the next run reads again, with their change: they need no second reading. Milliseconds.
 */
export type JiraCheckpoint = {
  readonly updated: number | null;
  readonly isMidWalk: boolean;
  readonly recent: { readonly [issue: string]: number };
  /** Projects whose scheme or roles were closed to us: their issues are told again as soon as it is not. */
  readonly closed: readonly string[];
};

/** More recent ones than this are read again. */
const MAX_RECENT = 1_000;

/**
 * Issues in the order of their last change. The search learns of changes late, so a run begins some minutes before the
 * newest change that the last one saw; one that was interrupted goes on where it was.
 */
export async function* pull(
  run: Run,
  from: JiraCheckpoint | undefined,
): AsyncGenerator<SyncBatch<JiraCheckpoint>> {
  const { config, logger } = run;
  const overlapMs = config.overlapMinutes * 60_000;
  const begin = startOf(from, overlapMs);
  const walk: Walk = { by: 'updated', ...(begin !== undefined && { from: begin }) };
  const expected = begin === undefined ? { expectedItems: await countIssues(run) } : {};
  const recent = new Map(Object.entries(from?.recent ?? {}));
  let updated = from?.updated ?? null;
  const { reopened, closed } = await lookAgain(run, from?.closed ?? []);
  for await (const { fetched, beganMs } of ordered(work(run, walk, recent, reopened), config.concurrency)) {
    for (const { issue } of fetched.issues) {
      const at = changedAt(issue);
      if (at === undefined) continue;
      recent.set(issue.id, at);
      // What changed since the walk began stands out of its order: counting it would pass over those between.
      if (at <= beganMs) updated = Math.max(updated ?? 0, at);
    }
    run.signal.throwIfAborted();
    const changes = await tellIssues(run, fetched);
    forget(recent, (updated ?? 0) - overlapMs);
    // Until the end is reached, what was closed before counts as closed: its issues may not be told yet.
    const open = [...new Set([...(from?.closed ?? []), ...run.access.closed()])];
    yield { changes, checkpoint: { updated, isMidWalk: true, recent: {}, closed: open }, ...expected };
  }
  const kept = [...recent].sort(([, a], [, b]) => b - a).slice(0, MAX_RECENT);
  const still = [...new Set([...closed, ...run.access.closed()])];
  yield {
    changes: [],
    checkpoint: { updated, isMidWalk: false, recent: Object.fromEntries(kept), closed: still },
  };
  run.counts.tell(logger);
}

/**
 * While a scheme or its roles are closed, the roles that comments are for cannot be told apart. When it opens, no issue has changed,
 * and only telling them again opens these comments.
 */
async function lookAgain(
  { access }: Run,
  before: readonly string[],
): Promise<{ readonly reopened: readonly string[]; readonly closed: readonly string[] }> {
  const projects = before.length > 0 ? await access.projects() : new Map<string, unknown>();
  const reopened: string[] = [];
  for (const id of before) if (projects.has(id) && (await access.isOpen(id))) reopened.push(id);
  return { reopened, closed: before.filter((id) => !reopened.includes(id)) };
}

function startOf(from: JiraCheckpoint | undefined, overlapMs: number): number | undefined {
  if (from?.updated === null || from?.updated === undefined) return undefined;
  return from.isMidWalk ? from.updated : from.updated - overlapMs;
}

function forget(recent: Map<string, number>, before: number): void {
  for (const [id, at] of recent) if (at < before) recent.delete(id);
}

function changedAt({ fields }: JiraIssue): number | undefined {
  const time = utc(fields?.['updated'] as string | undefined);
  return time === undefined ? undefined : Date.parse(time);
}

interface Pulled {
  readonly fetched: Fetched;
  readonly beganMs: number;
}

async function* work(
  run: Run,
  walk: Walk,
  recent: ReadonlyMap<string, number>,
  reopened: readonly string[],
): AsyncGenerator<() => Promise<Pulled>> {
  if (reopened.length > 0) yield* reopening(run, reopened);
  const told = new Map(recent);
  const isNews = (issue: JiraIssue) => (changedAt(issue) ?? Infinity) > (told.get(issue.id) ?? -1);
  if (!run.client.isCloud) return yield* wholePages(run, walk, isNews);
  // A first walk has nothing to compare with, so ids are enough, and thousands of them fit into a page.
  const pages = walk.from === undefined ? idPages(run, walk) : issuePages(run, walk, ['updated']);
  for await (const { issues, beganMs } of pages) {
    const news = walk.from === undefined ? issues : issues.filter(isNews);
    for (let at = 0; at < news.length; at += ISSUES_AT_ONCE) {
      const ids = news.slice(at, at + ISSUES_AT_ONCE).map(({ id }) => id);
      yield async () => ({ fetched: await fetchIssues(run, ids), beganMs });
    }
  }
}

/** The search of Data Center brings whole issues. */
async function* wholePages(
  run: Run,
  walk: Walk,
  isNews: (issue: JiraIssue) => boolean,
): AsyncGenerator<() => Promise<Pulled>> {
  const expand = run.config.history ? ['changelog'] : [];
  for await (const { issues, beganMs } of issuePages(run, walk, ALL_FIELDS, expand)) {
    const news = issues.filter(isNews);
    if (news.length > 0) yield async () => ({ fetched: await wholeIssues(run, news), beganMs });
  }
}

/** Out of the order of time: nothing of these moves the checkpoint. */
async function* reopening(run: Run, projects: readonly string[]): AsyncGenerator<() => Promise<Pulled>> {
  const where = [`project in (${projects.map((id) => `"${id}"`).join(', ')})`];
  for await (const { issues } of idPages(run, { by: 'created', where }))
    for (let at = 0; at < issues.length; at += ISSUES_AT_ONCE) {
      const ids = issues.slice(at, at + ISSUES_AT_ONCE).map(({ id }) => id);
      yield async () => ({ fetched: await fetchIssues(run, ids), beganMs: -Infinity });
    }
}

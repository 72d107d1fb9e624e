import { inLanes } from '@fumikura/concurrency';
import type { AppError } from '@fumikura/errors';
import type { Change } from '@fumikura/ports';
import { numberOf, openCommentBook } from './comments.ts';
import type { CommentBook } from './comments.ts';
import type { Comment, Issue } from './github-types.ts';
import { readIssueNumbers, walkIssues, walkPulls } from './issue-walk.ts';
import { issueDocument, itemId } from './mapping.ts';
import type { Place } from './mapping.ts';
import { readNumbers, writeNumbers } from './numbers.ts';
import { isSame, probe } from './probe.ts';
import type { ListMark } from './probe.ts';
import { repositoryPath } from './repositories.ts';
import type { Run } from './run.ts';

export type IssueMark = {
  /** Time of the last change told; null before the first page. */
  readonly since: string | null;
  /** Told so far and not removed. */
  readonly numbers: string;
  /** Whether everything was told once. */
  readonly isWhole: boolean;
  readonly hasIssues: boolean;
  readonly lists: Lists;
  /** Milliseconds since 1970: when the numbers were last held against all there are. */
  readonly walkedAt: number;
};

type Lists = {
  readonly issues?: ListMark;
  readonly comments?: ListMark;
  readonly reviewComments?: ListMark;
};

export interface IssueStep {
  readonly changes: readonly Change[];
  readonly mark: IssueMark;
}

/** Above this, what is unknown is read by walking everything again. */
const MAX_ALONE = 50;
/** Where the service does not count: so often all numbers are walked to find what is gone. */
const WALK_EVERY_MS = 86_400_000;

/**
 * Issues and pull requests changed since the mark. Changes of comments count although the issue keeps its time, and what is gone is
 * noticed by counting: three requests when nothing changed.
 */
export async function* pullIssues(
  run: Run,
  place: Place,
  before: IssueMark | undefined,
): AsyncGenerator<IssueStep> {
  const { repository } = place;
  const hasIssues = repository.has_issues !== false;
  const isSwitched = before !== undefined && before.hasIssues !== hasIssues;
  let mark: IssueMark = {
    since: null,
    numbers: '',
    isWhole: false,
    lists: {},
    walkedAt: run.now(),
    ...before,
    hasIssues,
    ...(isSwitched && { since: null, isWhole: false, lists: {}, walkedAt: 0 }),
  };
  const now = await look(run, place, mark.lists);
  const isSameList = (name: keyof Lists) => now[name] === undefined || isSame(mark.lists[name], now[name]);
  if (!mark.isWhole || !isSameList('issues')) {
    const told = new Set<number>();
    for await (const step of walk(run, place, mark, told)) {
      mark = step.mark;
      yield step;
    }
    if (mark.isWhole) yield* retell(told);
  } else yield* retell(new Set());
  yield await settle(run, place, { ...mark, isWhole: true, lists: now });

  async function* retell(told: ReadonlySet<number>): AsyncGenerator<IssueStep> {
    const touched = await touchedByComments(run, place, mark.lists, now);
    if (touched === 'unknown')
      for await (const step of walk(run, place, { ...mark, since: null }, new Set())) {
        mark = { ...step.mark, isWhole: true };
        yield { ...step, mark };
      }
    else {
      const numbers = [...touched].filter((number) => !told.has(number));
      if (numbers.length > 0) yield { changes: await tellAlone(run, place, numbers), mark };
    }
  }
}

async function look(run: Run, { repository }: Place, before: Lists): Promise<Lists> {
  const hasIssues = repository.has_issues !== false;
  const hasPulls = repository.has_pull_requests !== false;
  const all = { state: 'all' };
  const at = (...path: readonly string[]) => repositoryPath(repository, ...path);
  const [issues, comments, reviewComments] = await Promise.all([
    hasIssues || hasPulls ? probe(run, at(hasIssues ? 'issues' : 'pulls'), all, before.issues) : undefined,
    hasIssues ? probe(run, at('issues', 'comments'), {}, before.comments) : undefined,
    hasPulls ? probe(run, at('pulls', 'comments'), {}, before.reviewComments) : undefined,
  ]);
  return {
    ...(issues && { issues }),
    ...(comments && { comments }),
    ...(reviewComments && { reviewComments }),
  };
}

async function* walk(run: Run, place: Place, from: IssueMark, told: Set<number>): AsyncGenerator<IssueStep> {
  let mark = from;
  let book: CommentBook | undefined;
  const step = async (
    issues: readonly Issue[],
    since: string | null,
    isForMany: boolean,
  ): Promise<IssueStep> => {
    book ??= await openCommentBook(run, place.repository, isForMany);
    const changes = await tell(run, place, issues, book);
    for (const { number } of issues) told.add(number);
    const numbers = writeNumbers([...readNumbers(mark.numbers), ...issues.map(({ number }) => number)]);
    mark = { ...mark, since, numbers };
    return { changes, mark };
  };
  if (mark.hasIssues) {
    for await (const page of walkIssues(run, place.repository, mark.since))
      if (page.issues.length > 0) yield await step(page.issues, page.since, !page.isLast);
  } else if (place.repository.has_pull_requests !== false) {
    const { since } = mark;
    let newest = since ?? '';
    for await (const page of walkPulls(run, place.repository)) {
      const changed = page.filter(({ updated_at }) => since === null || updated_at >= since);
      for (const { updated_at } of changed) if (updated_at > newest) newest = updated_at;
      // Not in the order of changes: the time moves when all were told.
      if (changed.length > 0) yield await step(changed, since, since === null);
    }
    mark = { ...mark, since: newest };
  }
  yield { changes: [], mark };
}

async function tell(
  run: Run,
  place: Place,
  issues: readonly Issue[],
  book: CommentBook,
): Promise<readonly Change[]> {
  return inLanes(run.config.concurrency, issues, (issue) => tellIssue(place, issue, book));
}

async function tellIssue(place: Place, issue: Issue, book: CommentBook): Promise<Change> {
  try {
    return { kind: 'upsert', document: issueDocument(place, issue, await book.of(issue)) };
  } catch (error) {
    if ((error as AppError).kind !== 'not-found') throw error;
    return { kind: 'remove', id: itemId(place.config, place.repository.id, 'issue', issue.number) };
  }
}

/** One by one; what is gone, or led on to another repository, is removed here. */
export async function tellAlone(
  run: Run,
  place: Place,
  numbers: readonly number[],
): Promise<readonly Change[]> {
  const { client, signal } = run;
  const book = await openCommentBook(run, place.repository, false);
  const changes: Change[] = [];
  for (const number of numbers) {
    const issue = await issueNow();
    changes.push(
      issue
        ? await tellIssue(place, issue, book)
        : { kind: 'remove', id: itemId(place.config, place.repository.id, 'issue', number) },
    );
    async function issueNow(): Promise<Issue | undefined> {
      const path = repositoryPath(place.repository, 'issues', String(number));
      try {
        const { body, url } = await client.ask<Issue>(path, {}, signal);
        // Transferred: what answers is an issue of the repository it went to.
        const isHere =
          new URL(url).pathname.endsWith(`/${path}`) || url.includes(`/repositories/${place.repository.id}/`);
        return body && isHere && body.number === number ? body : undefined;
      } catch (error) {
        if ((error as AppError).kind !== 'not-found') throw error;
        return undefined;
      }
    }
  }
  return changes;
}

/** Issues whose comments changed; `unknown` when some are gone, which nothing tells of. */
async function touchedByComments(
  run: Run,
  { repository }: Place,
  before: Lists,
  now: Lists,
): Promise<ReadonlySet<number> | 'unknown'> {
  const touched = new Set<number>();
  for (const [name, what] of [
    ['comments', 'issues'],
    ['reviewComments', 'pulls'],
  ] as const) {
    const [was, is] = [before[name], now[name]];
    if (!was || !is || isSame(was, is)) continue;
    let made = 0;
    const query = { sort: 'updated', direction: 'asc', ...(was.newest && { since: was.newest }) };
    const path = repositoryPath(repository, what, 'comments');
    for await (const page of run.client.pages<readonly Comment[]>(path, query, run.signal))
      for (const comment of page) {
        if (comment.created_at > was.newest) made++;
        if (comment.updated_at > was.newest || comment.created_at === was.newest)
          touched.add(numberOf(comment));
      }
    // Without a count, a comment that was taken away is noticed when its issue changes.
    if (was.count !== null && is.count !== null && is.count !== was.count + made) return 'unknown';
  }
  return touched;
}

/** Counts what was told against what there is; a difference is walked and told. */
async function settle(run: Run, place: Place, mark: IssueMark): Promise<IssueStep> {
  const told = readNumbers(mark.numbers);
  const count = mark.lists.issues === undefined ? 0 : mark.lists.issues.count;
  const isDue = count === null ? run.now() - mark.walkedAt >= WALK_EVERY_MS : count !== told.size;
  if (!isDue) return { changes: [], mark };
  const existing = await readIssueNumbers(run, place.repository);
  const gone = [...told].filter((number) => !existing.has(number));
  const unknown = [...existing].filter((number) => !told.has(number));
  const changes: Change[] = gone.map((number) => ({
    kind: 'remove',
    id: itemId(place.config, place.repository.id, 'issue', number),
  }));
  const isMany = unknown.length > MAX_ALONE;
  if (!isMany) changes.push(...(await tellAlone(run, place, unknown)));
  const numbers = writeNumbers(isMany ? [...told].filter((number) => existing.has(number)) : existing);
  const walked = { ...mark, numbers, walkedAt: run.now() };
  return { changes, mark: isMany ? { ...walked, since: null, isWhole: false } : walked };
}

import { AppError } from '@fumikura/errors';
import { invalid } from './client.ts';
import { jqlDate, utc } from './dates.ts';
import type { JiraIssue } from './jira-types.ts';
import { inProjects } from './run.ts';
import type { Run } from './run.ts';

/** What a search is for: conditions beside those of the configuration, the time it is ordered by, and from when on. */
export interface Walk {
  readonly where?: readonly string[];
  readonly by: 'updated' | 'created';
  /** Milliseconds; default the beginning. */
  readonly from?: number;
}

export interface FoundPage {
  readonly issues: readonly JiraIssue[];
  /** When the first page was asked for, by the server's clock. Milliseconds. */
  readonly beganMs: number;
}

const IDS_A_PAGE = 5_000;
const ISSUES_A_PAGE = 100;
const WALKS = 3;
/** As far as sites allow a result to be paged, unless they were told otherwise. */
const WINDOW = 10_000;

/** Pages of issues with their ids alone, in Cloud 5,000 at a time; oldest first. */
export async function* idPages(run: Run, walk: Walk): AsyncGenerator<FoundPage> {
  yield* run.client.isCloud ? byToken(run, walk, []) : byOffset(run, walk, [walk.by], [], 1_000);
}

export async function* issuePages(
  run: Run,
  walk: Walk,
  fields: readonly string[],
  expand: readonly string[] = [],
): AsyncGenerator<FoundPage> {
  yield* run.client.isCloud
    ? byToken(run, walk, fields)
    : byOffset(run, walk, [...fields, walk.by], expand, ISSUES_A_PAGE);
}

async function queryOf(run: Run, { where = [], by, from }: Walk): Promise<string> {
  // Without any condition the search is refused.
  const since = from === undefined ? '1970-01-02 00:00' : jqlDate(from, await run.timeZone());
  const clauses = [...inProjects(run.config), ...where, `${by} >= "${since}"`];
  return `${clauses.join(' AND ')} ORDER BY ${by} ASC, id ASC`;
}

interface TokenAnswer {
  readonly issues?: readonly JiraIssue[];
  readonly nextPageToken?: string | null;
}

/** A missing token or an empty page ends it, never `isLast`. A token that is refused begins the walk again. */
async function* byToken(run: Run, walk: Walk, fields: readonly string[]): AsyncGenerator<FoundPage> {
  const jql = await queryOf(run, walk);
  const maxResults = fields.length === 0 ? IDS_A_PAGE : ISSUES_A_PAGE;
  let beganMs: number | undefined;
  for (let attempt = 1; ; attempt++) {
    const seen = new Set<string>();
    let token: string | undefined;
    try {
      for (;;) {
        const body = {
          jql,
          maxResults,
          ...(fields.length > 0 && { fields }),
          ...(token !== undefined && { nextPageToken: token }),
        };
        const answer = await run.client.post<TokenAnswer>('search/jql', body, run.signal);
        const { issues, nextPageToken } = answer.body ?? {};
        if (!Array.isArray(issues)) throw invalid('search answered without issues');
        beganMs ??= answer.atMs;
        yield { issues, beganMs };
        if (!nextPageToken || issues.length === 0) return;
        if (seen.has(nextPageToken)) throw invalid('search repeats its token');
        seen.add(nextPageToken);
        token = nextPageToken;
      }
    } catch (error) {
      const isRefused = error instanceof AppError && error.code === 'SOURCE_REQUEST_REFUSED';
      if (!isRefused || token === undefined || attempt >= WALKS) throw error;
      run.logger.warn('jira.search.restarted', { attempt });
    }
  }
}

interface OffsetAnswer {
  readonly issues?: readonly JiraIssue[];
  readonly total?: number;
  readonly maxResultWindow?: number;
}

/**
 * What changes while it is paged moves in the order, and everything behind it moves up. So each page begins with the last
 * issue of the one before: when another stands there, and when the window of results ends, the walk goes on from the time
 * it has reached.
 */
async function* byOffset(
  run: Run,
  walk: Walk,
  fields: readonly string[],
  expand: readonly string[],
  size: number,
): AsyncGenerator<FoundPage> {
  let at: Walk = walk;
  let beganMs: number | undefined;
  for (;;) {
    const jql = await queryOf(run, at);
    let reached: number | undefined;
    let lastId: string | undefined;
    for (let startAt = 0; ;) {
      const body = { jql, startAt, maxResults: size, fields, expand, validateQuery: false };
      const answer = await run.client.post<OffsetAnswer>('search', body, run.signal);
      const { issues, total = 0, maxResultWindow = WINDOW } = answer.body ?? {};
      if (!Array.isArray(issues)) throw invalid('search answered without issues');
      beganMs ??= answer.atMs;
      const isShifted = lastId !== undefined && issues[0]?.id !== lastId;
      const news: readonly JiraIssue[] = lastId === undefined ? issues : issues.slice(1);
      if (!isShifted && (news.length > 0 || lastId === undefined)) yield { issues: news, beganMs };
      if (!isShifted) {
        reached = timeOf(issues.at(-1), walk.by) ?? reached;
        lastId = issues.at(-1)?.id ?? lastId;
        if (issues.length === 0 || startAt + issues.length >= total) return;
        startAt += issues.length - 1;
      }
      if (!isShifted && startAt + size <= maxResultWindow && issues.length > 1) continue;
      if (reached === undefined || (at.from !== undefined && minute(reached) <= minute(at.from)))
        throw invalid('more issues changed in one minute than the site lets us page through');
      at = { ...walk, from: reached };
      break;
    }
  }
}

function timeOf(issue: JiraIssue | undefined, by: string): number | undefined {
  const time = utc(issue?.fields?.[by] as string | undefined);
  return time === undefined ? undefined : Date.parse(time);
}

function minute(ms: number): number {
  return Math.floor(ms / 60_000);
}

/** How many issues there are, about; for progress and to doubt a listing that is far too short. */
export async function countIssues(run: Run): Promise<number> {
  const jql = await queryOf(run, { by: 'created' });
  if (run.client.isCloud) {
    const { body } = await run.client.post<{ count?: number }>(
      'search/approximate-count',
      { jql },
      run.signal,
    );
    return body?.count ?? 0;
  }
  const request = { jql, startAt: 0, maxResults: 0, fields: ['id'], validateQuery: false };
  const { body } = await run.client.post<OffsetAnswer>('search', request, run.signal);
  return body?.total ?? 0;
}

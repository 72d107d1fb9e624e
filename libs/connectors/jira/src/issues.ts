import { inLanes } from '@fumikura/concurrency';
import { AppError } from '@fumikura/errors';
import type { JiraComment, JiraHistory, JiraIssue, JiraProject, JiraWorklog } from './jira-types.ts';
import type { Run } from './run.ts';

/** An issue with everything that did not fit into the page it came with. */
export interface WholeIssue {
  readonly issue: JiraIssue;
  readonly comments: readonly JiraComment[];
  readonly worklogs: readonly JiraWorklog[];
  /** Of a service project, as far as anybody tells: then comments may be internal. */
  readonly isService: boolean;
  /** Changes of status and assignee, oldest first. */
  readonly history: readonly JiraHistory[];
}

export interface Fetched {
  readonly issues: readonly WholeIssue[];
  /** Asked for, and gone or hidden from our account. */
  readonly gone: readonly string[];
}

/** Ids that one call of Cloud takes. */
export const ISSUES_AT_ONCE = 100;
export const ALL_FIELDS = ['*all'];
const HISTORY_FIELDS = ['status', 'assignee'];
const PARTS_A_PAGE = 100;
/** Issues whose further comments are read; how many requests that is at once, the client decides. */
const COMPLETED_AT_ONCE = 16;

/** At most 100 issues by id, moved ones too. */
export async function fetchIssues(run: Run, ids: readonly string[]): Promise<Fetched> {
  if (!run.client.isCloud) return searchByIds(run, ids);
  const { client, config, signal } = run;
  const request = { issueIdsOrKeys: ids, fields: ALL_FIELDS };
  const [{ body }, histories] = await Promise.all([
    client.post<{ issues?: readonly JiraIssue[] }>('issue/bulkfetch', request, signal),
    config.history ? readHistories(run, ids) : new Map<string, readonly JiraHistory[]>(),
  ]);
  const found = body?.issues ?? [];
  const known = new Set(found.map(({ id }) => id));
  return wholeIssues(
    run,
    found,
    ids.filter((id) => !known.has(id)),
    histories,
  );
}

/** What goes while its comments are read is gone. */
export async function wholeIssues(
  run: Run,
  found: readonly JiraIssue[],
  missing: readonly string[] = [],
  histories?: ReadonlyMap<string, readonly JiraHistory[]>,
): Promise<Fetched> {
  const gone = [...missing];
  const issues = await inLanes(COMPLETED_AT_ONCE, found, (issue) =>
    completed(run, issue, histories?.get(issue.id)).catch((error: unknown) => {
      if (!(error instanceof AppError) || error.kind !== 'not-found') throw error;
      gone.push(issue.id);
    }),
  );
  return { issues: issues.flatMap((issue) => issue ?? []), gone };
}

async function searchByIds(run: Run, ids: readonly string[]): Promise<Fetched> {
  const jql = `id in (${ids.join(', ')})`;
  const request = {
    jql,
    startAt: 0,
    maxResults: ids.length,
    fields: ALL_FIELDS,
    expand: ['changelog'],
    validateQuery: false,
  };
  const { body } = await run.client.post<{ issues?: readonly JiraIssue[] }>('search', request, run.signal);
  const found = body?.issues ?? [];
  const known = new Set(found.map(({ id }) => id));
  return wholeIssues(
    run,
    found,
    ids.filter((id) => !known.has(id)),
  );
}

/** Comments and worklogs beyond those that came along, by their own endpoints. */
async function completed(
  run: Run,
  issue: JiraIssue,
  history: readonly JiraHistory[] = issue.changelog?.histories ?? [],
): Promise<WholeIssue> {
  const comment = issue.fields?.['comment'] as Part<'comments', JiraComment>;
  const worklog = issue.fields?.['worklog'] as Part<'worklogs', JiraWorklog>;
  const comments = comment?.comments ?? [];
  const worklogs = worklog?.worklogs ?? [];
  const isService = comments.length > 0 && (await isServiceProject(run, issue));
  // Data Center says which comments are internal by a property alone, and tells properties only when asked.
  const areCut = (comment?.total ?? 0) > comments.length || (isService && !run.client.isCloud);
  return {
    issue,
    isService,
    comments: areCut ? await readParts<JiraComment>(run, issue.id, 'comment', 'comments') : comments,
    worklogs:
      (worklog?.total ?? 0) > worklogs.length
        ? await readParts<JiraWorklog>(run, issue.id, 'worklog', 'worklogs')
        : worklogs,
    history: run.config.history ? history.toSorted((a, b) => timeOf(a) - timeOf(b)) : [],
  };
}

type Part<Name extends string, T> =
  ({ readonly [name in Name]?: readonly T[] } & { readonly total?: number }) | null | undefined;

/** A project whose kind nobody tells may be one for service. */
async function isServiceProject({ access }: Run, { fields }: JiraIssue): Promise<boolean> {
  const project = fields?.['project'] as JiraProject | null | undefined;
  if (!project) return true;
  const kind = project.projectTypeKey ?? (await access.projects()).get(project.id)?.projectTypeKey;
  return kind === undefined || kind === null || kind === 'service_desk';
}

async function readParts<T>(
  run: Run,
  id: string,
  path: string,
  name: 'comments' | 'worklogs',
): Promise<readonly T[]> {
  const all: T[] = [];
  for (let isMore = true; isMore;) {
    const query = {
      startAt: all.length,
      maxResults: PARTS_A_PAGE,
      ...(name === 'comments' && {
        orderBy: 'created',
        ...(!run.client.isCloud && { expand: 'properties' }),
      }),
    };
    const address = `issue/${encodeURIComponent(id)}/${path}`;
    const paged = name === 'comments' || run.client.isCloud;
    const page = await run.client.get<Readonly<Record<string, unknown>>>(
      address,
      paged ? query : {},
      run.signal,
    );
    const part = (page[name] ?? []) as readonly T[];
    all.push(...part);
    isMore = paged && part.length > 0 && all.length < Number(page['total'] ?? 0);
  }
  return all;
}

interface Changelogs {
  readonly issueChangeLogs?: readonly {
    readonly issueId?: string;
    readonly changeHistories?: readonly JiraHistory[];
  }[];
  readonly nextPageToken?: string | null;
}

async function readHistories(run: Run, ids: readonly string[]): Promise<Map<string, JiraHistory[]>> {
  const found = new Map<string, JiraHistory[]>();
  for (let token: string | undefined; ;) {
    const request = {
      issueIdsOrKeys: ids,
      fieldIds: HISTORY_FIELDS,
      maxResults: 10_000,
      ...(token !== undefined && { nextPageToken: token }),
    };
    const { body } = await run.client.post<Changelogs>('changelog/bulkfetch', request, run.signal);
    for (const { issueId, changeHistories = [] } of body?.issueChangeLogs ?? [])
      if (issueId) found.set(issueId, [...(found.get(issueId) ?? []), ...changeHistories]);
    const next = body?.nextPageToken ?? undefined;
    if (next === undefined || next === token) return found;
    token = next;
  }
}

function timeOf({ created }: JiraHistory): number {
  return (typeof created === 'number' ? created : Date.parse(created ?? '')) || 0;
}

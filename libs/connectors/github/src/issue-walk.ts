import { linkOf } from './client.ts';
import type { Query } from './client.ts';
import type { Issue, Repository } from './github-types.ts';
import { repositoryPath } from './repositories.ts';
import type { Run } from './run.ts';

/** Changes told again so that none is missed that came late. */
const MARGIN_MS = 120_000;

export interface IssuePage {
  readonly issues: readonly Issue[];
  /** The walk goes on from here. */
  readonly since: string;
  readonly isLast: boolean;
}

/**
 * Issues and pull requests in the order of their changes. Each page is asked for by the time of the one before it: an entry that
 * changes in the middle of a walk by page numbers would push another one over the edge of a page, never to be seen.
 */
export async function* walkIssues(
  { client, signal }: Run,
  repository: Repository,
  from: string | null,
): AsyncGenerator<IssuePage> {
  const path = repositoryPath(repository, 'issues');
  const all = { state: 'all', sort: 'updated', direction: 'asc', per_page: 100 };
  let since = from;
  let told = new Set<string>();
  let [next, query]: [string, Query] = [path, { ...all, ...(since && { since: withMargin(since) }) }];
  for (;;) {
    const { body = [], headers } = await client.ask<readonly Issue[]>(next, query, signal);
    const link = linkOf(headers, 'next');
    const last = body?.at(-1)?.updated_at ?? since ?? '';
    const issues = (body ?? []).filter((issue) => !told.has(keyOf(issue)));
    yield { issues, since: since !== null && since > last ? since : last, isLast: link === undefined };
    if (link === undefined) return;
    const ended = body?.filter(({ updated_at }) => updated_at === last) ?? [];
    // A whole page of one time: only the link leads on.
    if (last === query['since'] || body?.length === ended.length) {
      told = new Set([...told, ...ended.map(keyOf)]);
      [next, query] = [link, {}];
    } else {
      told = new Set(ended.map(keyOf));
      since = last;
      [next, query] = [path, { ...all, since: last }];
    }
  }
}

function keyOf({ number, updated_at }: Issue): string {
  return `${number} ${updated_at}`;
}

function withMargin(since: string): string {
  return new Date(Date.parse(since) - MARGIN_MS).toISOString().replace(/\.\d+Z$/u, 'Z');
}

/** Pull requests alone, where issues are switched off: that list knows no times, so all of it. */
export async function* walkPulls(
  { client, signal }: Run,
  repository: Repository,
): AsyncGenerator<readonly Issue[]> {
  const path = repositoryPath(repository, 'pulls');
  const query = { state: 'all', sort: 'created', direction: 'asc' };
  for await (const page of client.pages<readonly Issue[]>(path, query, signal))
    yield page.map((pull) => ({ ...pull, pull_request: { merged_at: pull.merged_at ?? null } }));
}

/** Every number there is now. */
export async function readIssueNumbers(run: Run, repository: Repository): Promise<Set<number>> {
  const numbers = new Set<number>();
  if (repository.has_issues === false) {
    if (repository.has_pull_requests === false) return numbers;
    for await (const page of walkPulls(run, repository)) for (const { number } of page) numbers.add(number);
    return numbers;
  }
  const query = { state: 'all', sort: 'created', direction: 'asc' };
  const path = repositoryPath(repository, 'issues');
  for await (const page of run.client.pages<readonly Issue[]>(path, query, run.signal))
    for (const { number } of page) numbers.add(number);
  return numbers;
}

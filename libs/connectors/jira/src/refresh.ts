import { AppError } from '@fumikura/errors';
import { splitDocumentId } from '@fumikura/model';
import type { DocumentId, SourceId } from '@fumikura/model';
import type { Change } from '@fumikura/ports';
import { fetchIssues, ISSUES_AT_ONCE } from './issues.ts';
import type { Run } from './run.ts';
import { tellIssues } from './tell.ts';

/** Issues as they are now, by id and not by search, which may not know yet; a part brings its issue. */
export async function* refresh(run: Run, ids: readonly DocumentId[]): AsyncGenerator<readonly Change[]> {
  const issues = [...new Set(ids.map((id) => issueOf(run.config.id, id)))];
  for (let at = 0; at < issues.length; at += ISSUES_AT_ONCE)
    yield tellIssues(run, await fetchIssues(run, issues.slice(at, at + ISSUES_AT_ONCE)));
  run.counts.tell(run.logger);
}

const ITEM = /^(issue\/([^/]+))\//u;

/** `jira:acme/issue/7/comment/3` → `jira:acme/issue/7`; an issue is part of nothing. */
export function partOf(source: SourceId, id: DocumentId): DocumentId | undefined {
  const item = id.startsWith(`${source}/`) ? ITEM.exec(id.slice(source.length + 1))?.[1] : undefined;
  return item && `${source}/${item}`;
}

export function issueOf(source: SourceId, id: DocumentId): string {
  const split = splitDocumentId(id);
  const issue = /^issue\/(\d+)(?:\/|$)/u.exec(split?.externalId ?? '')?.[1];
  if (split?.source === source && issue !== undefined) return issue;
  throw new AppError('INVALID_ARGUMENT', 'invalid-input', `${id} is of another source`, {
    publicMessage: `"${id}" does not belong to this source.`,
  });
}

import { AppError, toAppError } from '@fumikura/errors';
import type { Change } from '@fumikura/ports';
import type { Fetched, WholeIssue } from './issues.ts';
import { issueDocument, issueId } from './mapping.ts';
import { partChanges, sortComments, sortWorklogs } from './parts.ts';
import { aclOf, issueLayers, listChanges, projectOf } from './readers.ts';
import { isConfigured } from './run.ts';
import type { Run } from './run.ts';

/** Issues with their parts and the lists these name. One that cannot be mapped is a failed change, not the end. */
export async function tellIssues(run: Run, { issues, gone }: Fetched): Promise<Change[]> {
  const changes: Change[] = gone.map((id) => ({ kind: 'remove', id: issueId(run.config, id) }));
  for (const whole of issues) {
    const id = issueId(run.config, whole.issue.id);
    if (isOutside(run, whole)) changes.push({ kind: 'remove', id });
    else changes.push(...(await tellIssue(run, whole).catch((error: unknown) => [failed(run, id, error)])));
  }
  return changes;
}

async function tellIssue(run: Run, whole: WholeIssue): Promise<Change[]> {
  const layers = await issueLayers(run, whole.issue);
  const open = { comments: sortComments(whole).open, worklogs: sortWorklogs(whole).open };
  const document = issueDocument(whole, open, aclOf(layers), {
    config: run.config,
    fields: await run.fields(),
  });
  const parts = await partChanges(run, whole, layers);
  return [...listChanges(run, layers), { kind: 'upsert', document }, ...parts];
}

/** Answers of the source end a run as they would anywhere; only what is wrong with the issue itself is its own. */
function failed(run: Run, id: string, error: unknown): Change {
  if (run.signal.aborted || error instanceof AppError) throw error;
  return { kind: 'failed', id, error: toAppError(error) };
}

/** Asked for by id, an issue may lie in a project that is not configured. */
function isOutside({ config }: Run, { issue }: WholeIssue): boolean {
  const project = projectOf(issue);
  return project !== undefined && !isConfigured(config, project);
}

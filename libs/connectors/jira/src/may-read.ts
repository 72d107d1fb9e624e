import type { DocumentId, Principal } from '@fumikura/model';
import type { ReadVerdict } from '@fumikura/ports';
import type { JiraClient } from './client.ts';
import type { JiraConfig } from './config.ts';
import { issueOf } from './refresh.ts';

interface Granted {
  readonly projectPermissions?: readonly {
    readonly permission?: string;
    readonly issues?: readonly number[];
  }[];
}

/**
 * All issues in one question an account; security levels count. About others only an administrator of Jira may ask. A
 * part has the readers of its issue and its own: of those, its lists alone can tell.
 */
export async function* mayRead(
  client: JiraClient,
  { id: source }: JiraConfig,
  accounts: readonly Principal[],
  ids: readonly DocumentId[],
  signal: AbortSignal,
): AsyncGenerator<ReadVerdict> {
  const issues = [...new Set(ids.map((id) => Number(issueOf(source, id))))];
  const allowed = new Set<number>();
  for (const account of accounts) {
    const accountId = account.slice(`user:${source}:`.length);
    const projectPermissions = [{ permissions: ['BROWSE_PROJECTS'], issues, projects: [] }];
    const { body } = await client.post<Granted>(
      'permissions/check',
      { accountId, projectPermissions },
      signal,
    );
    for (const { permission, issues: granted = [] } of body.projectPermissions ?? [])
      if (permission === 'BROWSE_PROJECTS') for (const issue of granted) allowed.add(issue);
  }
  for (const id of ids) yield { id, mayRead: allowed.has(Number(issueOf(source, id))) };
}

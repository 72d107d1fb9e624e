import type { SourceCheck } from '@fumikura/ports';
import type { JiraProject, JiraUser } from './jira-types.ts';
import type { Run } from './run.ts';
import { countIssues } from './search.ts';

interface Rights {
  readonly permissions?: Readonly<Record<string, { readonly havePermission?: boolean } | undefined>>;
}

const ASKED = ['BROWSE_PROJECTS', 'ADMINISTER_PROJECTS', 'ADMINISTER', 'USER_PICKER'];

/** As whom we read, what there is, and which rights are missing. @throws kinds config, auth, permission */
export async function check(run: Run): Promise<SourceCheck> {
  const { client, signal, access } = run;
  const account = await client.get<JiraUser>('myself', {}, signal);
  const query = client.isCloud ? { permissions: ASKED.join(',') } : {};
  const { permissions = {} } = await client.get<Rights>('mypermissions', query, signal);
  const projects = [...(await access.projects()).values()];
  const name = account.displayName ?? account.name ?? account.accountId ?? undefined;
  return {
    ...(name && { account: name }),
    missing: missingRights(
      run,
      (right) => permissions[right]?.havePermission === true,
      await closedProjects(run, projects),
    ),
    counts: { projects: projects.length, issues: await countIssues(run) },
  };
}

/** One call for all of them; Data Center has none, there each run counts what it may not read. */
async function closedProjects(
  { client, signal }: Run,
  projects: readonly JiraProject[],
): Promise<readonly string[]> {
  if (!client.isCloud) return [];
  const request = { permissions: ['ADMINISTER_PROJECTS'] };
  const { body } = await client.post<{ projects?: readonly JiraProject[] }>(
    'permissions/project',
    request,
    signal,
  );
  const open = new Set((body?.projects ?? []).map(({ id }) => String(id)));
  return projects.filter(({ id }) => !open.has(id)).map(({ id, key }) => key ?? id);
}

function missingRights(
  { client, config }: Run,
  has: (right: string) => boolean,
  unreadable: readonly string[],
): SourceCheck['missing'] {
  const found: { right: string; consequence: string }[] = [];
  if (!has('BROWSE_PROJECTS')) found.push({ right: 'Browse projects', consequence: 'no issue can be read' });
  if (!has('USER_PICKER'))
    found.push({
      right: 'Browse users and groups',
      consequence: 'people and groups are not known: all but what anyone may read stays closed',
    });
  const closed = unreadable.length > 0 ? unreadable.join(', ') : 'all';
  if (unreadable.length > 0 || !has('ADMINISTER_PROJECTS'))
    found.push({
      right: 'Administer projects',
      consequence: `schemes and roles of these projects are not known and they stay closed: ${closed}`,
    });
  if (!has('ADMINISTER'))
    found.push({
      right: client.isCloud ? 'Administer Jira' : 'Jira Administrators',
      consequence: client.isCloud
        ? 'issues with a security level and what is open to one application stay closed'
        : 'people are not known: all but what anyone may read stays closed',
    });
  if (!client.isCloud && config.securityLevels.length === 0)
    found.push({
      right: 'members of security levels',
      consequence:
        'Data Center does not tell them: issues with a level stay closed until securityLevels names them',
    });
  return found;
}

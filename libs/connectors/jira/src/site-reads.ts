import { AppError } from '@fumikura/errors';
import type { Principal } from '@fumikura/model';
import type { JiraClient } from './client.ts';
import type { JiraConfig } from './config.ts';
import type {
  JiraGroup,
  JiraHolder,
  JiraLevelMember,
  JiraProject,
  JiraRole,
  JiraScheme,
  JiraUser,
} from './jira-types.ts';
import { groupPrincipal, userPrincipal } from './principals.ts';
import type { Counter } from './run.ts';

export interface SiteParts {
  readonly client: JiraClient;
  readonly config: JiraConfig;
  readonly counts: Counter;
  readonly signal: AbortSignal;
}

/** Undefined, counted, when our account may not read it. @throws what ends a run */
async function unlessRefused<T>(
  { counts }: SiteParts,
  reason: string,
  ask: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof AppError) || !['permission', 'not-found'].includes(error.kind)) throw error;
    counts.add('closed', reason);
    return undefined;
  }
}

export async function readScheme(
  parts: SiteParts,
  project: string,
): Promise<JiraScheme['permissions'] | undefined> {
  const { client, signal } = parts;
  const path = `project/${encodeURIComponent(project)}/permissionscheme`;
  const expand = client.isCloud ? 'permissions' : 'all';
  const scheme = await unlessRefused(parts, 'permission scheme not readable', () =>
    client.get<JiraScheme>(path, { expand }, signal),
  );
  return scheme?.permissions;
}

export async function readRole(
  parts: SiteParts,
  key: string,
  account: (name: string) => Promise<JiraUser | undefined>,
): Promise<readonly Principal[]> {
  const { client, config, signal, counts } = parts;
  const role = await unlessRefused(parts, 'project role not readable', () =>
    client.get<JiraRole>(`project/${key}`, {}, signal),
  );
  const members: Principal[] = [];
  for (const { type, name, actorUser, actorGroup } of role?.actors ?? []) {
    const principal =
      type === 'atlassian-group-role-actor'
        ? groupPrincipal(config.id, client.isCloud, actorGroup ?? { name })
        : type === 'atlassian-user-role-actor'
          ? userPrincipal(config.id, client.isCloud, actorUser ?? (await account(name ?? '')))
          : undefined;
    if (principal) members.push(principal);
    else counts.add('closed', 'unknown actor of a role');
  }
  return members;
}

/** Data Center names the actors of a role by what they sign in with, which may change hands. */
export async function userNamed(parts: SiteParts, name: string): Promise<JiraUser | undefined> {
  const { client, signal } = parts;
  if (client.isCloud || name === '') return undefined;
  return unlessRefused(parts, 'account of a role not readable', () =>
    client.get<JiraUser>('user', { username: name }, signal),
  );
}

export async function readRoleNames(
  parts: SiteParts,
  project: string,
): Promise<ReadonlyMap<string, string> | undefined> {
  const { client, signal } = parts;
  const path = `project/${encodeURIComponent(project)}/role`;
  const roles = await unlessRefused(parts, 'project role not readable', () =>
    client.get<Readonly<Record<string, string>>>(path, {}, signal),
  );
  return (
    roles && new Map(Object.entries(roles).map(([name, address]) => [name, address.split('/').at(-1) ?? '']))
  );
}

export async function readProjects(
  client: JiraClient,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, JiraProject>> {
  const all: JiraProject[] = [];
  if (!client.isCloud)
    all.push(...(await client.get<readonly JiraProject[]>('project', { expand: 'lead' }, signal)));
  else
    for await (const page of client.pages<JiraProject>(
      'project/search',
      { expand: 'lead', maxResults: 100 },
      signal,
    ))
      all.push(...page);
  return new Map(all.map((project) => [project.id, project]));
}

export async function readApplications(
  parts: SiteParts,
): Promise<ReadonlyMap<string, readonly Principal[]> | undefined> {
  const { client, config, signal } = parts;
  const roles = await unlessRefused(parts, 'application access not readable', () =>
    client.get<readonly { key?: string; groups?: readonly string[]; groupDetails?: readonly JiraGroup[] }[]>(
      'applicationrole',
      {},
      signal,
    ),
  );
  return (
    roles &&
    new Map(
      roles.map(({ key = '', groups = [], groupDetails }) => [
        key,
        (client.isCloud ? (groupDetails ?? []) : groups.map((name): JiraGroup => ({ name }))).flatMap(
          (group) => groupPrincipal(config.id, client.isCloud, group) ?? [],
        ),
      ]),
    )
  );
}

/** Undefined where the API does not tell: always on Data Center. */
export async function readLevels(parts: SiteParts): Promise<Map<string, JiraHolder[]> | undefined> {
  const { client, signal } = parts;
  if (!client.isCloud) return undefined;
  return unlessRefused(parts, 'security levels not readable', async () => {
    const levels = new Map<string, JiraHolder[]>();
    // One without members is a level, too: nobody's.
    const query = { maxResults: 100 };
    for await (const page of client.pages<{ id?: string }>('issuesecurityschemes/level', query, signal))
      for (const { id } of page) if (id) levels.set(id, []);
    const path = 'issuesecurityschemes/level/member';
    for await (const page of client.pages<JiraLevelMember>(path, query, signal))
      for (const { issueSecurityLevelId: level, holder } of page) {
        if (!level || !holder) continue;
        levels.set(level, [...(levels.get(level) ?? []), holder]);
      }
    return levels;
  });
}

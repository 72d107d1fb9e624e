import { AppError } from '@fumikura/errors';
import type { Principal } from '@fumikura/model';
import type { JiraClient } from './client.ts';
import type { JiraConfig } from './config.ts';
import { resolveHolders } from './holders.ts';
import type { Resolved } from './holders.ts';
import type {
  JiraGroup,
  JiraHolder,
  JiraLevelMember,
  JiraProject,
  JiraRole,
  JiraScheme,
  JiraUser,
} from './jira-types.ts';
import { once } from './once.ts';
import { groupPrincipal, userPrincipal } from './principals.ts';
import type { Counter } from './run.ts';

/**
 * Rights of a site as its schemes, roles, levels and applications say. Each thing is asked for once; what our account may
 * not read is nobody, counted with its reason.
 */
export interface SiteAccess {
  /** Who holds a permission in a project by its scheme. */
  holders(project: JiraProject, permission: 'BROWSE_PROJECTS' | 'SERVICEDESK_AGENT'): Promise<Resolved>;
  /** Who is in a security level, with the roles and the lead of this project. */
  level(project: JiraProject, level: string): Promise<Resolved>;
  role(project: string, role: string): Promise<readonly Principal[]>;
  /** The id of a role by its name, where a comment gives no other. */
  roleNamed(project: string, name: string): Promise<string | undefined>;
  /** Roles of a project; none where they cannot be read. */
  roleIds(project: string): Promise<readonly string[]>;
  /** Projects asked for in this pass whose scheme our account may not read. */
  closed(): readonly string[];
  /** Whether the scheme of a project can be read. */
  isOpen(project: string): Promise<boolean>;
  /** Live projects that our account sees, by id. */
  projects(): Promise<ReadonlyMap<string, JiraProject>>;
  /** Fields that readers of some level depend on; undefined when levels cannot be read. */
  levelFields(): Promise<readonly string[]>;
}

export interface SiteAccessParts {
  readonly client: JiraClient;
  readonly config: JiraConfig;
  readonly counts: Counter;
  readonly signal: AbortSignal;
}

const NOBODY: Resolved = { members: [], dynamic: [] };

export function createSiteAccess(parts: SiteAccessParts): SiteAccess {
  const { client, config, counts, signal } = parts;
  const projects = once(async () => readProjects(client, signal));
  const applications = once(async () => readApplications(parts));
  const levels = once(async () => readLevels(parts));
  const closed = new Set<string>();
  const scheme = remembered(async (project: string) => {
    const read = await readScheme(parts, project);
    if (read === undefined) closed.add(project);
    return read;
  });
  const account = remembered((name: string) => userNamed(parts, name));
  const role = remembered((key: string) => readRole(parts, key, account));
  const names = remembered((project: string) => readRoleNames(parts, project));
  const roleOf = (project: string, id: string) => role(`${project}/role/${id}`);
  const resolve = (project: JiraProject, holders: readonly JiraHolder[]) =>
    resolveHolders(holders, {
      source: config.id,
      isCloud: client.isCloud,
      role: (id) => roleOf(project.id, id),
      lead: async () => userPrincipal(config.id, client.isCloud, (await projects()).get(project.id)?.lead),
      application: async (key) => (await applications())?.get(key),
      closed: (reason) => counts.add('closed', reason),
    });
  const resolved = new Map<string, Promise<Resolved>>();
  const cached = (key: string, make: () => Promise<Resolved>) => {
    const found = resolved.get(key) ?? make();
    resolved.set(key, found);
    return found;
  };
  return {
    holders: (project, permission) =>
      cached(`${project.id} ${permission}`, async () => {
        const all = await scheme(project.id);
        const grants = (all ?? []).filter((each) => each.permission === permission);
        const holders = grants.flatMap(({ holder }) => holder ?? []);
        return resolve(project, (await isPrivate(project, projects)) ? holders.filter(isNamed) : holders);
      }),
    level: (project, level) =>
      cached(`${project.id} level ${level}`, async () => {
        const stated = config.securityLevels.find((each) => each.level === level);
        const holders = stated ? stated.members.map(statedHolder) : (await levels())?.get(level);
        if (holders) return resolve(project, holders);
        counts.add('closed', 'members of a security level not readable');
        return NOBODY;
      }),
    role: roleOf,
    roleNamed: async (project, name) => (await names(project)).get(name),
    closed: () => [...closed],
    isOpen: async (project) => (await scheme(project)) !== undefined,
    roleIds: async (project) => [...(await names(project)).values()],
    projects,
    levelFields: async () =>
      [...((await levels())?.values() ?? [])]
        .flat()
        .flatMap(({ type, value, parameter }) =>
          type === 'userCustomField' || type === 'groupCustomField' ? [value ?? parameter ?? ''] : [],
        ),
  };
}

/** Team-managed and private: only those who were added, whatever else its scheme seems to say. */
async function isPrivate(
  { id, simplified, style }: JiraProject,
  projects: () => Promise<ReadonlyMap<string, JiraProject>>,
): Promise<boolean> {
  const isTeamManaged = simplified === true || style === 'next-gen';
  return isTeamManaged && (await projects()).get(id)?.isPrivate !== false;
}

function isNamed({ type }: JiraHolder): boolean {
  return type !== 'anyone' && type !== 'applicationRole';
}

function statedHolder(member: string): JiraHolder {
  const [kind = '', ...rest] = member.split(':');
  const of = rest.join(':');
  return { type: kind === 'role' ? 'projectRole' : kind, parameter: of, value: of };
}

function remembered<T>(ask: (key: string) => Promise<T>): (key: string) => Promise<T> {
  const asked = new Map<string, Promise<T>>();
  return (key) => {
    const found = asked.get(key) ?? ask(key);
    asked.set(key, found);
    return found;
  };
}

/** Undefined, counted, when our account may not read it. @throws what ends a run */
async function unlessRefused<T>(
  { counts }: SiteAccessParts,
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

async function readScheme(
  parts: SiteAccessParts,
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

async function readRole(
  parts: SiteAccessParts,
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
async function userNamed(parts: SiteAccessParts, name: string): Promise<JiraUser | undefined> {
  const { client, signal } = parts;
  if (client.isCloud || name === '') return undefined;
  return unlessRefused(parts, 'account of a role not readable', () =>
    client.get<JiraUser>('user', { username: name }, signal),
  );
}

async function readRoleNames(parts: SiteAccessParts, project: string): Promise<ReadonlyMap<string, string>> {
  const { client, signal } = parts;
  const path = `project/${encodeURIComponent(project)}/role`;
  const roles = await unlessRefused(parts, 'project role not readable', () =>
    client.get<Readonly<Record<string, string>>>(path, {}, signal),
  );
  return new Map(
    Object.entries(roles ?? {}).map(([name, address]) => [name, address.split('/').at(-1) ?? '']),
  );
}

async function readProjects(
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

async function readApplications(
  parts: SiteAccessParts,
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
async function readLevels(parts: SiteAccessParts): Promise<Map<string, JiraHolder[]> | undefined> {
  const { client, signal } = parts;
  if (!client.isCloud) return undefined;
  return unlessRefused(parts, 'security levels not readable', async () => {
    const levels = new Map<string, JiraHolder[]>();
    const path = 'issuesecurityschemes/level/member';
    for await (const page of client.pages<JiraLevelMember>(path, { maxResults: 100 }, signal))
      for (const { issueSecurityLevelId: level, holder } of page) {
        if (!level || !holder) continue;
        levels.set(level, [...(levels.get(level) ?? []), holder]);
      }
    return levels;
  });
}

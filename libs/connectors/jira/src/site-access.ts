import type { Principal } from '@fumikura/model';
import { resolveHolders } from './holders.ts';
import type { Resolved } from './holders.ts';
import type { JiraHolder, JiraProject } from './jira-types.ts';
import { once } from './once.ts';
import { userPrincipal } from './principals.ts';
import {
  readApplications,
  readLevels,
  readProjects,
  readRole,
  readRoleNames,
  readScheme,
  userNamed,
} from './site-reads.ts';
import type { SiteParts } from './site-reads.ts';

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
  /** Projects asked for in this pass whose scheme or roles our account may not read. */
  closed(): readonly string[];
  /** Whether the scheme and the roles of a project can be read. */
  isOpen(project: string): Promise<boolean>;
  /** Live projects that our account sees, by id. */
  projects(): Promise<ReadonlyMap<string, JiraProject>>;
  /** Ids of security levels; none where they cannot be read. */
  levels(): Promise<readonly string[]>;
  /** Fields that readers of some level depend on; undefined when levels cannot be read. */
  levelFields(): Promise<readonly string[]>;
}

export function createSiteAccess(parts: SiteParts): SiteAccess {
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
  const names = remembered(async (project: string) => {
    const read = await readRoleNames(parts, project);
    if (read === undefined) closed.add(project);
    return read;
  });
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
        const grants = ((await scheme(project.id)) ?? []).filter((each) => each.permission === permission);
        const holders = grants.flatMap(({ holder }) => holder ?? []);
        const isOpen = holders.every(isNamed) || !(client.isCloud && (await isPrivate(project, projects)));
        return resolve(project, isOpen ? holders : holders.filter(isNamed));
      }),
    level: (project, level) =>
      cached(`${project.id} level ${level}`, async () => {
        const stated = config.securityLevels.find((each) => each.level === level);
        const holders = stated ? stated.members.map(statedHolder) : (await levels())?.get(level);
        if (!holders) counts.add('closed', 'members of a security level not readable');
        return resolve(project, holders ?? []);
      }),
    role: roleOf,
    roleNamed: async (project, name) => (await names(project))?.get(name),
    closed: () => [...closed],
    isOpen: async (project) => (await scheme(project)) !== undefined && (await names(project)) !== undefined,
    roleIds: async (project) => [...((await names(project))?.values() ?? [])],
    projects,
    levels: async () => {
      const stated = config.securityLevels.map(({ level }) => level);
      return [...new Set([...stated, ...((await levels())?.keys() ?? [])])];
    },
    levelFields: async () => [...((await levels())?.values() ?? [])].flat().flatMap(fieldOf),
  };
}

function fieldOf({ type, value, parameter }: JiraHolder): readonly string[] {
  return type === 'userCustomField' || type === 'groupCustomField' ? [value ?? parameter ?? ''] : [];
}

/**
 * Team-managed and private: only those who were added, whatever else its scheme seems to say. Of which kind a project is
 * stands in its issues and in the list of projects; one that neither tells of may be such a one.
 */
async function isPrivate(
  project: JiraProject,
  projects: () => Promise<ReadonlyMap<string, JiraProject>>,
): Promise<boolean> {
  if (isClassic(project)) return false;
  const listed = (await projects()).get(project.id);
  return !(listed && isClassic(listed)) && listed?.isPrivate !== false;
}

function isClassic({ simplified, style }: JiraProject): boolean {
  return simplified === false || style === 'classic';
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

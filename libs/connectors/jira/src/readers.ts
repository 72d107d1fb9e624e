import { documentId } from '@fumikura/model';
import type { Acl, AllowList, AllowListId, Principal, SourceId } from '@fumikura/model';
import type { Change } from '@fumikura/ports';
import { digest, listFor } from './holders.ts';
import { groupPrincipal } from './principals.ts';
import type { JiraIssue, JiraProject, JiraVisibility } from './jira-types.ts';
import type { Run } from './run.ts';

/** One layer of readers: an issue has a list for each, and a reader must be in all of them. */
export type Layer = AllowList;

export function projectOf({ fields }: JiraIssue): JiraProject | undefined {
  const project = fields?.['project'] as JiraProject | null | undefined;
  return project?.id ? project : undefined;
}

/** Browse Projects ∧ the security level, if it has one ∧ the roles it is restricted to, if it is. */
export async function issueLayers(run: Run, issue: JiraIssue): Promise<readonly Layer[]> {
  const project = projectOf(issue);
  if (!project) {
    run.counts.add('closed', 'issue without a project');
    return [nobody(run)];
  }
  const layers = [
    listFor(
      browseId(run, project.id),
      await run.access.holders(project, 'BROWSE_PROJECTS'),
      issue,
      parts(run),
      run.readAt,
    ),
  ];
  const level = levelOf(issue);
  if (level !== undefined)
    layers.push(
      listFor(
        levelId(run, project.id, level),
        await run.access.level(project, level),
        issue,
        parts(run),
        run.readAt,
      ),
    );
  const restricted = await restriction(run, project, issue);
  return restricted ? [...layers, restricted] : layers;
}

/** A level that is there in a shape we do not know is a level that lets in nobody. */
export function levelOf({ fields }: JiraIssue): string | undefined {
  const security = fields?.['security'];
  if (security === null || security === undefined) return undefined;
  const id = (security as { id?: unknown }).id;
  return typeof id === 'string' || typeof id === 'number' ? String(id) : 'unknown';
}

/** Issues of team-managed projects may be for some roles alone. */
async function restriction(
  run: Run,
  project: JiraProject,
  { fields }: JiraIssue,
): Promise<Layer | undefined> {
  const value = fields?.['issuerestriction'] as
    { issuerestrictions?: Record<string, unknown> } | null | undefined;
  const kinds = Object.entries(value?.issuerestrictions ?? {}).filter(
    ([, of]) => !Array.isArray(of) || of.length > 0,
  );
  if (kinds.length === 0) return undefined;
  const roles = kinds.flatMap(([kind, of]) =>
    kind === 'projectrole' && Array.isArray(of)
      ? of.map((each: { id?: unknown }) => String(each?.id ?? ''))
      : [''],
  );
  const members = new Set<Principal>();
  for (const role of roles) {
    if (role === '') run.counts.add('closed', 'unknown restriction of an issue');
    else for (const member of await run.access.role(project.id, role)) members.add(member);
  }
  const id = documentId(run.config.id, `project/${project.id}/restricted/${digest([...roles].sort())}`);
  return { id, members: [...members].sort(), readAt: run.readAt };
}

/** What a comment or worklog is restricted to, beside its issue. */
export async function visibilityLayer(
  run: Run,
  project: JiraProject,
  { type, value, identifier }: JiraVisibility,
): Promise<Layer> {
  const { config, client, access, counts } = run;
  if (type === 'group') {
    const group = groupPrincipal(config.id, client.isCloud, {
      groupId: identifier ?? null,
      name: value ?? null,
    });
    if (group)
      return { id: documentId(config.id, `group/${digest([group])}`), members: [group], readAt: run.readAt };
  }
  if (type === 'role') {
    // The identifier of a role is its name, too.
    const role = await access.roleNamed(project.id, value ?? identifier ?? '');
    if (role) return roleLayer(run, project.id, role);
  }
  counts.add('closed', 'unknown restriction of a comment');
  return nobody(run);
}

/** The actors of a role in one project. */
export async function roleLayer(run: Run, project: string, role: string): Promise<Layer> {
  const id = documentId(run.config.id, `project/${project}/role/${role}`);
  return { id, members: await run.access.role(project, role), readAt: run.readAt };
}

/**
 * Internal comments of service projects: for those who serve. Whom an issue would add by its own fields is left out, so
 * that this is one list that the permission pass can tell again.
 */
export async function agentsLayer(run: Run, project: JiraProject): Promise<Layer> {
  const { members } = await run.access.holders(project, 'SERVICEDESK_AGENT');
  return { id: documentId(run.config.id, `project/${project.id}/agents`), members, readAt: run.readAt };
}

export function levelId({ config }: Pick<Run, 'config'>, project: string, level: string): string {
  return documentId(config.id, `project/${project}/level/${level}`);
}

export function browseId({ config }: Pick<Run, 'config'>, project: string): string {
  return documentId(config.id, `project/${project}/browse`);
}

/** A part keeps its own lists as long as its issue stays in the project; roles of another one say nothing of it. */
export function ownLists(source: SourceId, own: readonly AllowListId[], item: Acl): readonly AllowListId[] {
  const place = (list: string) =>
    list
      .slice(source.length + 1)
      .split('/', 2)
      .join('/');
  const places = new Set(item.allow.map(place));
  return own.map((list) =>
    place(list).startsWith('project/') && !places.has(place(list)) ? documentId(source, 'nobody') : list,
  );
}

function nobody(run: Run): Layer {
  return { id: documentId(run.config.id, 'nobody'), members: [], readAt: run.readAt };
}

function parts({ config, client }: Run): { source: SourceId; isCloud: boolean } {
  return { source: config.id, isCloud: client.isCloud };
}

export function aclOf(layers: readonly Layer[]): Acl {
  return { allow: [...new Set(layers.map(({ id }) => id))] };
}

/** Lists not told yet in this pass. */
export function listChanges(run: Run, layers: readonly Layer[]): Change[] {
  return layers.flatMap((list) => {
    if (run.told.has(list.id)) return [];
    run.told.add(list.id);
    return [{ kind: 'list' as const, list }];
  });
}

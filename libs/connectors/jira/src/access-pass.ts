import { AppError } from '@fumikura/errors';
import type { Change, SyncBatch } from '@fumikura/ports';
import type { AllowList } from '@fumikura/model';
import type { Resolved } from './holders.ts';
import type { JiraIssue, JiraProject } from './jira-types.ts';
import { issueId } from './mapping.ts';
import { agentsLayer, aclOf, browseId, issueLayers, levelId, listChanges, roleLayer } from './readers.ts';
import { isConfigured } from './run.ts';
import type { Run } from './run.ts';
import { idPages, issuePages } from './search.ts';

const BATCH = 1_000;

/**
 * Readers of everything again: schemes, roles and levels change without any issue being touched. The lists of projects
 * come first, so that what they take away is gone with the first batch. Where all issues of a project have its one list
 * their ids are enough; the others are read with the few fields that decide.
 */
export async function* pullAccess(run: Run): AsyncGenerator<SyncBatch> {
  const projects = [...(await run.access.projects()).values()].filter((project) =>
    isConfigured(run.config, project),
  );
  const found: { readonly project: JiraProject; readonly holders: Resolved }[] = [];
  for (const project of projects)
    found.push({ project, holders: await run.access.holders(project, 'BROWSE_PROJECTS') });
  const lists = [...(await projectLists(run, found))];
  yield { changes: listChanges(run, lists), checkpoint: null };
  const fields = await decidingFields(
    run,
    found.map(({ holders }) => holders),
  );
  const plain = found.filter(
    ({ project, holders }) => holders.dynamic.length === 0 && !isTeamManaged(project),
  );
  const rest = found.filter((each) => !plain.includes(each));
  yield* readWhole(
    run,
    rest.map(({ project }) => project),
    [],
    fields,
  );
  yield* readPlain(
    run,
    plain.map(({ project }) => project),
    fields,
  );
  run.counts.tell(run.logger);
}

function isTeamManaged({ simplified, style }: JiraProject): boolean {
  return simplified === true || style === 'next-gen';
}

/**
 * Of each project: who browses it, who is in each level, who serves in it, and the roles that comments may be for. Told
 * whether or not our account still sees an issue of that kind: what is indexed of it names these lists.
 */
async function projectLists(
  run: Run,
  found: readonly { readonly project: JiraProject; readonly holders: Resolved }[],
): Promise<readonly AllowList[]> {
  const { access, config, readAt } = run;
  const lists: AllowList[] = [];
  for (const { project, holders } of found) {
    lists.push({ id: browseId(run, project.id), members: holders.members, readAt });
    for (const level of isTeamManaged(project) ? [] : await access.levels()) {
      const { members } = await access.level(project, level);
      lists.push({ id: levelId(run, project.id, level), members, readAt });
    }
    if (!config.restrictedComments) continue;
    lists.push(await agentsLayer(run, project));
    for (const role of await access.roleIds(project.id)) lists.push(await roleLayer(run, project.id, role));
  }
  return lists;
}

/** What readers depend on, whatever the project. */
async function decidingFields(run: Run, holders: readonly Resolved[]): Promise<readonly string[]> {
  const custom = holders.flatMap(({ dynamic }) =>
    dynamic.flatMap((each) => ('field' in each ? [each.field] : [])),
  );
  const levels = await run.access.levelFields();
  return [
    ...new Set(['project', 'security', 'issuerestriction', 'reporter', 'assignee', ...custom, ...levels]),
  ];
}

/** Issues without a level by their ids; those with one by their fields. */
async function* readPlain(
  run: Run,
  projects: readonly JiraProject[],
  fields: readonly string[],
): AsyncGenerator<SyncBatch> {
  if (projects.length === 0) return;
  try {
    yield* readWhole(run, projects, ['level is not EMPTY'], fields);
  } catch (error) {
    // A site without security levels does not know the field.
    if (!(error instanceof AppError) || error.code !== 'SOURCE_REQUEST_REFUSED') throw error;
    return yield* readWhole(run, projects, [], fields);
  }
  for (const project of projects) {
    const acl = { allow: [browseId(run, project.id)] };
    const where = [`project in ("${project.id}")`, 'level is EMPTY'];
    for await (const { issues } of idPages(run, { by: 'created', where }))
      for (let at = 0; at < issues.length; at += BATCH) {
        const part = issues.slice(at, at + BATCH);
        const changes = part.map(({ id }): Change => ({ kind: 'acl', id: issueId(run.config, id), acl }));
        yield { changes, checkpoint: null };
      }
  }
}

async function* readWhole(
  run: Run,
  projects: readonly JiraProject[],
  where: readonly string[],
  fields: readonly string[],
): AsyncGenerator<SyncBatch> {
  if (projects.length === 0) return;
  const named = `project in (${projects.map(({ id }) => `"${id}"`).join(', ')})`;
  for await (const { issues } of issuePages(run, { by: 'created', where: [named, ...where] }, fields)) {
    const changes: Change[] = [];
    for (const issue of issues) changes.push(...(await readersOf(run, issue)));
    yield { changes, checkpoint: null };
  }
}

async function readersOf(run: Run, issue: JiraIssue): Promise<Change[]> {
  const layers = await issueLayers(run, issue);
  return [
    ...listChanges(run, layers),
    { kind: 'acl', id: issueId(run.config, issue.id), acl: aclOf(layers) },
  ];
}

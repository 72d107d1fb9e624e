import type { SimulatedAnswer, SimulatedRequest } from '../kit/simulator.ts';
import {
  commentAnswer,
  commentsWeSee,
  groupAnswer,
  userAnswer,
  worklogAnswer,
  worklogsWeSee,
} from './answers.ts';
import { roleAnswer, schemeAnswer } from './permission-answers.ts';
import { weSee } from './oracle.ts';
import { ok, refusal } from './replies.ts';
import { page } from './site.ts';
import type { Route, Site } from './site.ts';
import type { JiraWorld } from './world.ts';

/** What Cloud and Data Center have in common. */
export function sharedRoutes(site: Site): Route[] {
  const { world, base, administered } = site;
  return [
    [/^GET myself$/u, () => ok({ ...userAnswer(world, world.ourAccount), timeZone: world.timeZone })],
    [/^GET serverInfo$/u, () => ok(serverInfo(site))],
    [/^GET mypermissions$/u, () => ok({ permissions: rights(world) })],
    [/^GET field$/u, () => ok(fields(world))],
    [/^GET applicationrole$/u, () => site.administer(() => applications(site))],
    [/^GET issue\/([^/]+)\/comment$/u, (request, [id = '']) => comments(site, request, id)],
    [/^GET issue\/([^/]+)\/worklog$/u, (request, [id = '']) => worklogs(site, request, id)],
    [
      /^GET worklog\/deleted$/u,
      ({ url }) => deletedWorklogs(world, Number(url.searchParams.get('since') ?? 0)),
    ],
    [
      /^GET project\/([^/]+)\/permissionscheme$/u,
      (_, [id = '']) => administered(id, (project) => schemeAnswer(world, project)),
    ],
    [
      /^GET project\/([^/]+)\/role$/u,
      (_, [id = '']) => administered(id, () => roleAddresses(world, `${base}/project/${id}/role`)),
    ],
    [
      /^GET project\/([^/]+)\/role\/(\d+)$/u,
      (_, [id = '', role = '']) => administered(id, (project) => roleAnswer(world, project, role)),
    ],
  ];
}

function serverInfo({ world, isCloud }: Site) {
  const deploymentType = isCloud ? 'Cloud' : 'Server';
  return {
    baseUrl: 'https://jira.example.com',
    deploymentType,
    serverTime: new Date(world.now).toISOString(),
  };
}

function rights(world: JiraWorld): object {
  const has = {
    BROWSE_PROJECTS: true,
    ADMINISTER_PROJECTS: [...world.projects.values()].some(({ isOpenToUs }) => isOpenToUs),
    ADMINISTER: world.ourRights.has('ADMINISTER'),
    USER_PICKER: world.ourRights.has('USER_PICKER'),
  };
  return Object.fromEntries(
    Object.entries(has).map(([key, havePermission]) => [key, { id: '1', key, name: key, havePermission }]),
  );
}

function fields(world: JiraWorld) {
  const summary = {
    id: 'summary',
    name: 'Summary',
    custom: false,
    schema: { type: 'string', system: 'summary' },
  };
  const custom = [...world.fields.values()].map(({ id, name, kind }) => ({
    id,
    name,
    custom: true,
    schema: {
      type: kind === 'rich' ? 'string' : kind,
      custom: `com.atlassian.jira.plugin.system.customfieldtypes:${kind === 'rich' ? 'textarea' : kind}`,
      customId: Number(id.slice('customfield_'.length)),
    },
  }));
  return [summary, ...custom];
}

function applications({ world, isCloud }: Site) {
  return [...world.applications].map(([key, groups]) => ({
    key,
    name: key,
    groups: [...groups].map((id) => world.groups.get(id)?.name ?? id),
    ...(isCloud && { groupDetails: [...groups].map((id) => groupAnswer(world, id)) }),
  }));
}

const HIDDEN = refusal(404, 'Issue does not exist or you do not have permission to see it.');

function comments(site: Site, request: SimulatedRequest, id: string): SimulatedAnswer {
  const issue = site.issue(id);
  if (!issue) return HIDDEN;
  const expand = request.url.searchParams.get('expand') ?? '';
  const all = commentsWeSee(site.world, issue).map((each) => commentAnswer(site.world, each, expand));
  const { startAt, maxResults, total, values } = page(request, all, 100);
  return ok({ startAt, maxResults, total, comments: values });
}

function worklogs(site: Site, request: SimulatedRequest, id: string): SimulatedAnswer {
  const issue = site.issue(id);
  if (!issue) return HIDDEN;
  const all = worklogsWeSee(site.world, issue).map((each) => worklogAnswer(site.world, issue, each));
  // Data Center knows no pages of them.
  const { startAt, maxResults, total, values } = page(request, all, site.isCloud ? 5_000 : Infinity);
  return ok({
    startAt,
    maxResults: site.isCloud ? maxResults : total,
    total,
    worklogs: site.isCloud ? values : all,
  });
}

function deletedWorklogs(world: JiraWorld, since: number): SimulatedAnswer {
  const values = [...world.deletedWorklogs]
    .filter(([, at]) => at >= since)
    .map(([id, at]) => ({ worklogId: Number(id), updatedTime: at }));
  return ok({ values, since, until: world.now, lastPage: true });
}

function roleAddresses(world: JiraWorld, address: string): object {
  return Object.fromEntries([...world.roles].map(([role, name]) => [name, `${address}/${role}`]));
}

export function attachment(world: JiraWorld, id: string): SimulatedAnswer | undefined {
  for (const issue of world.issues.values()) {
    const found = issue.attachments.find((each) => each.id === id);
    if (found && weSee(world, issue))
      return { status: 200, headers: { 'content-type': found.mediaType }, body: found.content };
  }
  return undefined;
}

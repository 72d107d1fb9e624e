import { existsSync } from 'node:fs';
import { loadSpecification } from '../kit/specification.ts';
import type { Specification } from '../kit/specification.ts';
import { startSimulator } from '../kit/simulator.ts';
import type { SimulatedAnswer, SimulatedRequest, Simulator } from '../kit/simulator.ts';
import {
  commentAnswer,
  commentsWeSee,
  describedHistory,
  groupAnswer,
  holderAnswer,
  issueAnswer,
  membersAnswer,
  projectAnswer,
  roleAnswer,
  schemeAnswer,
  userAnswer,
  worklogAnswer,
  worklogsWeSee,
} from './answers.ts';
import { ok, refusal } from './replies.ts';
import { createSearch } from './search.ts';
import type { SearchLimits } from './search.ts';
import { weSee } from './oracle.ts';
import type { JiraWorld, SimulatedIssue, SimulatedProject } from './world.ts';

export interface JiraOptions extends Partial<SearchLimits> {
  /** Cloud: the API token of our account; Data Center: its personal access token. */
  readonly token?: string;
  /** Comments and worklogs that come with an issue; default 5. */
  readonly firstPage?: number;
  readonly latencyMs?: number;
  readonly perSecond?: number;
}

type Route = (request: SimulatedRequest, found: readonly string[]) => SimulatedAnswer | undefined;

const MEMBERS_A_PAGE = 50;

/** Jira on loopback, Cloud or Data Center as the world says. */
export async function startJiraSimulator(world: JiraWorld, options: JiraOptions = {}): Promise<Simulator> {
  const { firstPage = 5, token = 'simulated' } = options;
  const isCloud = world.deployment === 'cloud';
  const api = isCloud ? '/rest/api/3/' : '/rest/api/2/';
  const expected = isCloud
    ? `Basic ${Buffer.from(`fumikura@example.com:${token}`).toString('base64')}`
    : `Bearer ${token}`;
  const simulator: Simulator = await startSimulator({
    // The server's clock is that of its world.
    answer: (request) => dated(answer(request)),
    specifications: descriptions(isCloud),
    undescribed: (path) => path.startsWith('/secure/attachment/') || path.startsWith('/media/'),
    ...(options.latencyMs !== undefined && { latencyMs: options.latencyMs }),
    ...(options.perSecond !== undefined && {
      limit: { perSecond: options.perSecond, refusal: () => tooMany(isCloud) },
    }),
  });
  const base = `${simulator.url}${api.slice(0, -1)}`;
  const asked = (fields: readonly string[], expand: readonly string[]) => ({
    fields,
    expand,
    firstPage,
    url: base,
  });
  const search = createSearch(
    world,
    (issue, fields, expand) => issueAnswer(world, issue, asked(fields, expand)),
    options,
  );

  const dated = (given: SimulatedAnswer | undefined) =>
    given && { ...given, headers: { date: new Date(world.now).toUTCString(), ...given.headers } };
  const answer = (request: SimulatedRequest): SimulatedAnswer | undefined => {
    const path = decodeURIComponent(request.url.pathname);
    if (path.startsWith('/media/')) return media(world, request);
    if (request.headers.authorization !== expected)
      return refusal(401, 'Client must be authenticated to access this resource.');
    if (path.startsWith('/secure/attachment/')) return attachment(world, path.split('/')[3] ?? '');
    if (!path.startsWith(api)) return undefined;
    for (const [pattern, route] of routes) {
      const found = pattern.exec(`${request.method} ${path.slice(api.length)}`);
      if (found) return route(request, found.slice(1));
    }
    return undefined;
  };

  const issueOf = (idOrKey: string): SimulatedIssue | undefined => {
    const issue = world.issues.get(idOrKey) ?? byKey(world, idOrKey);
    return issue && weSee(world, issue) ? issue : undefined;
  };
  const projectOf = (idOrKey: string): SimulatedProject | undefined =>
    [...world.projects.values()].find(({ id, key }) => id === idOrKey || key === idOrKey);
  const administered = (idOrKey: string, give: (project: SimulatedProject) => unknown): SimulatedAnswer => {
    const project = projectOf(idOrKey);
    if (!project) return refusal(404, `No project could be found with key '${idOrKey}'.`);
    if (!project.isOpenToUs) return refusal(403, 'You are not authorised to administer this project.');
    return ok(give(project));
  };
  const administer = (give: () => unknown): SimulatedAnswer =>
    world.ourRights.has('ADMINISTER')
      ? ok(give())
      : refusal(403, 'You must have the Administer Jira permission.');
  const browseUsers = (give: () => unknown): SimulatedAnswer =>
    world.ourRights.has('USER_PICKER') ? ok(give()) : refusal(403, 'You are not authorised to browse users.');
  const page = (request: SimulatedRequest, all: readonly unknown[], most: number) => {
    const query = request.url.searchParams;
    const startAt = Number(query.get('startAt') ?? 0);
    const maxResults = Math.min(most, Number(query.get('maxResults') ?? 50));
    return {
      startAt,
      maxResults,
      total: all.length,
      isLast: startAt + maxResults >= all.length,
      values: all.slice(startAt, startAt + maxResults),
    };
  };
  const partsOf = (
    name: 'comments' | 'worklogs',
    request: SimulatedRequest,
    id: string,
    most: number,
  ): SimulatedAnswer => {
    const issue = issueOf(id);
    if (!issue) return refusal(404, 'Issue does not exist or you do not have permission to see it.');
    const expand = request.url.searchParams.get('expand') ?? '';
    const all =
      name === 'comments'
        ? commentsWeSee(world, issue).map((each) => commentAnswer(world, each, expand))
        : worklogsWeSee(world, issue).map((each) => worklogAnswer(world, issue, each));
    const { startAt, maxResults, total, values } = page(request, all, most);
    return ok({ startAt, maxResults, total, [name]: values });
  };
  const rights = () => {
    const has = {
      BROWSE_PROJECTS: true,
      ADMINISTER_PROJECTS: [...world.projects.values()].some(({ isOpenToUs }) => isOpenToUs),
      ADMINISTER: world.ourRights.has('ADMINISTER'),
      USER_PICKER: world.ourRights.has('USER_PICKER'),
    };
    const permissions = Object.entries(has).map(([key, havePermission]) => [
      key,
      { id: '1', key, name: key, havePermission },
    ]);
    return { permissions: Object.fromEntries(permissions) as object };
  };
  const projectsWeSee = () =>
    [...world.projects.values()].filter(
      (project) =>
        !project.isArchived &&
        (project.isOpenToUs ||
          [...world.issues.values()].some((each) => each.project === project.id && weSee(world, each))),
    );
  const fieldsAnswer = () => [
    { id: 'summary', name: 'Summary', custom: false, schema: { type: 'string', system: 'summary' } },
    ...[...world.fields.values()].map(({ id, name, kind }) => ({
      id,
      name,
      custom: true,
      schema: {
        type: kind === 'rich' ? 'string' : kind,
        custom: `com.atlassian.jira.plugin.system.customfieldtypes:${kind === 'rich' ? 'textarea' : kind}`,
        customId: Number(id.slice(12)),
      },
    })),
  ];

  const shared: [RegExp, Route][] = [
    [/^GET myself$/u, () => ok({ ...userAnswer(world, world.ourAccount), timeZone: world.timeZone })],
    [
      /^GET serverInfo$/u,
      () =>
        ok({
          baseUrl: 'https://jira.example.com',
          deploymentType: isCloud ? 'Cloud' : 'Server',
          serverTime: new Date(world.now).toISOString(),
        }),
    ],
    [/^GET mypermissions$/u, () => ok(rights())],
    [/^GET field$/u, () => ok(fieldsAnswer())],
    [
      /^GET applicationrole$/u,
      () =>
        administer(() =>
          [...world.applications].map(([key, groups]) => ({
            key,
            name: key,
            groups: [...groups].map((id) => world.groups.get(id)?.name ?? id),
            ...(isCloud && { groupDetails: [...groups].map((id) => groupAnswer(world, id)) }),
          })),
        ),
    ],
    [/^GET issue\/([^/]+)\/comment$/u, (request, [id = '']) => partsOf('comments', request, id, 100)],
    [/^GET issue\/([^/]+)\/worklog$/u, (request, [id = '']) => partsOf('worklogs', request, id, 5_000)],
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
      (_, [id = '']) =>
        administered(
          id,
          () =>
            Object.fromEntries(
              [...world.roles].map(([role, name]) => [name, `${base}/project/${id}/role/${role}`]),
            ) as object,
        ),
    ],
    [
      /^GET project\/([^/]+)\/role\/(\d+)$/u,
      (_, [id = '', role = '']) => administered(id, (project) => roleAnswer(world, project, role)),
    ],
  ];
  const cloud: [RegExp, Route][] = [
    [
      /^(?:GET|POST) search$/u,
      () =>
        refusal(410, 'The requested API has been removed. Please migrate to the /rest/api/3/search/jql API.'),
    ],
    [/^POST search\/jql$/u, ({ body }) => search.byToken(body)],
    [/^POST search\/approximate-count$/u, ({ body }) => search.count(body)],
    [
      /^POST permissions\/project$/u,
      () =>
        ok({
          projects: [...world.projects.values()]
            .filter(({ isOpenToUs, isArchived }) => isOpenToUs && !isArchived)
            .map(({ id, key }) => ({ id: Number(id), key })),
        }),
    ],
    [
      /^POST issue\/bulkfetch$/u,
      ({ body }) => bulkFetch(body as { issueIdsOrKeys: string[]; fields?: string[] }),
    ],
    [
      /^POST changelog\/bulkfetch$/u,
      ({ body }) =>
        changelogs(
          body as {
            issueIdsOrKeys: string[];
            fieldIds?: string[];
            maxResults?: number;
            nextPageToken?: string;
          },
        ),
    ],
    [
      /^GET project\/search$/u,
      (request) =>
        ok(
          page(
            request,
            projectsWeSee().map((each) => projectAnswer(world, each)),
            100,
          ),
        ),
    ],
    [
      /^GET issuesecurityschemes\/level\/member$/u,
      (request) =>
        administer(() => {
          const all = [...world.levels.values()].flatMap(({ id, scheme, holders }) =>
            holders.map((holder, index) => ({
              id: `${id}${index}`,
              issueSecurityLevelId: id,
              issueSecuritySchemeId: scheme,
              holder: holderAnswer(world, holder),
            })),
          );
          return page(request, all, 100);
        }),
    ],
    [
      /^GET users\/search$/u,
      (request) =>
        browseUsers(
          () =>
            page(
              request,
              [...world.users.keys()].map((id) => userAnswer(world, id)),
              1_000,
            ).values,
        ),
    ],
    [
      /^GET group\/bulk$/u,
      (request) =>
        browseUsers(() =>
          page(
            request,
            [...world.groups.values()].map(({ id, name }) => ({ groupId: id, name })),
            50,
          ),
        ),
    ],
    [
      /^GET group\/member$/u,
      (request) =>
        browseUsers(() =>
          page(
            request,
            membersAnswer(world, request.url.searchParams.get('groupId') ?? '').map(({ id }) =>
              userAnswer(world, id),
            ),
            MEMBERS_A_PAGE,
          ),
        ),
    ],
    [
      /^GET attachment\/content\/(\d+)$/u,
      (_, [id = '']) => {
        const found = attachment(world, id);
        // Another host, as in the real service: what is carried along there is not ours to give.
        return (
          found && {
            status: 303,
            headers: { location: `${simulator.url.replace('127.0.0.1', 'localhost')}/media/${id}?token=x` },
          }
        );
      },
    ],
  ];
  const dataCenter: [RegExp, Route][] = [
    [/^POST search$/u, ({ body }) => search.byOffset(body)],
    [/^GET project$/u, () => ok(projectsWeSee().map((each) => projectAnswer(world, each)))],
    [
      /^GET user$/u,
      ({ url }) => {
        const user = [...world.users.values()].find(({ name }) => name === url.searchParams.get('username'));
        return user ? ok(userAnswer(world, user.id)) : refusal(404, 'The user does not exist');
      },
    ],
    [
      /^GET user\/list$/u,
      ({ url }) =>
        administer(() => {
          const cursor = Number(url.searchParams.get('cursor') ?? 0);
          const size = Math.min(1_000, Number(url.searchParams.get('maxResults') ?? 50));
          const values = [...world.users.keys()]
            .slice(cursor, cursor + size)
            .map((id) => userAnswer(world, id));
          const isLast = cursor + size >= world.users.size;
          return { maxResults: size, isLast, values, ...(!isLast && { nextCursor: String(cursor + size) }) };
        }),
    ],
    [
      /^GET groups\/picker$/u,
      ({ url }) => {
        const groups = [...world.groups.values()].map(({ name }) => ({ name, html: name }));
        return ok({
          header: `Showing ${groups.length}`,
          total: groups.length,
          groups: groups.slice(0, Number(url.searchParams.get('maxResults') ?? 20)),
        });
      },
    ],
    [
      /^GET group\/member$/u,
      (request) =>
        browseUsers(() =>
          page(
            request,
            membersAnswer(world, request.url.searchParams.get('groupname') ?? '').map(({ id }) =>
              userAnswer(world, id),
            ),
            MEMBERS_A_PAGE,
          ),
        ),
    ],
  ];
  const routes = [...shared, ...(isCloud ? cloud : dataCenter)];

  const bulkFetch = ({
    issueIdsOrKeys,
    fields = [],
  }: {
    issueIdsOrKeys: string[];
    fields?: string[];
  }): SimulatedAnswer => {
    if (issueIdsOrKeys.length > 100) return refusal(400, 'At most 100 issues.');
    const found = [...new Set(issueIdsOrKeys.map(issueOf))];
    const errors = issueIdsOrKeys.filter((id) => !issueOf(id));
    return ok({
      // In the order of ids, not as asked.
      issues: found
        .flatMap((each) => (each ? [issueAnswer(world, each, asked(fields, []))] : []))
        .sort((a, b) => Number(a.id) - Number(b.id)),
      issueErrors: errors.map((id) => ({
        id,
        errorMessage: 'Issue does not exist or you do not have permission to see it.',
      })),
    });
  };
  const changelogs = ({
    issueIdsOrKeys,
    fieldIds,
    maxResults = 1_000,
    nextPageToken,
  }: {
    issueIdsOrKeys: string[];
    fieldIds?: string[];
    maxResults?: number;
    nextPageToken?: string;
  }): SimulatedAnswer => {
    if (issueIdsOrKeys.length > 1_000) return refusal(400, 'At most 1000 issues.');
    const from = Number(nextPageToken ?? 0);
    const all = issueIdsOrKeys.flatMap((id) => {
      const issue = issueOf(id);
      const histories = issue ? describedHistory(world, issue) : [];
      return histories
        .filter(({ items }) => !fieldIds || items.some((item) => fieldIds.includes(String(item.fieldId))))
        .map((history) => ({ issueId: id, history }));
    });
    const part = all.slice(from, from + maxResults);
    const groups = Map.groupBy(part, ({ issueId }) => issueId);
    return ok({
      issueChangeLogs: [...groups].map(([issueId, each]) => ({
        issueId,
        changeHistories: each.map(({ history }) => history),
      })),
      ...(from + maxResults < all.length && { nextPageToken: String(from + maxResults) }),
    });
  };
  return simulator;
}

function byKey(world: JiraWorld, key: string): SimulatedIssue | undefined {
  const found = [...world.issues.values()].find((each) => each.key === key);
  return found ?? world.issues.get(world.oldKeys.get(key) ?? '');
}

function deletedWorklogs(world: JiraWorld, since: number): SimulatedAnswer {
  const values = [...world.deletedWorklogs]
    .filter(([, at]) => at >= since)
    .map(([id, at]) => ({ worklogId: Number(id), updatedTime: at }));
  return ok({ values, since, until: world.now, lastPage: true });
}

function attachment(world: JiraWorld, id: string): SimulatedAnswer | undefined {
  for (const issue of world.issues.values()) {
    const found = issue.attachments.find((each) => each.id === id);
    if (found && weSee(world, issue))
      return { status: 200, headers: { 'content-type': found.mediaType }, body: found.content };
  }
  return undefined;
}

/** Preauthorised: a token beside it is a mistake that the real service punishes. */
function media(world: JiraWorld, { url, headers }: SimulatedRequest): SimulatedAnswer | undefined {
  if (headers.authorization) return refusal(401, 'Unauthorized');
  return attachment(world, url.pathname.split('/')[2] ?? '');
}

function tooMany(isCloud: boolean): SimulatedAnswer {
  const headers: Record<string, string> = isCloud
    ? { 'retry-after': '1', 'ratelimit-reason': 'jira-burst-based' }
    : {
        'retry-after': '1',
        'x-ratelimit-limit': '100',
        'x-ratelimit-remaining': '0',
        'x-ratelimit-fillrate': '10',
        'x-ratelimit-interval-seconds': '1',
      };
  return { ...refusal(429, 'Rate limit exceeded.'), headers };
}

/**
 * The description of Data Center says one object where the service answers lists and pages, and calls the value of every
 * property text; answers of those operations are not judged by it.
 */
const MISDESCRIBED = /\/(?:project|user\/list|group\/member|field|applicationrole|comment|search)$/u;

function descriptions(isCloud: boolean): Specification[] {
  const name = isCloud ? 'jira-cloud-v3.json' : 'jira-dc.json';
  const file = new URL(`../../../../shared/specs/${name}`, import.meta.url);
  if (!existsSync(file)) return [];
  if (isCloud) return [loadSpecification(file, { lenient: ['format'] })];
  const described = loadSpecification(file, { basePath: '/rest', lenient: ['format'] });
  return [
    {
      find: (method, path) => {
        const found = described.find(method, path);
        return found && MISDESCRIBED.test(path) ? { ...found, checkAnswer: () => [] } : found;
      },
    },
  ];
}

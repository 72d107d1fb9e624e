import type { SimulatedAnswer } from '../kit/simulator.ts';
import { describedHistory, projectAnswer, userAnswer } from './answers.ts';
import { holderAnswer, membersAnswer } from './permission-answers.ts';
import { judge } from './oracle.ts';
import { ok, refusal } from './replies.ts';
import { attachment } from './routes.ts';
import { page } from './site.ts';
import type { Route, Site } from './site.ts';
import type { JiraWorld } from './world.ts';

const REMOVED = 'The requested API has been removed. Please migrate to the /rest/api/3/search/jql API.';
export const MEMBERS_A_PAGE = 50;

/** `mediaUrl` is where files lie: another host, as in the real service. */
export function cloudRoutes(site: Site, mediaUrl: () => string): Route[] {
  const { world, search, browseUsers } = site;
  const users = (ids: Iterable<string>) => [...ids].map((id) => userAnswer(world, id));
  return [
    [/^(?:GET|POST) search$/u, () => refusal(410, REMOVED)],
    [/^POST search\/jql$/u, ({ body }) => search.byToken(body)],
    [/^POST search\/approximate-count$/u, ({ body }) => search.count(body)],
    [/^POST issue\/bulkfetch$/u, ({ body }) => bulkFetch(site, body as BulkFetch)],
    [/^POST changelog\/bulkfetch$/u, ({ body }) => changelogs(site, body as Changelogs)],
    [/^POST permissions\/check$/u, ({ body }) => checkPermissions(site, body as PermissionCheck)],
    [/^POST permissions\/project$/u, () => ok({ projects: administrable(world) })],
    [
      /^GET project\/search$/u,
      (request) =>
        ok(
          page(
            request,
            site.projects().map((each) => projectAnswer(world, each)),
            100,
          ),
        ),
    ],
    [
      /^GET issuesecurityschemes\/level$/u,
      (request) => site.administer(() => page(request, levels(world), 100)),
    ],
    [
      /^GET issuesecurityschemes\/level\/member$/u,
      (request) => site.administer(() => page(request, levelMembers(world), 100)),
    ],
    [
      /^GET users\/search$/u,
      (request) => browseUsers(() => page(request, users(world.users.keys()), 1_000).values),
    ],
    [/^GET group\/bulk$/u, (request) => browseUsers(() => page(request, groups(world), 50))],
    [
      /^GET group\/member$/u,
      (request) =>
        browseUsers(() => {
          const members = membersAnswer(world, request.url.searchParams.get('groupId') ?? '');
          return page(request, users(members.map(({ id }) => id)), MEMBERS_A_PAGE);
        }),
    ],
    [
      /^GET attachment\/content\/(\d+)$/u,
      (_, [id = '']) =>
        attachment(world, id) && { status: 303, headers: { location: `${mediaUrl()}/${id}?token=x` } },
    ],
  ];
}

interface PermissionCheck {
  readonly accountId?: string;
  readonly projectPermissions?: readonly {
    readonly permissions: readonly string[];
    readonly issues?: readonly number[];
  }[];
}

/** About others an administrator alone may ask; what is not there is left out. */
function checkPermissions(
  { world, administer }: Site,
  { accountId, projectPermissions = [] }: PermissionCheck,
) {
  return administer(() => ({
    globalPermissions: [],
    projectPermissions: projectPermissions.flatMap(({ permissions, issues = [] }) =>
      permissions.map((permission) => ({
        permission,
        projects: [],
        issues: issues.filter((id) => judge(world, accountId, `issue/${id}`).mayRead),
      })),
    ),
  }));
}

function administrable(world: JiraWorld) {
  return [...world.projects.values()]
    .filter(({ isOpenToUs, isArchived }) => isOpenToUs && !isArchived)
    .map(({ id, key }) => ({ id: Number(id), key }));
}

function groups(world: JiraWorld) {
  return [...world.groups.values()].map(({ id, name }) => ({ groupId: id, name }));
}

function levels(world: JiraWorld) {
  return [...world.levels.values()].map(({ id, scheme, name }) => ({
    id,
    name,
    issueSecuritySchemeId: scheme,
  }));
}

function levelMembers(world: JiraWorld) {
  return [...world.levels.values()].flatMap(({ id, scheme, holders }) =>
    holders.map((holder, index) => ({
      id: `${id}${index}`,
      issueSecurityLevelId: id,
      issueSecuritySchemeId: scheme,
      holder: holderAnswer(world, holder),
    })),
  );
}

interface BulkFetch {
  readonly issueIdsOrKeys: readonly string[];
  readonly fields?: readonly string[];
}

/** In the order of ids, not as asked. */
function bulkFetch(site: Site, { issueIdsOrKeys, fields = [] }: BulkFetch): SimulatedAnswer {
  if (issueIdsOrKeys.length > 100) return refusal(400, 'At most 100 issues.');
  const found = [...new Set(issueIdsOrKeys.map(site.issue))].flatMap((each) => each ?? []);
  const errorMessage = 'Issue does not exist or you do not have permission to see it.';
  return ok({
    issues: found.map((each) => site.shown(each, fields)).sort((a, b) => Number(a.id) - Number(b.id)),
    issueErrors: issueIdsOrKeys.filter((id) => !site.issue(id)).map((id) => ({ id, errorMessage })),
  });
}

interface Changelogs {
  readonly issueIdsOrKeys: readonly string[];
  readonly fieldIds?: readonly string[];
  readonly maxResults?: number;
  readonly nextPageToken?: string;
}

function changelogs(site: Site, body: Changelogs): SimulatedAnswer {
  const { issueIdsOrKeys, fieldIds, maxResults = 1_000, nextPageToken } = body;
  if (issueIdsOrKeys.length > 1_000) return refusal(400, 'At most 1000 issues.');
  const from = Number(nextPageToken ?? 0);
  const all = issueIdsOrKeys.flatMap((issueId) => {
    const issue = site.issue(issueId);
    return (issue ? describedHistory(site.world, issue) : [])
      .filter(({ items }) => !fieldIds || items.some((item) => fieldIds.includes(String(item.fieldId))))
      .map((history) => ({ issueId, history }));
  });
  const part = Map.groupBy(all.slice(from, from + maxResults), ({ issueId }) => issueId);
  return ok({
    issueChangeLogs: [...part].map(([issueId, each]) => ({
      issueId,
      changeHistories: each.map(({ history }) => history),
    })),
    ...(from + maxResults < all.length && { nextPageToken: String(from + maxResults) }),
  });
}

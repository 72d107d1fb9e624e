import { projectAnswer, userAnswer } from './answers.ts';
import { membersAnswer } from './permission-answers.ts';
import { ok, refusal } from './replies.ts';
import { MEMBERS_A_PAGE } from './routes-cloud.ts';
import { page } from './site.ts';
import type { Route, Site } from './site.ts';
import type { JiraWorld } from './world.ts';

export function dataCenterRoutes(site: Site): Route[] {
  const { world, search, browseUsers } = site;
  return [
    [/^POST search$/u, ({ body }) => search.byOffset(body)],
    [/^GET project$/u, () => ok(site.projects().map((each) => projectAnswer(world, each)))],
    [/^GET user$/u, ({ url }) => userNamed(world, url.searchParams.get('username') ?? '')],
    [/^GET user\/list$/u, ({ url }) => site.administer(() => userPage(world, url.searchParams))],
    [
      /^GET groups\/picker$/u,
      ({ url }) => ok(groups(world, Number(url.searchParams.get('maxResults') ?? 20))),
    ],
    [
      /^GET group\/member$/u,
      (request) =>
        browseUsers(() => {
          const members = membersAnswer(world, request.url.searchParams.get('groupname') ?? '');
          return page(
            request,
            members.map(({ id }) => userAnswer(world, id)),
            MEMBERS_A_PAGE,
          );
        }),
    ],
  ];
}

function userNamed(world: JiraWorld, username: string) {
  const user = [...world.users.values()].find(({ name }) => name === username);
  return user ? ok(userAnswer(world, user.id)) : refusal(404, 'The user does not exist');
}

function userPage(world: JiraWorld, query: URLSearchParams) {
  const cursor = Number(query.get('cursor') ?? 0);
  const size = Math.min(1_000, Number(query.get('maxResults') ?? 50));
  const values = [...world.users.keys()].slice(cursor, cursor + size).map((id) => userAnswer(world, id));
  const isLast = cursor + size >= world.users.size;
  return { maxResults: size, isLast, values, ...(!isLast && { nextCursor: String(cursor + size) }) };
}

function groups(world: JiraWorld, most: number) {
  const all = [...world.groups.values()].map(({ name }) => ({ name, html: name }));
  return { header: `Showing ${all.length}`, total: all.length, groups: all.slice(0, most) };
}

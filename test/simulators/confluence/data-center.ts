import type { SimulatedAnswer, SimulatedRequest } from '../kit/simulator.ts';
import { groupAnswer, restrictionAnswer, userAnswer } from './answers.ts';
import { attachmentContent, dcContent } from './data-center-answers.ts';
import { mayReadSpace } from './oracle.ts';
import { isAnswer, part, refusal } from './paging.ts';
import { search } from './search.ts';
import type { Site } from './server.ts';
import type { ConfluenceWorld, SimulatedContent, SimulatedSpace } from './world.ts';

/** Everything is v1; names of groups are their identities, people have keys. */
export function answerDataCenter(
  site: Site,
  path: string,
  { url, method }: SimulatedRequest,
): SimulatedAnswer | undefined {
  const { world } = site;
  if (method !== 'GET') return refusal(405, 'Method not allowed');
  if (path.startsWith('/download/attachments/')) return download(site, path.split('/')[4] ?? '');
  const [what = '', id = '', ...rest] = decodeURIComponent(path.slice('/rest/api/'.length)).split('/');
  const route = [what, id, ...rest].filter(Boolean).join('/');
  switch (route) {
    case 'server-information':
      return ok({
        version: world.version,
        buildNumber: 9_012,
        baseUrl: site.url(),
        buildDate: '',
        marketplaceBuildNumber: 1,
      });
    case 'user/current':
      return ok(userAnswer(world, world.account));
    case 'permissions/anonymous':
      return ok(world.isAnonymousAllowed ? [granted({ type: 'anonymous' }, 'use', 'application')] : []);
    case 'admin/users/list/active':
      return started(
        site,
        url,
        licensed(world).map((user) => userAnswer(world, user)),
      );
    case 'space':
      return started(site, url, visibleSpaces(world).filter(fits(url)).map(spaceOf));
    case 'group':
      return started(
        site,
        url,
        [...world.groups.keys()].map((group) => groupAnswer(world, group)),
      );
    case 'content':
      return started(
        site,
        url,
        byIds(site, url).map((each) => dcContent(site, each, url.searchParams.get('expand') ?? '')),
      );
    case 'content/scan':
      return scan(site, url);
    case 'content/search':
      return search(site, url);
    default:
      return deeper(site, what, id, rest, url);
  }
}

function deeper(
  site: Site,
  what: string,
  id: string,
  rest: readonly string[],
  url: URL,
): SimulatedAnswer | undefined {
  const { world } = site;
  if (what === 'space') return spacePermissions(world, id, rest);
  if (what === 'group') return groupMembers(site, id, rest[0], url);
  const content = world.content.get(id);
  const container =
    content ??
    world.content.get(world.comments.get(id)?.container ?? world.attachments.get(id)?.container ?? '');
  if (what !== 'content' || !container || !site.isVisible(container)) return undefined;
  if (rest.length === 0) return ok(dcContent(site, id, url.searchParams.get('expand') ?? ''));
  if (rest.join('/') === 'child/attachment') {
    const files = [...world.attachments.values()].filter((file) => file.container === id);
    return started(
      site,
      url,
      files.map((file) => attachmentContent(site, file, url.searchParams.get('expand') ?? '')),
    );
  }
  if (rest.join('/') !== 'restriction/byOperation/read' || !content) return undefined;
  const limit = Math.min(site.options.memberPage, Number(url.searchParams.get('limit') ?? 100));
  return ok(restrictionAnswer(world, content.restriction, Number(url.searchParams.get('start') ?? 0), limit));
}

function licensed(world: ConfluenceWorld): string[] {
  const inside = (group: string, user: string, seen: readonly string[]): boolean => {
    const members = world.groups.get(group)?.members;
    if (!members || seen.includes(group)) return false;
    return members.has(user) || [...members].some((member) => inside(member, user, [...seen, group]));
  };
  const open = [...world.groups.values()].filter(({ givesAccess }) => givesAccess).map(({ id }) => id);
  return [...world.users.values()]
    .filter(({ id, isActive }) => isActive && open.some((group) => inside(group, id, [])))
    .map(({ id }) => id);
}

function visibleSpaces(world: ConfluenceWorld): SimulatedSpace[] {
  return [...world.spaces.values()].filter((space) => mayReadSpace(world, space, world.account));
}

function fits({ searchParams }: URL) {
  const [type, status] = [searchParams.get('type'), searchParams.get('status')];
  return (space: SimulatedSpace) =>
    (type === null || (type === 'personal') === space.isPersonal) &&
    (status === null || status === space.status);
}

function spaceOf(space: SimulatedSpace) {
  const { id, key, name, isPersonal, status } = space;
  return {
    id: Number(id),
    key,
    name,
    type: isPersonal ? 'personal' : 'global',
    status,
    _links: { webui: `/display/${key}` },
  };
}

function spacePermissions(
  world: ConfluenceWorld,
  key: string,
  [what, who]: readonly string[],
): SimulatedAnswer | undefined {
  const space = visibleSpaces(world).find((each) => each.key === key);
  if (!space || what !== 'permissions') return undefined;
  if (space.arePermissionsHidden) return refusal(403, 'Not permitted to see the permissions of this space');
  const told = space.grants.filter(({ to }) => (to.kind === 'class') === (who === 'anonymous'));
  return ok(
    told.map(({ to, canRead }) => {
      const subject =
        to.kind === 'user'
          ? { type: 'user', displayName: world.users.get(to.id)?.name, userKey: to.id }
          : to.kind === 'group'
            ? { type: 'group', displayName: to.id, name: to.id }
            : { type: 'anonymous' };
      return {
        ...granted(subject, canRead ? 'read' : 'create', canRead ? 'space' : 'comment'),
        spaceKey: key,
        spaceId: Number(space.id),
      };
    }),
  );
}

function granted(subject: object, operationKey: string, targetType: string) {
  return { subject, operation: { operationKey, targetType } };
}

function groupMembers(
  site: Site,
  id: string,
  what: string | undefined,
  url: URL,
): SimulatedAnswer | undefined {
  const { world } = site;
  const group = world.groups.get(id);
  if (!group || (what !== 'member' && what !== 'groupmember')) return undefined;
  if (group.isHidden) return refusal(403, 'Not permitted');
  const isUser = what === 'member';
  const members = [...group.members].filter(
    (member) => world.users.has(member) === isUser && (isUser || world.groups.has(member)),
  );
  return started(
    site,
    url,
    members.map((each) => (isUser ? userAnswer(world, each) : groupAnswer(world, each))),
  );
}

/** Of any type that our account is shown. */
function byIds(site: Site, { searchParams }: URL): string[] {
  const wanted = searchParams.getAll('ids').flatMap((value) => value.split(','));
  const statuses = searchParams.getAll('status').flatMap((value) => value.split(','));
  const shown = statuses.length > 0 ? statuses : ['current'];
  return wanted.filter((id) => {
    const { world } = site;
    const content: SimulatedContent | undefined =
      world.content.get(id) ??
      world.content.get(world.comments.get(id)?.container ?? world.attachments.get(id)?.container ?? '');
    return content !== undefined && shown.includes(content.status) && site.isVisible(content);
  });
}

function scan(site: Site, url: URL): SimulatedAnswer {
  const { world, options, cursors } = site;
  const type = url.searchParams.get('type') ?? 'page';
  const expand = url.searchParams.get('expand') ?? '';
  const statuses = (url.searchParams.get('status') ?? 'current').split(',');
  const isShown = (content: SimulatedContent | undefined) =>
    content !== undefined && statuses.includes(content.status) && site.isVisible(content);
  const ids =
    type === 'comment'
      ? [...world.comments.values()]
          .filter(({ container }) => isShown(world.content.get(container)))
          .map(({ id }) => id)
      : [...world.content.values()].filter((each) => each.kind === type && isShown(each)).map(({ id }) => id);
  ids.sort((a, b) => Number(a) - Number(b));
  const taken = part(ids, url, cursors, {
    most: Math.min(100, options.pageSize),
    isRagged: options.isRagged,
  });
  if (isAnswer(taken)) return taken;
  const next = taken.next && `/rest/api/content/scan${taken.next}`;
  return ok({
    results: taken.items.map((id) => dcContent(site, id, expand)),
    limit: taken.items.length,
    cursor: url.searchParams.get('cursor') ?? '',
    ...(taken.next && { nextCursor: new URLSearchParams(taken.next).get('cursor') }),
    _links: {
      base: `${site.url()}${options.contextPath}`,
      context: options.contextPath,
      ...(next && { next }),
    },
  });
}

function download({ world }: Site, id: string): SimulatedAnswer | undefined {
  const file = world.attachments.get(id);
  return file && { status: 200, body: file.bytes, headers: { 'content-type': file.mediaType } };
}

function started(site: Site, url: URL, all: readonly unknown[]): SimulatedAnswer {
  const start = Number(url.searchParams.get('start') ?? 0);
  const limit = Math.min(100, Number(url.searchParams.get('limit') ?? 25));
  const results = all.slice(start, start + limit);
  const after = new URLSearchParams(url.searchParams);
  after.set('start', String(start + limit));
  const next = `${url.pathname.slice(site.options.contextPath.length)}?${after}`;
  return ok({
    results,
    start,
    limit,
    size: results.length,
    _links: {
      base: `${site.url()}${site.options.contextPath}`,
      ...(start + limit < all.length && { next }),
    },
  });
}

function ok(body: unknown): SimulatedAnswer {
  return { status: 200, body };
}

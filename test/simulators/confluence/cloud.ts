import type { SimulatedAnswer, SimulatedRequest } from '../kit/simulator.ts';
import {
  attachmentAnswer,
  commentAnswer,
  contentAnswer,
  groupAnswer,
  restrictionAnswer,
  spaceAnswer,
  userAnswer,
} from './answers.ts';
import { judge } from './oracle.ts';
import { isAnswer, part, refusal } from './paging.ts';
import { search } from './search.ts';
import type { Site } from './server.ts';
import type { ConfluenceWorld, SimulatedContent, SimulatedSpace } from './world.ts';

const V2 = '/wiki/api/v2';
const V1 = '/wiki/rest/api';
const PERMISSION_CHECK = /^\/wiki\/rest\/api\/content\/([^/]+)\/permission\/check$/u;

export function answerCloud(
  site: Site,
  path: string,
  request: SimulatedRequest,
): SimulatedAnswer | undefined {
  if (request.method === 'POST' && path === `${V2}/users-bulk`) return usersBulk(site, request);
  const asked = PERMISSION_CHECK.exec(path);
  if (request.method === 'POST' && asked) return permissionCheck(site, asked[1] ?? '', request);
  if (request.method !== 'GET') return refusal(405, 'Method not allowed');
  if (path.startsWith(`${V2}/`)) return second(site, path.slice(V2.length + 1).split('/'), request.url);
  if (path.startsWith(`${V1}/`)) return first(site, path.slice(V1.length + 1).split('/'), request.url);
  return undefined;
}

/** About others an administrator alone may ask. */
function permissionCheck(
  { world }: Site,
  id: string,
  { body }: SimulatedRequest,
): SimulatedAnswer | undefined {
  const { subject, operation } = body as {
    readonly subject?: { readonly type?: string; readonly identifier?: string };
    readonly operation?: string;
  };
  if (!world.mayAskAboutOthers) return refusal(403, 'Not permitted to check permissions of others');
  if (operation !== 'read' || subject?.type !== 'user') return refusal(400, 'Invalid subject or operation');
  const container = world.attachments.get(id)?.container ?? world.comments.get(id)?.container ?? id;
  if (!world.content.has(container)) return undefined;
  const hasPermission = judge(world, subject.identifier, container).mayRead;
  return ok({ hasPermission, errors: [], _links: {} });
}

/** Fewer may come than were asked for: who has left is not told. */
function usersBulk({ world }: Site, { body }: SimulatedRequest): SimulatedAnswer {
  const { accountIds } = body as { readonly accountIds: readonly string[] };
  const known = accountIds.filter((id) => world.users.get(id)?.isActive);
  return ok({ results: known.map((id) => userAnswer(world, id)).map(({ type: _type, ...user }) => user) });
}

function second(site: Site, [what = '', id, more]: readonly string[], url: URL): SimulatedAnswer | undefined {
  const { world } = site;
  const format = url.searchParams.get('body-format');
  if (what === 'space-role-mode') return world.mode === 'PRE_ROLES' ? undefined : ok({ mode: world.mode });
  if (what === 'space-roles') return world.mode === 'PRE_ROLES' ? undefined : listed(site, url, ROLES);
  if (what === 'spaces') return spaces(site, id, more, url);
  if (id !== undefined) return single(site, what, id, format);
  switch (what) {
    case 'pages':
    case 'blogposts': {
      const kind = what === 'pages' ? 'page' : 'blogpost';
      const all = contents(site, url).filter((each) => each.kind === kind);
      return listed(site, url, all, (each) => contentAnswer(world, each, format));
    }
    case 'attachments':
      return listed(site, url, sorted([...world.attachments.values()].filter(inVisible(site)), url), (each) =>
        attachmentAnswer(world, each),
      );
    case 'footer-comments':
    case 'inline-comments': {
      const comments = [...world.comments.values()].filter(({ location }) => what.startsWith(location));
      return listed(site, url, sorted(comments.filter(inVisible(site)), url), (each) =>
        commentAnswer(world, each, format),
      );
    }
    default:
      return undefined;
  }
}

function single(site: Site, what: string, id: string, format: string | null): SimulatedAnswer | undefined {
  const { world } = site;
  const attachment = world.attachments.get(id);
  if (what === 'attachments')
    return attachment && inVisible(site)(attachment) ? ok(attachmentAnswer(world, attachment)) : undefined;
  const comment = world.comments.get(id);
  if (what === 'footer-comments' || what === 'inline-comments')
    return comment && what.startsWith(comment.location) && inVisible(site)(comment)
      ? ok(commentAnswer(world, comment, format))
      : undefined;
  const content = world.content.get(id);
  if (!content || `${content.kind}s` !== what || !site.isVisible(content) || content.isUnreachable)
    return undefined;
  return ok({
    ...contentAnswer(world, content, format),
    ...(content.kind !== 'page' && { type: content.kind }),
  });
}

/** Pages and posts by id, space and status. The default shows archived ones too. */
function contents(site: Site, { searchParams }: URL): SimulatedContent[] {
  const values = (name: string) => searchParams.getAll(name).flatMap((value) => value.split(','));
  const [ids, spaceIds, statuses] = [values('id'), values('space-id'), values('status')];
  const shown = statuses.length > 0 ? statuses : ['current', 'archived'];
  const all = [...site.world.content.values()].filter(
    (each) =>
      (ids.length === 0 || ids.includes(each.id)) &&
      (spaceIds.length === 0 || spaceIds.includes(each.space)) &&
      shown.includes(each.status) &&
      site.isVisible(each),
  );
  return sorted(all, new URL(`http://x/?${searchParams}`));
}

function sorted<T extends { readonly id: string; readonly changedAt: number }>(
  all: readonly T[],
  url: URL,
): T[] {
  const number = ({ id }: T) => Number(id.replace('att', ''));
  const keys: Record<string, (item: T) => number> = {
    id: number,
    'created-date': number,
    'modified-date': ({ changedAt }) => changedAt,
    '-modified-date': ({ changedAt }) => -changedAt,
  };
  const key = keys[url.searchParams.get('sort') ?? 'id'] ?? number;
  return all
    .map((item) => ({ item, at: key(item) }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

function inVisible(site: Site) {
  return ({ container }: { readonly container: string }) => {
    const content = site.world.content.get(container);
    return content !== undefined && site.isVisible(content);
  };
}

function spaces(
  site: Site,
  id: string | undefined,
  more: string | undefined,
  url: URL,
): SimulatedAnswer | undefined {
  const { world } = site;
  const visible = [...world.spaces.values()].filter(site.isSpaceVisible);
  if (id === undefined) {
    const status = url.searchParams.get('status');
    return listed(
      site,
      url,
      visible.filter((each) => status === null || each.status === status).map(spaceAnswer),
    );
  }
  const space = visible.find((each) => each.id === id);
  if (!space || space.arePermissionsHidden) return undefined;
  if (more === 'permissions') return listed(site, url, permissions(world, space));
  if (more === 'role-assignments' && world.mode !== 'PRE_ROLES') return listed(site, url, assignments(space));
  return undefined;
}

const READER = 'role-viewer';
const ROLES = [
  { id: READER, type: 'SYSTEM', name: 'Viewer', spacePermissions: ['read/space'] },
  { id: 'role-odd', type: 'CUSTOM', name: 'Cannot read', spacePermissions: ['create/comment'] },
];

function permissions(world: ConfluenceWorld, { grants }: SimulatedSpace) {
  const told = grants
    .filter(({ by, to }) => by === 'permission' && to.kind !== 'class')
    .map(({ to, canRead }, index) => ({
      id: String(index),
      principal: { type: to.kind, id: to.id },
      operation: canRead ? { key: 'read', targetType: 'space' } : { key: 'create', targetType: 'comment' },
    }));
  // What was granted before the change is still listed, and counts for nothing any more.
  const before = {
    id: 'before',
    principal: { type: 'group', id: 'users' },
    operation: { key: 'read', targetType: 'space' },
  };
  return world.mode === 'ROLES' ? [...told, before] : told;
}

function assignments({ grants }: SimulatedSpace) {
  return grants
    .filter(({ by }) => by === 'role')
    .map(({ to, canRead }) => ({
      principal: {
        principalType: to.kind === 'class' ? 'ACCESS_CLASS' : to.kind.toUpperCase(),
        principalId: to.id,
      },
      roleId: canRead ? READER : 'role-odd',
    }));
}

function first(site: Site, path: readonly string[], url: URL): SimulatedAnswer | undefined {
  const { world } = site;
  const [what, id = '', ...rest] = path;
  const route = `${what}/${id}`;
  if (route === 'user/current') return ok(userAnswer(world, world.account));
  if (route === 'user/anonymous')
    return ok({
      type: 'anonymous',
      displayName: 'Anonymous',
      profilePicture: { path: '/a', width: 48, height: 48, isDefault: true },
      operations: world.isAnonymousAllowed ? [{ operation: 'use', targetType: 'application' }] : [],
      _links: {},
    });
  if (route === 'content/search') return search(site, url);
  if (what === 'group') return groups(site, id, rest, url);
  const content = world.content.get(id);
  if (what !== 'content' || !content || !site.isVisible(content) || content.isUnreachable) return undefined;
  if (rest.join('/') === 'restriction/byOperation/read') {
    const limit = Math.min(site.options.memberPage, Number(url.searchParams.get('limit') ?? 100));
    return ok(
      restrictionAnswer(world, content.restriction, Number(url.searchParams.get('start') ?? 0), limit),
    );
  }
  const [child, kind, attachment = '', download] = rest;
  if (child !== 'child' || kind !== 'attachment' || download !== 'download') return undefined;
  if (world.attachments.get(attachment)?.container !== id) return undefined;
  // Another host, as in the real service: what is carried along there is not ours to give.
  const location = `${site.url().replace('127.0.0.1', 'localhost')}/media/${attachment}?token=signed`;
  return { status: 302, headers: { location } };
}

/** No group lies in another one here: members are told however they are in. */
function groups(site: Site, id: string, [what]: readonly string[], url: URL): SimulatedAnswer | undefined {
  const { world } = site;
  if (id === '') {
    const isOfProduct = url.searchParams.get('accessType') === 'user';
    const all = [...world.groups.values()].filter(({ givesAccess }) => givesAccess || !isOfProduct);
    return started(
      all.map(({ id: group }) => groupAnswer(world, group)),
      url,
    );
  }
  const group = world.groups.get(id);
  if (!group || what !== 'membersByGroupId') return undefined;
  if (group.isHidden) return refusal(403, 'Not permitted to see the members of this group');
  return started(
    [...membersOf(world, id, new Set())].map((user) => userAnswer(world, user)),
    url,
  );
}

function membersOf(world: ConfluenceWorld, id: string, seen: Set<string>): Set<string> {
  const found = new Set<string>();
  if (seen.has(id)) return found;
  seen.add(id);
  for (const member of world.groups.get(id)?.members ?? [])
    if (world.users.has(member)) found.add(member);
    // A group that hides its members hides them wherever it lies.
    else if (!world.groups.get(member)?.isHidden)
      for (const each of membersOf(world, member, seen)) found.add(each);
  return found;
}

function started(all: readonly unknown[], url: URL): SimulatedAnswer {
  const start = Number(url.searchParams.get('start') ?? 0);
  const limit = Math.min(200, Number(url.searchParams.get('limit') ?? 200));
  const results = all.slice(start, start + limit);
  return ok({ results, start, limit, size: results.length, _links: {} });
}

function listed<T>(
  site: Site,
  url: URL,
  all: readonly T[],
  answer: (each: T) => unknown = (each) => each,
): SimulatedAnswer {
  const { pageSize, isRagged } = site.options;
  const found = part(all, url, site.cursors, { most: Math.min(250, pageSize), isRagged });
  if (isAnswer(found)) return found;
  const base = 'https://acme.atlassian.net/wiki';
  const path = url.pathname.replace(/^\/ex\/confluence\/[^/]+/u, '');
  return ok({
    results: found.items.map(answer),
    _links: { base, ...(found.next && { next: `${path}${found.next}` }) },
  });
}

function ok(body: unknown): SimulatedAnswer {
  return { status: 200, body };
}

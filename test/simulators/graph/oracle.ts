import type { GraphWorld, Grant, Grantee, SimulatedSite } from './world.ts';
import { lineOf } from './world.ts';

/** Why Graph does not tell our account of a grant that really lets somebody in. */
export type Excuse =
  | 'site groups are not expanded'
  | 'site pages and list items have no permissions in Graph'
  | 'a group hides its members'
  | 'site collection administrators are not told';

interface Judged {
  readonly mayRead: boolean;
  /** Set when every way in is one that Graph does not tell. */
  readonly excuse?: Excuse;
}

/** By the rules of SharePoint: the grants of the nearest level with its own, nothing from further up. */
export function judge(world: GraphWorld, userId: string | undefined, externalId: string): Judged {
  const user = userId === undefined ? undefined : world.users.get(userId);
  const place = findItem(world, externalId);
  if (!place || !user?.isEnabled) return { mayRead: false };
  if (place.site.administrators.has(user.id))
    return { mayRead: true, excuse: 'site collection administrators are not told' };
  const ways = place.grants.flatMap((grant) => waysIn(world, place.site, grant, user.id));
  if (ways.length === 0) return { mayRead: false };
  if (!place.isFile)
    return { mayRead: true, excuse: 'site pages and list items have no permissions in Graph' };
  const open = ways.some((way) => way === 'told');
  const excuse = ways.find((way) => way !== 'told');
  return open || excuse === undefined ? { mayRead: true } : { mayRead: true, excuse };
}

function waysIn(world: GraphWorld, site: SimulatedSite, grant: Grant, user: string): ('told' | Excuse)[] {
  if (grant.kind === 'role')
    return grant.role === 'Limited Access' ? [] : granteeWays(world, site, grant.grantee, user);
  // A link that opens to its holder makes nothing findable for anybody.
  const isPast = grant.expires !== undefined && Date.parse(grant.expires) <= Date.now();
  return grant.scope === 'users' && !isPast && grant.users.includes(user) ? ['told'] : [];
}

function granteeWays(
  world: GraphWorld,
  site: SimulatedSite,
  grantee: Grantee,
  user: string,
): ('told' | Excuse)[] {
  switch (grantee.to) {
    case 'user':
      return grantee.id === user ? ['told'] : [];
    case 'group':
      return inGroup(world, grantee.id, user, new Set());
    case 'siteGroup': {
      const members = site.siteGroups.get(grantee.id) ?? new Set();
      const isIn = [...members].some(
        (id) => id === user || (world.groups.has(id) && inGroup(world, id, user, new Set()).length > 0),
      );
      return isIn ? ['site groups are not expanded'] : [];
    }
    case 'everyone':
      return ['told'];
    case 'everyoneExceptExternal':
      return world.users.get(user)?.isGuest === false ? ['told'] : [];
  }
}

function inGroup(world: GraphWorld, id: string, user: string, seen: Set<string>): ('told' | Excuse)[] {
  const group = world.groups.get(id);
  if (!group || seen.has(id)) return [];
  seen.add(id);
  const direct = group.members.has(user) ? (['told'] as const) : [];
  // Each branch walks with its own memory: a group met on one way may be met on another.
  const nested = [...group.members].flatMap((member) => inGroup(world, member, user, new Set(seen)));
  const ways = [...direct, ...nested];
  return group.isHidden ? ways.map(() => 'a group hides its members' as const) : ways;
}

function findItem(world: GraphWorld, externalId: string) {
  const [kind, container = '', what = '', inner = '', last = ''] = externalId.split('/');
  if (kind === 'drive') {
    for (const site of world.sites.values()) {
      const drive = site.drives.get(container);
      const item = drive?.items.get(what);
      if (!drive || !item) continue;
      const own = lineOf(drive, item).find(({ grants }) => grants !== undefined)?.grants;
      return { site, isFile: true, grants: own ?? drive.grants ?? site.grants };
    }
    return undefined;
  }
  const site = world.sites.get(container);
  if (!site) return undefined;
  const item = what === 'page' ? site.pages.get(inner) : site.lists.get(inner)?.items.get(last);
  return item && { site, isFile: false, grants: item.grants ?? site.grants };
}

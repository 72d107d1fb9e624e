import type { ConfluenceWorld, Restriction, SimulatedContent, SimulatedSpace, SpaceGrant } from './world.ts';

/** Why the interface does not tell our account of a right that really lets somebody in. */
export type Excuse =
  | 'permissions do not tell of the anonymous'
  | 'administrators of products are not told'
  | 'accounts without the product are not in the directory'
  | 'a group hides its members'
  | 'our account may not read the permissions of the space'
  | 'an ancestor does not answer our account';

interface Judged {
  readonly mayRead: boolean;
  /** Set when every way in is one that our account is not told of. */
  readonly excuse?: Excuse;
}

type Way = 'told' | Excuse;
const NO: Judged = { mayRead: false };

/**
 * By the rules of Confluence: a right to read the space, and a place in the restriction of the content and of each of
 * its ancestors that has one. Comments and attachments are read by who reads their page.
 */
export function judge(world: ConfluenceWorld, userId: string | undefined, contentId: string): Judged {
  const content = world.content.get(contentId);
  const space = content && world.spaces.get(content.space);
  if (!content || !space || content.status === 'trashed') return NO;
  const layers = [spaceWays(world, space, userId)];
  for (let at: SimulatedContent | undefined = content, steps = 0; at; steps++) {
    if (steps > 1_000) return NO;
    if (at.restriction) layers.push(restrictionWays(world, at.restriction, userId));
    if (at.isUnreachable) layers.push(['an ancestor does not answer our account']);
    at = at.parent === undefined ? undefined : world.content.get(at.parent);
  }
  if (layers.some((ways) => ways.length === 0)) return NO;
  const hidden = layers.find((ways) => !ways.includes('told'));
  return { mayRead: true, ...(hidden && { excuse: hidden[0] as Excuse }) };
}

export function mayReadSpace(world: ConfluenceWorld, space: SimulatedSpace, userId: string): boolean {
  return spaceWays(world, space, userId).length > 0;
}

/** Whether somebody is let into the product at all. */
function isLicensed(world: ConfluenceWorld, userId: string): boolean {
  const user = world.users.get(userId);
  if (!user?.isActive) return false;
  return [...world.groups.values()].some(
    (group) => group.givesAccess && groupWays(world, group.id, userId, []).length > 0,
  );
}

/** That somebody is let in is told by a group that shows its members. */
function licenceWays(world: ConfluenceWorld, userId: string): Way[] {
  return [...world.groups.values()]
    .filter(({ givesAccess }) => givesAccess)
    .flatMap(({ id }) => groupWays(world, id, userId, []));
}

function spaceWays(world: ConfluenceWorld, space: SimulatedSpace, userId: string | undefined): Way[] {
  const ways = space.grants
    .filter(({ canRead }) => canRead)
    .flatMap(({ to, by }): Way[] => {
      if (to.kind === 'class') return classWays(world, to.id, by, userId);
      if (userId === undefined || !isLicensed(world, userId)) return [];
      const licence = licenceWays(world, userId);
      const own =
        to.kind === 'user'
          ? to.id === userId
            ? (['told'] as const)
            : []
          : groupWays(world, to.id, userId, []);
      return own.length > 0 && !licence.includes('told') ? licence : [...own];
    });
  return space.arePermissionsHidden && ways.length > 0
    ? ['our account may not read the permissions of the space']
    : ways;
}

function classWays(
  world: ConfluenceWorld,
  id: string,
  by: SpaceGrant['by'],
  userId: string | undefined,
): Way[] {
  const user = userId === undefined ? undefined : world.users.get(userId);
  switch (id) {
    case 'anonymous-users':
      // Whoever is signed in may read what anybody may.
      if (!world.isAnonymousAllowed) return [];
      return world.deployment === 'cloud' && by === 'permission'
        ? ['permissions do not tell of the anonymous']
        : ['told'];
    case 'authenticated-users':
      if (!user?.isActive) return [];
      return isLicensed(world, user.id)
        ? licenceWays(world, user.id)
        : ['accounts without the product are not in the directory'];
    case 'all-licensed-users':
      return user && !user.isGuest && isLicensed(world, user.id) ? licenceWays(world, user.id) : [];
    default:
      return [];
  }
}

function restrictionWays(
  world: ConfluenceWorld,
  { users, groups }: Restriction,
  userId: string | undefined,
): Way[] {
  if (userId === undefined || world.users.get(userId)?.isActive !== true) return [];
  const own: Way[] = [
    ...(users.has(userId) ? (['told'] as const) : []),
    ...[...groups].flatMap((group) => groupWays(world, group, userId, [])),
  ];
  if (own.length === 0) return [];
  if (!isLicensed(world, userId)) return ['accounts without the product are not in the directory'];
  const licence = licenceWays(world, userId);
  return licence.includes('told') ? own : licence;
}

function groupWays(world: ConfluenceWorld, id: string, userId: string, above: readonly string[]): Way[] {
  const group = world.groups.get(id);
  if (!group || above.includes(id)) return [];
  const direct: Way[] = group.members.has(userId) ? ['told'] : [];
  const nested = [...group.members].flatMap((member) => groupWays(world, member, userId, [...above, id]));
  const ways = [...direct, ...nested];
  return group.isHidden ? ways.map(() => 'a group hides its members' as const) : ways;
}

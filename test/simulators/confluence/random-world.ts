import type { Random } from '../../sources/source-world.ts';
import { pick, seeded } from '../graph/random-world.ts';
import {
  addAttachment,
  addComment,
  addContent,
  addGroup,
  addSpace,
  addUser,
  emptyWorld,
  toUser,
} from './making.ts';
import { ACCESS_CLASSES } from './world.ts';
import type { ConfluenceWorld, ContentKind, Restriction, SimulatedSpace, SpaceGrant } from './world.ts';

export function randomWorld(
  seed: number,
  size: number,
  deployment: ConfluenceWorld['deployment'] = seed % 3 === 0 ? 'data-center' : 'cloud',
): ConfluenceWorld {
  const random = seeded(seed);
  const isCloud = deployment === 'cloud';
  const world = emptyWorld(deployment, {
    mode: isCloud ? pick(random, ['PRE_ROLES', 'ROLES_TRANSITION', 'ROLES'] as const) : 'PRE_ROLES',
    isAnonymousAllowed: random() < 0.5,
    mayAskAboutOthers: true,
    searchLag: pick(random, [0, 0, 3]),
  });
  addPeople(world, random);
  const spaces = 1 + Math.floor(random() * 3);
  for (let index = 0; index < spaces; index++) {
    const space = addSpace(world, {
      key: `SP${index}`,
      name: `Space ${index}`,
      isPersonal: random() < 0.15,
      arePermissionsHidden: random() < 0.1,
    });
    space.grants = randomGrants(world, random);
    fill(world, random, space, Math.max(4, Math.ceil((size * 0.7) / spaces)));
  }
  return world;
}

function addPeople(world: ConfluenceWorld, random: Random): void {
  for (let index = 0; index < 7; index++)
    addUser(world, {
      id: `u${index}`,
      name: `Person ${index}`,
      isActive: random() < 0.9,
      isGuest: random() < 0.15,
      isApp: random() < 0.05,
      isLicensed: random() < 0.85,
    });
  for (let index = 0; index < 5; index++) {
    const members = [...world.users.keys()].filter(() => random() < 0.3);
    // Also itself, and groups that contain it.
    for (let other = 0; other < 5; other++) if (random() < 0.25) members.push(`g${other}`);
    addGroup(world, {
      id: `g${index}`,
      name: `Group ${index}`,
      members,
      givesAccess: random() < 0.1,
      isHidden: random() < 0.1,
    });
  }
}

/** Our account may read each space: what it may not read is not there for it. */
export function randomGrants(world: ConfluenceWorld, random: Random): readonly SpaceGrant[] {
  const grants = Array.from({ length: 1 + Math.floor(random() * 4) }, () => randomGrant(world, random));
  return [{ ...toUser(world.account), by: modelOf(world, random) }, ...grants];
}

function randomGrant(world: ConfluenceWorld, random: Random): SpaceGrant {
  const canRead = random() < 0.85;
  const by = modelOf(world, random);
  const classes = by === 'role' ? ACCESS_CLASSES : (['anonymous-users'] as const);
  if (random() < 0.25) return { to: { kind: 'class', id: pick(random, classes) }, canRead, by };
  const isUser = random() < 0.4;
  const id = pick(random, isUser ? [...world.users.keys()] : [...world.groups.keys()]);
  return { to: { kind: isUser ? 'user' : 'group', id }, canRead, by };
}

function modelOf({ mode }: ConfluenceWorld, random: Random): SpaceGrant['by'] {
  if (mode === 'ROLES_TRANSITION') return pick(random, ['permission', 'role'] as const);
  return mode === 'ROLES' ? 'role' : 'permission';
}

/** Mostly such that our account is among them. */
export function randomRestriction(world: ConfluenceWorld, random: Random): Restriction {
  const users = [...world.users.keys()].filter(() => random() < 0.25);
  if (random() < 0.85) users.push(world.account);
  const groups = [...world.groups.keys(), 'deleted'].filter(() => random() < 0.15);
  // A restriction always names somebody: who sets one is in it.
  if (users.length + groups.length === 0) users.push(pick(random, [...world.users.keys()]));
  return { users: new Set(users), groups: new Set(groups) };
}

const CONTAINERS: readonly ContentKind[] = ['folder', 'folder', 'whiteboard', 'database'];

function fill(world: ConfluenceWorld, random: Random, space: SimulatedSpace, size: number): void {
  const parents = [''];
  for (let index = 0; index < size; index++) {
    const kind = world.deployment === 'cloud' && random() < 0.15 ? pick(random, CONTAINERS) : 'page';
    const isBlog = random() < 0.15;
    const content = addContent(world, {
      space: space.id,
      kind: isBlog ? 'blogpost' : kind,
      title: `${kind} ${index} of ${space.key}`,
      text: `Words of ${kind} ${index}.\nAnother line of it.`,
      parent: (isBlog ? '' : pick(random, parents)) || undefined,
      labels: new Set(random() < 0.3 ? ['howto'] : []),
      author: pick(random, [...world.users.keys()]),
      ...(random() < 0.2 && { restriction: randomRestriction(world, random) }),
      ...(kind === 'folder' && !isBlog && random() < 0.1 && { isUnreachable: true }),
      ...(!isBlog && random() < 0.06 && { status: 'archived' as const }),
    });
    if (!isBlog) parents.push(content.id);
    if (isBlog || kind === 'page') dress(world, random, content.id);
  }
}

function dress(world: ConfluenceWorld, random: Random, container: string): void {
  if (random() < 0.2) {
    // Most of what hangs on pages is pictures.
    const isPicture = random() < 0.6;
    addAttachment(world, {
      container,
      title: isPicture ? `picture ${container}.png` : `notes ${container}.txt`,
      mediaType: isPicture ? 'image/png' : 'text/plain',
      text: `Attached to ${container}`,
    });
  }
  if (random() < 0.2) {
    const comment = addComment(world, {
      container,
      text: `A remark on ${container}`,
      location: pick(random, ['footer', 'inline'] as const),
      author: pick(random, [...world.users.keys()]),
    });
    if (random() < 0.4)
      addComment(world, {
        container,
        text: `An answer on ${container}`,
        location: comment.location,
        parentComment: comment.id,
      });
  }
}

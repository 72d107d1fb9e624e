import type { Random } from '../../sources/source-world.ts';
import { addDrive, addItem, emptyWorld, guid } from './world.ts';
import type { Grant, Grantee, GraphWorld, SimulatedSite } from './world.ts';

/** mulberry32: small, and the same everywhere for a seed. */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export function pick<T>(random: Random, values: readonly T[]): T {
  const value = values[Math.floor(random() * values.length)];
  if (value === undefined) throw new Error('nothing to pick from');
  return value;
}

export function randomWorld(seed: number, size: number): GraphWorld {
  const random = seeded(seed);
  const world = emptyWorld(guid(9, 1));
  addPeople(world, random);
  for (let index = 0; index < 1 + Math.floor(random() * 2); index++) {
    const site = addSite(world, random, index);
    for (let drive = 0; drive < 1 + Math.floor(random() * 2); drive++)
      fillDrive(world, site, random, drive, size);
    fillRest(world, site, random);
  }
  return world;
}

function addPeople(world: GraphWorld, random: Random): void {
  for (let index = 0; index < 7; index++)
    world.users.set(guid(1, index), {
      id: guid(1, index),
      name: `Person ${index}`,
      upn: `person${index}@contoso.example`,
      isGuest: random() < 0.2,
      isEnabled: random() < 0.9,
    });
  for (let index = 0; index < 5; index++) {
    const members = new Set([...world.users.keys()].filter(() => random() < 0.3));
    // Also itself, and groups that contain it.
    for (let other = 0; other < 5; other++) if (random() < 0.25) members.add(guid(2, other));
    const group = { id: guid(2, index), name: `Group ${index}`, isHidden: random() < 0.2, members };
    world.groups.set(group.id, group);
  }
}

function addSite(world: GraphWorld, random: Random, index: number): SimulatedSite {
  const site: SimulatedSite = {
    id: `contoso.sharepoint.com,${guid(3, index)},${guid(4, index)}`,
    name: `Site ${index}`,
    path: `/sites/site${index}`,
    grants: [],
    siteGroups: new Map([
      ['5', new Set([...world.users.keys()].filter(() => random() < 0.4))],
      ['6', new Set([...world.groups.keys()].filter(() => random() < 0.4))],
    ]),
    administrators: new Set([...world.users.keys()].filter(() => random() < 0.05)),
    drives: new Map(),
    pages: new Map(),
    lists: new Map(),
  };
  site.grants = randomGrants(world, random);
  world.sites.set(site.id, site);
  return site;
}

function fillDrive(
  world: GraphWorld,
  site: SimulatedSite,
  random: Random,
  index: number,
  size: number,
): void {
  const drive = addDrive(site, `b!${site.id.slice(-4)}drive${index}`, `Library ${index}`);
  if (random() < 0.4) drive.grants = randomGrants(world, random);
  const folders = [`${drive.id}-root`];
  for (let at = 0; at < Math.max(3, size / 2); at++) {
    const isFolder = random() < 0.3;
    const id = `${drive.id}-${at}`;
    addItem(world, drive, {
      id,
      name: isFolder ? `Folder ${at}` : `note ${at}.txt`,
      isFolder,
      content: isFolder ? '' : `Words of note ${at} in library ${index}.`,
      parent: pick(random, folders),
      ...(random() < 0.3 && { grants: randomGrants(world, random) }),
    });
    if (isFolder) folders.push(id);
  }
}

function fillRest(world: GraphWorld, site: SimulatedSite, random: Random): void {
  const page = { id: guid(5, 1), title: 'Welcome', text: 'Welcome to the site', version: 1 };
  site.pages.set(page.id, { ...page, modified: '2026-03-01T10:00:00Z' });
  const list = { id: guid(6, site.pages.size), name: 'Issues', items: new Map(), tombstones: new Map() };
  for (let at = 1; at < 3; at++)
    list.items.set(String(at), {
      id: String(at),
      fields: { Title: `Entry ${at}`, Status: pick(random, ['open', 'done']) },
      version: 1,
      changedAt: ++world.revision,
    });
  site.lists.set(list.id, list);
}

export function randomGrants(world: GraphWorld, random: Random): readonly Grant[] {
  return Array.from({ length: Math.floor(random() * 4) }, () => randomGrant(world, random));
}

function randomGrant(world: GraphWorld, random: Random): Grant {
  const users = [...world.users.keys()];
  if (random() < 0.25)
    return {
      kind: 'link',
      scope: pick(random, ['users', 'organization', 'anonymous'] as const),
      users: users.filter(() => random() < 0.2),
      ...(random() < 0.3 && { expires: pick(random, ['2020-01-01T00:00:00Z', '2090-01-01T00:00:00Z']) }),
    };
  const grantees: Grantee[] = [
    { to: 'user', id: pick(random, users) },
    { to: 'group', id: pick(random, [...world.groups.keys()]) },
    { to: 'siteGroup', id: pick(random, ['5', '6']) },
    { to: random() < 0.5 ? 'everyone' : 'everyoneExceptExternal' },
  ];
  const role = pick(random, ['read', 'write', 'owner', 'Limited Access'] as const);
  return { kind: 'role', role, grantee: pick(random, grantees) };
}

import type { Random } from '../../sources/source-world.ts';
import { pick, randomGrants } from './random-world.ts';
import { addItem, lineOf, removeItem, touch } from './world.ts';
import type { GraphWorld, SimulatedDrive, SimulatedItem } from './world.ts';

/** One change that a person could make; says what it was. */
export function randomEdit(world: GraphWorld, random: Random): string {
  const site = pick(random, [...world.sites.values()]);
  const drive = pick(random, [...site.drives.values()]);
  const items = [...drive.items.values()].filter(({ parent }) => parent !== undefined);
  const item = items.length > 0 ? pick(random, items) : addFile(world, drive);
  switch (Math.floor(random() * 8)) {
    case 0:
      item.content = item.isFolder ? '' : `${item.content} Edited.`;
      touch(world, item);
      return `edit ${item.id}`;
    case 1:
      item.name = `${world.revision} ${item.name}`;
      touch(world, item);
      return `rename ${item.id}`;
    case 2:
      return move(world, random, drive, item);
    case 3:
      removeItem(world, drive, item.id);
      return `remove ${item.id}`;
    case 4:
      return `add ${addFile(world, drive).id}`;
    case 5:
      // Delta tells nothing of permissions.
      if (item.grants) delete item.grants;
      else item.grants = randomGrants(world, random);
      return `inheritance of ${item.id}`;
    case 6:
      site.grants = randomGrants(world, random);
      return `readers of ${site.id}`;
    default:
      return membership(world, random);
  }
}

function addFile(world: GraphWorld, drive: SimulatedDrive): SimulatedItem {
  const id = `${drive.id}-n${world.revision}`;
  return addItem(world, drive, { id, name: `${id}.txt`, isFolder: false, content: `New words ${id}` });
}

function move(world: GraphWorld, random: Random, drive: SimulatedDrive, item: SimulatedItem): string {
  const folders = [...drive.items.values()].filter(
    (each) => each.isFolder && !lineOf(drive, each).includes(item),
  );
  const target = pick(random, folders);
  item.parent = target.id;
  touch(world, item);
  return `move ${item.id} to ${target.id}`;
}

function membership(world: GraphWorld, random: Random): string {
  const group = pick(random, [...world.groups.values()]);
  const user = pick(random, [...world.users.keys()]);
  if (!group.members.delete(user)) group.members.add(user);
  return `membership of ${user} in ${group.id}`;
}

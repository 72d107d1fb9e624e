import {
  addComment,
  addContent,
  addGroup,
  addSpace,
  addUser,
  emptyWorld,
  toGroup,
} from '../confluence/making.ts';
import type { ConfluenceWorld, Restriction, SimulatedSpace } from '../confluence/world.ts';
import { monday, one, take } from './derive.ts';
import { GROUP_NAMES, GROUPS, mailOf, membersOf, PEOPLE } from './people.ts';
import type { GroupName } from './people.ts';
import { ENGINEERING, LEADERSHIP, PARTNERS, PEOPLE_TEAM } from './texts/engineering.ts';
import { HANDBOOK, JAPAN } from './texts/handbook.ts';
import { HANDOVERS, OPEN_POINTS, POSTS, TEAM_POINTS } from './texts/minutes.ts';
import type { WrittenPage } from './texts/page.ts';

const ON_CALL = ['emi', 'lucas', 'anjali', 'sota', 'mei', 'tom'] as const;
const WEEKS = 20;

/** Spaces for everybody, for some, and pages in open spaces that are for fewer. */
export function companyConfluence(): ConfluenceWorld {
  const world = emptyWorld();
  addPeople(world);
  const open = (key: string, name: string, ...groups: readonly GroupName[]) =>
    addSpace(world, { key, name, grants: [...groups, 'readers-of-search'].map(toGroup) });
  const handbook = addSpace(world, { key: 'HB', name: 'Handbook' });
  write(world, handbook, HANDBOOK);
  for (const [title, author, text] of POSTS)
    addContent(world, { space: handbook.id, kind: 'blogpost', title, author, text });
  write(world, addSpace(world, { key: 'JP', name: '日本オフィス' }), JAPAN);
  const engineering = open('ENG', 'Engineering', 'engineering', 'go-to-market');
  write(world, engineering, ENGINEERING);
  addHandovers(world, engineering);
  addMinutes(world, open('TEAM', 'Team meetings', 'staff'));
  write(world, open('PPL', 'People team', 'people-team'), PEOPLE_TEAM);
  write(world, open('EXE', 'Leadership', 'leadership'), LEADERSHIP);
  write(world, open('PTN', 'Design partners', 'staff', 'design-partners'), PARTNERS);
  return world;
}

/** Who is a guest is in the product, and in no class of its own. */
function addPeople(world: ConfluenceWorld): void {
  for (const person of PEOPLE)
    addUser(world, {
      id: person.id,
      name: person.name,
      email: mailOf(person),
      isGuest: person.isGuest ?? false,
      isActive: !person.hasLeft,
      isLicensed: !person.isGuest,
    });
  addGroup(world, {
    id: 'guests',
    givesAccess: true,
    members: PEOPLE.filter(({ isGuest }) => isGuest).map(({ id }) => id),
  });
  // The account that reads is let in by a group of its own, which is also how a customer does it.
  addGroup(world, { id: 'readers-of-search', members: [world.account] });
  // Groups of Cloud hold people alone: who is in by another group is in.
  for (const name of GROUP_NAMES) addGroup(world, { id: name, members: GROUPS[name].flatMap(membersOf) });
}

function write(world: ConfluenceWorld, space: SimulatedSpace, pages: readonly WrittenPage[]): void {
  const ids = new Map<string, string>();
  for (const { title, parent, author, text, labels = [], readers, comments = [] } of pages) {
    const page = addContent(world, {
      space: space.id,
      title,
      text,
      author,
      parent: parent === undefined ? undefined : idOf(ids, parent),
      labels: new Set(labels),
      ...(readers && { restriction: restrictionOf(world, readers) }),
    });
    ids.set(title, page.id);
    for (const [by, said] of comments) addComment(world, { container: page.id, author: by, text: said });
  }
}

function restrictionOf(world: ConfluenceWorld, readers: NonNullable<WrittenPage['readers']>): Restriction {
  return {
    users: new Set([...(readers.users ?? []), world.account]),
    groups: new Set(readers.groups),
  };
}

function addHandovers(world: ConfluenceWorld, space: SimulatedSpace): void {
  const top = addContent(world, {
    space: space.id,
    title: 'On-call handovers 2026',
    author: 'emi',
    text: 'One page a week, written by who gives the phone away, read by who takes it.',
  });
  for (let week = 1; week <= WEEKS; week++) {
    const [from, to] = [one(ON_CALL, week - 1), one(ON_CALL, week)];
    addContent(world, {
      space: space.id,
      parent: top.id,
      title: `On-call handover, week ${week}`,
      author: from,
      labels: new Set(['on-call']),
      text: `${monday(week)}: from ${nameOf(from)} to ${nameOf(to)}.\n${one(HANDOVERS, week * 5)}\n${one(OPEN_POINTS, week)}`,
    });
  }
}

function addMinutes(world: ConfluenceWorld, space: SimulatedSpace): void {
  for (const [team, points] of Object.entries(TEAM_POINTS))
    for (let turn = 0; turn < 10; turn++) {
      const isJapanese = team === 'オフィス';
      const date = monday(turn * 2 + 1);
      addContent(world, {
        space: space.id,
        title: isJapanese ? `オフィス定例 ${date}` : `${team} meeting, ${date}`,
        author: one(
          PEOPLE.filter(({ isGuest, hasLeft }) => !isGuest && !hasLeft),
          turn * 3,
        ).id,
        labels: new Set(['minutes']),
        text: take(points, turn, 3).join('\n'),
      });
    }
}

function nameOf(id: string): string {
  return PEOPLE.find((person) => person.id === id)?.name ?? id;
}

function idOf(ids: ReadonlyMap<string, string>, title: string): string {
  const id = ids.get(title);
  if (id === undefined) throw new Error(`the page above, "${title}", is not written yet`);
  return id;
}

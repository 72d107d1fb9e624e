import { addDrive, addItem, emptyWorld, guid } from '../graph/world.ts';
import type { Grant, Grantee, GraphWorld, SimulatedDrive, SimulatedSite } from '../graph/world.ts';
import { one, OPERATORS } from './derive.ts';
import { GROUP_NAMES, GROUPS, mailOf, PEOPLE } from './people.ts';
import type { GroupName } from './people.ts';
import {
  COMPANY_FILES,
  DEVICES,
  LEADERSHIP_FILES,
  MONTHS,
  PARTNER_FILES,
  REPORT,
  SITE_PAGES,
} from './texts/files.ts';
import type { Reader, WrittenFolder } from './texts/files.ts';

export const TENANT = 'shiomachi.example';
export const userIdOf = (person: string): string =>
  guid(
    1,
    PEOPLE.findIndex(({ id }) => id === person),
  );
export const groupIdOf = (group: GroupName): string => guid(2, GROUP_NAMES.indexOf(group));
export const siteIdOf = (index: number): string =>
  `shiomachi.sharepoint.com,${guid(3, index)},${guid(4, index)}`;
/** Number of the site group "Operations room" in the site of the reports. */
export const OPERATIONS_ROOM = '7';
export const [COMPANY_SITE, LEADERSHIP_SITE, PARTNER_SITE, OPERATIONS_SITE] = [0, 1, 2, 3].map(siteIdOf) as [
  string,
  string,
  string,
  string,
];

/** Four sites: open, closed, shared with a guest, and one whose readers are a site group. */
export function companySharepoint(): GraphWorld {
  const world = emptyWorld(guid(9, 1));
  addPeople(world);
  const company = addSite(world, COMPANY_SITE, 'Intranet', ['everybody but guests']);
  fill(world, addDrive(company, 'b!company', 'Documents'), COMPANY_FILES);
  for (const [index, [title, text]] of SITE_PAGES.entries()) {
    const id = guid(5, index);
    company.pages.set(id, { id, title, text, version: 1, modified: `2026-0${index + 3}-02T09:00:00Z` });
  }
  addDevices(world, company);
  const leadership = addSite(world, LEADERSHIP_SITE, 'Leadership', ['leadership']);
  fill(world, addDrive(leadership, 'b!leadership', 'Documents'), LEADERSHIP_FILES);
  const partners = addSite(world, PARTNER_SITE, 'Partners', ['staff']);
  fill(world, addDrive(partners, 'b!partners', 'Deliveries'), PARTNER_FILES);
  const operations = addSite(world, OPERATIONS_SITE, 'Operations room', ['site group']);
  operations.siteGroups.set(OPERATIONS_ROOM, new Set([groupIdOf('engineering'), groupIdOf('go-to-market')]));
  fill(world, addDrive(operations, 'b!operations', 'Reports'), reports());
  return world;
}

function addPeople(world: GraphWorld): void {
  for (const person of PEOPLE)
    world.users.set(userIdOf(person.id), {
      id: userIdOf(person.id),
      name: person.name,
      upn: mailOf(person),
      isGuest: person.isGuest ?? false,
      isEnabled: !person.hasLeft,
    });
  const isGroup = (name: string): name is GroupName => name in GROUPS;
  for (const name of GROUP_NAMES)
    world.groups.set(groupIdOf(name), {
      id: groupIdOf(name),
      name,
      isHidden: false,
      members: new Set(
        GROUPS[name].map((member) => (isGroup(member) ? groupIdOf(member) : userIdOf(member))),
      ),
    });
}

function addSite(world: GraphWorld, id: string, name: string, readers: readonly Reader[]): SimulatedSite {
  const site: SimulatedSite = {
    id,
    name,
    path: `/sites/${name.toLowerCase().replaceAll(' ', '-')}`,
    grants: readers.map(grantTo),
    siteGroups: new Map(),
    administrators: new Set(),
    drives: new Map(),
    pages: new Map(),
    lists: new Map(),
  };
  world.sites.set(id, site);
  return site;
}

function grantTo(reader: Reader): Grant {
  return { kind: 'role', role: 'read', grantee: granteeOf(reader) };
}

function granteeOf(reader: Reader): Grantee {
  if (reader === 'everybody') return { to: 'everyone' };
  if (reader === 'everybody but guests') return { to: 'everyoneExceptExternal' };
  if (reader === 'site group') return { to: 'siteGroup', id: OPERATIONS_ROOM };
  if (reader.startsWith('person:')) return { to: 'user', id: userIdOf(reader.slice('person:'.length)) };
  return { to: 'group', id: groupIdOf(reader as GroupName) };
}

function fill(
  world: GraphWorld,
  drive: SimulatedDrive,
  folders: readonly WrittenFolder[],
  parent = `${drive.id}-root`,
): void {
  for (const { name, readers, files = {}, folders: below = [] } of folders) {
    const folder = addItem(world, drive, {
      id: `${drive.id}-${drive.items.size}`,
      name,
      isFolder: true,
      parent,
      ...(readers && { grants: readers.map(grantTo) }),
    });
    for (const [file, content] of Object.entries(files))
      addItem(world, drive, {
        id: `${drive.id}-${drive.items.size}`,
        name: file,
        isFolder: false,
        parent: folder.id,
        content,
      });
    fill(world, drive, below, folder.id);
  }
}

/** A report an operator and month. */
function reports(): readonly WrittenFolder[] {
  return OPERATORS.map((operator, index) => ({
    name: operator,
    files: Object.fromEntries(
      MONTHS.map((month, turn) => [
        `Report ${month} ${operator}.md`,
        `# ${operator}, ${month}\n\n${one(REPORT.planned, index + turn)} ${one(REPORT.sailed, index * 2 + turn)} ${one(REPORT.wished, index + turn * 3)}\n`,
      ]),
    ),
  }));
}

function addDevices(world: GraphWorld, site: SimulatedSite): void {
  const list = { id: guid(6, 0), name: 'Devices', items: new Map(), tombstones: new Map() };
  for (const [index, [title, holder, since]] of DEVICES.entries())
    list.items.set(String(index + 1), {
      id: String(index + 1),
      fields: { Title: title, Holder: holder, Since: since },
      version: 1,
      changedAt: ++world.revision,
    });
  site.lists.set(list.id, list);
}

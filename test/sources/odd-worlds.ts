import type { Principal } from '@fumikura/model';
import {
  addAttachment as attach,
  addContent,
  addGroup as addWikiGroup,
  addSpace,
  addUser as addWikiUser,
  emptyWorld as emptyWiki,
  toGroup,
} from '../simulators/confluence/making.ts';
import {
  addRelease,
  addRepository,
  addTeam,
  addUser as addGithubUser,
  blobSha,
  emptyWorld as emptyGithub,
  file,
  push,
} from '../simulators/github/making.ts';
import { addDrive, addItem, emptyWorld as emptyTenant } from '../simulators/graph/world.ts';
import type { Grant, SimulatedSite } from '../simulators/graph/world.ts';
import {
  addAttachment,
  addGroup,
  addIssue,
  addProject,
  addScheme,
  addUser,
  emptyWorld as emptyJira,
} from '../simulators/jira/making.ts';
import { serveWorld as serveConfluence } from './confluence-world.ts';
import { serveGithub } from './github-world.ts';
import { serveJira } from './jira-world.ts';
import { serveWorld as serveTenant } from './sharepoint-world.ts';
import type { SourceWorld } from './source-world.ts';

/** Above the limit that the files of the test are read with, below what simulators hold in memory easily. */
const LARGE = Buffer.alloc(50 * 1_024 * 1_024, 'fifty megabytes\n').toString('latin1');
const GROUP = 'R&D / "all" 100%?#';
/** In the address of a group of Data Center a slash cannot stand, whatever it is written as: such a group stays closed. */
const WIKI_GROUP = 'R&D "all" 100%?#';
const FILE = 'half 50% off? #1 – 価格.txt';

/** A small place where everything has an odd name, a group is a member of itself, and one file has 50 MB. */
export interface OddWorld {
  readonly source: SourceWorld;
  /** In the group that holds itself, which alone may read. */
  readonly member: Principal;
  /** With the same e-mail address, where the system has one. */
  readonly namesake: Principal;
  readonly email: string;
  /** How the large file is known here, unless it is left out, and under which paths it could be fetched. */
  readonly large: { readonly id?: RegExp; readonly address: RegExp };
}

const EMAIL = 'ada@acme.example';

export const ODD_WORLDS: Readonly<Record<string, () => Promise<OddWorld>>> = {
  confluence: async () => {
    const world = emptyWiki('data-center');
    addWikiUser(world, { id: 'ff:80/1?', name: 'Ada', email: EMAIL });
    addWikiUser(world, { id: 'ff:80/2?', name: 'Ada', email: EMAIL });
    addWikiGroup(world, { id: WIKI_GROUP, members: ['ff:80/1?', 'sync', WIKI_GROUP], givesAccess: true });
    const space = addSpace(world, { key: '~R_D', name: WIKI_GROUP, grants: [toGroup(WIKI_GROUP)] }).id;
    const page = addContent(world, { space, title: '50% off? #1 / 価格 & "more"', text: 'A text.' });
    page.labels.add('ü/1?');
    attach(world, { container: page.id, title: FILE, text: 'A small text.' });
    attach(world, { container: page.id, title: 'large.txt', text: LARGE });
    return {
      source: await serveConfluence(world, {}, { maxFileBytes: 10_000_000, emailsAreVerified: true }),
      member: 'user:confluence:acme:ff:80/1?',
      namesake: 'user:confluence:acme:ff:80/2?',
      email: EMAIL,
      large: { id: /attachment\/1003$/u, address: /large\.txt/u },
    };
  },
  github: async () => {
    const world = emptyGithub();
    const acme = world.organisations.get('acme');
    if (!acme) throw new Error('the world has no organisation');
    acme.basePermission = 'none';
    const [ada, bob] = [addGithubUser(world, 'ada'), addGithubUser(world, 'bob')];
    for (const { id } of [ada, bob]) acme.members.set(id, 'member');
    const team = addTeam(world, acme, 'r-d', { members: new Set([ada.id]) });
    team.parent = team.id;
    const repository = addRepository(world, 'acme', '-._odd_.-');
    repository.teams.set(team.id, 'read');
    push(world, repository, { [`docs/${FILE}`]: 'A small text.', 'large.txt': file(LARGE) });
    addRelease(world, repository, 'v1.0+build#1/ü%', 'What is new.');
    return {
      source: await serveGithub(world),
      member: `user:github:acme:${ada.id}`,
      namesake: `user:github:acme:${bob.id}`,
      email: EMAIL,
      large: { address: new RegExp(`/git/blobs/${blobSha(Buffer.from(LARGE))}`, 'u') },
    };
  },
  jira: async () => {
    const world = emptyJira('data-center');
    const ada = addUser(world, { id: 'JIRAUSER/1?', displayName: 'Ada', email: EMAIL }).id;
    addUser(world, { id: 'JIRAUSER/2?', displayName: 'Ada', email: EMAIL });
    const group = addGroup(world, GROUP, [ada, world.ourAccount]);
    group.members.add(group.id);
    const scheme = addScheme(world, [{ type: 'group', of: group.id }]).id;
    const project = addProject(world, { key: 'R_D2', lead: ada, scheme, name: GROUP });
    const issue = addIssue(world, project, { summary: '50% off? #1 / 価格', labels: ['ü/1?'] });
    addAttachment(world, issue, { name: FILE, content: 'A small text.' });
    addAttachment(world, issue, { name: 'large.txt', content: LARGE });
    return {
      source: await serveJira(world, {}, { maxFileBytes: 10_000_000, verifiedEmails: true }),
      member: `user:jira:acme:${ada}`,
      namesake: 'user:jira:acme:JIRAUSER/2?',
      email: EMAIL,
      large: { id: /attachment\/\d+$/u, address: /large/u },
    };
  },
  sharepoint: async () => {
    const world = emptyTenant('contoso.example');
    const guid = (last: string) => `00000000-0000-4000-8000-00000000000${last}`;
    const group = guid('9');
    for (const id of [guid('a'), guid('b')])
      world.users.set(id, { id, name: 'Ada', upn: EMAIL, isGuest: false, isEnabled: true });
    world.groups.set(group, {
      id: group,
      name: GROUP,
      isHidden: false,
      members: new Set([guid('a'), group]),
    });
    const grant: Grant = { kind: 'role', role: 'read', grantee: { to: 'group', id: group } };
    const site: SimulatedSite = {
      id: 'contoso.sharepoint.com,1,1',
      name: GROUP,
      path: '/sites/r d',
      grants: [grant],
      siteGroups: new Map(),
      administrators: new Set(),
      drives: new Map(),
      pages: new Map(),
      lists: new Map(),
    };
    world.sites.set(site.id, site);
    const drive = addDrive(site, 'b!d-_%25', 'Shared Documents');
    addItem(world, drive, { id: '01!a%b', name: FILE, isFolder: false, content: 'A small text.' });
    addItem(world, drive, { id: 'large', name: 'large.txt', isFolder: false, content: LARGE });
    return {
      source: await serveTenant(world, {}, { maxFileBytes: 10_000_000 }),
      member: `user:sharepoint:contoso:${guid('a')}`,
      namesake: `user:sharepoint:contoso:${guid('b')}`,
      email: EMAIL,
      large: { id: /\/large$/u, address: /\/large(?:\/content)?$/u },
    };
  },
};

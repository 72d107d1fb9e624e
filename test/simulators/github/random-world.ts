import type { Random } from '../../sources/source-world.ts';
import { pick, seeded } from '../graph/random-world.ts';
import {
  addComment,
  addDiscussion,
  addDiscussionComment,
  addIssue,
  addOrganisation,
  addRelease,
  addRepository,
  addReview,
  addReviewComment,
  addTeam,
  addUser,
  emptyWorld,
  file,
  push,
} from './making.ts';
import type {
  GithubWorld,
  Role,
  SimulatedFile,
  SimulatedIssue,
  SimulatedOrganisation,
  SimulatedRepository,
} from './world.ts';

const ROLES: readonly Role[] = ['read', 'triage', 'write', 'maintain', 'admin'];
const PEOPLE = 8;
export const LFS_POINTER = `version https://git-lfs.github.com/spec/v1\noid sha256:${'a'.repeat(64)}\nsize 12345\n`;

export function randomWorld(seed: number, size: number): GithubWorld {
  const random = seeded(seed);
  const world = emptyWorld();
  const acme = addPeople(world, random);
  const count = size > 200 ? 3 : 2 + Math.floor(random() * 3);
  for (let index = 0; index < count; index++) {
    const repository = addRepository(world, 'acme', `project-${index}`, {
      visibility: pick(random, ['public', 'internal', 'private', 'private']),
      hasWiki: random() < 0.3,
      hasIssues: size > 200 || random() < 0.9,
    });
    grantSome(world, acme, repository, random);
    // One stays empty now and then.
    if (size > 200 || random() < 0.9) fill(world, repository, random, Math.max(6, Math.ceil(size / count)));
  }
  // Of a person, outside the organisation.
  const [person] = [...world.users.values()];
  const own = addRepository(world, person?.login ?? '', 'dotfiles', {
    visibility: pick(random, ['private', 'public']),
  });
  push(world, own, { 'README.md': '# Dotfiles\n\nSettings of one person.' });
  chooseAccount(world, random, acme);
  return world;
}

function addPeople(world: GithubWorld, random: Random): SimulatedOrganisation {
  for (let index = 0; index < PEOPLE; index++) addUser(world, `person${index}`, { name: `Person ${index}` });
  const users = [...world.users.keys()];
  const acme = world.organisations.get('acme');
  if (!acme) throw new Error('the world has no organisation');
  acme.basePermission = pick(random, ['none', 'none', 'read', 'write']);
  const beta = addOrganisation(world, 'beta');
  const gamma = addOrganisation(world, 'gamma', { enterprise: 'another' });
  for (const user of users) {
    if (random() < 0.6) acme.members.set(user, random() < 0.15 ? 'admin' : 'member');
    if (random() < 0.2) beta.members.set(user, 'member');
    if (random() < 0.2) gamma.members.set(user, 'member');
  }
  for (let index = 0; index < 4; index++) {
    // A secret team neither has a parent nor is one.
    const open = [...acme.teams.values()].filter(({ isSecret }) => !isSecret);
    const isSecret = random() < 0.25;
    const parent = !isSecret && open.length > 0 && random() < 0.6 ? pick(random, open).id : undefined;
    addTeam(world, acme, `team-${index}`, {
      isSecret,
      members: new Set([...acme.members.keys()].filter(() => random() < 0.35)),
      ...(parent !== undefined && { parent }),
    });
  }
  return acme;
}

function chooseAccount(world: GithubWorld, random: Random, acme: SimulatedOrganisation): void {
  if (random() < 0.6) {
    world.account = {
      kind: 'app',
      organisation: 'acme',
      repositories: 'all',
      seesBasePermission: random() < 0.6,
    };
    return;
  }
  const user = addUser(world, 'fumikura-bot');
  acme.members.set(user.id, random() < 0.3 ? 'admin' : 'member');
  world.account = { kind: 'token', user: user.id };
}

export function grantSome(
  world: GithubWorld,
  acme: SimulatedOrganisation,
  repository: SimulatedRepository,
  random: Random,
): void {
  for (const team of acme.teams.keys()) if (random() < 0.3) repository.teams.set(team, pick(random, ROLES));
  for (const user of world.users.keys()) {
    if (random() < 0.12) repository.collaborators.set(user, pick(random, ROLES));
    else if (random() < 0.1) repository.invited.set(user, 'read');
  }
}

/** What repositories hold beside text, a few of each. */
const SPECIAL: Readonly<Record<string, SimulatedFile>> = {
  'assets/logo.png': file(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 1, 2, 3])),
  'package-lock.json': file('{ "lockfileVersion": 3 }'),
  'dist/bundle.min.js': file('var a=1'),
  'models/weights.txt': file(LFS_POINTER),
  'vendor-link': file('docs/guide.md', { kind: 'symlink' }),
  'third-party': file('0123', { kind: 'submodule' }),
  'docs/empty.md': file(''),
  'docs/日本 語 #1?%.md': file('# 手順\n\n障害の連絡先は内線 42 番。'),
  'docs/exported.md': file('Left out of archives.', { archived: 'left-out' }),
  'docs/version.txt': file('Version $Format:%H$', { archived: 'altered' }),
};

export function fill(
  world: GithubWorld,
  repository: SimulatedRepository,
  random: Random,
  size: number,
): void {
  const files: Record<string, SimulatedFile | string> = {
    'README.md': `# ${repository.name}\n\nWhat it is.`,
  };
  for (const [path, each] of Object.entries(SPECIAL)) if (size > 60 || random() < 0.5) files[path] = each;
  const count = Math.max(2, Math.floor(size * 0.5));
  for (let at = 0; at < count; at++)
    files[pick(random, [`src/module${at % 7}/file${at}.ts`, `docs/note${at}.md`, `note${at}.txt`])] =
      `Words of note ${at} in ${repository.name}.`;
  push(world, repository, files);
  for (let at = 0; at < size * 0.3; at++) fillIssue(world, repository, random, at);
  for (let at = 0; at < size * 0.1; at++) {
    const discussion = addDiscussion(world, repository, `Question ${at}`, `How does part ${at} work?`);
    if (random() < 0.6)
      addDiscussionComment(world, discussion, 'By magic.', random() < 0.5 ? ['Really?'] : []);
  }
  for (let at = 0; at < Math.min(4, size * 0.1); at++)
    addRelease(world, repository, `v1.${at}`, random() < 0.7 ? `Changes of 1.${at}` : null, {
      isDraft: random() < 0.2,
    });
}

function fillIssue(
  world: GithubWorld,
  repository: SimulatedRepository,
  random: Random,
  at: number,
): SimulatedIssue {
  const author = pick(random, [null, ...world.users.keys()]);
  const issue = addIssue(world, repository, `Matter ${at}`, {
    isPull: random() < 0.3,
    body: random() < 0.2 ? null : `Body of matter ${at}.\n\n- first\n- second`,
    author,
    labels: random() < 0.3 ? ['bug'] : [],
    state: random() < 0.5 ? 'open' : 'closed',
  });
  for (let n = Math.floor(random() * 3); n > 0; n--)
    addComment(world, issue, `Comment ${n} on ${at}.`, author);
  if (!issue.isPull) return issue;
  if (random() < 0.5) addReview(world, issue, 'Looks good.');
  if (random() < 0.5) addReviewComment(world, issue, 'Why so?');
  return issue;
}

import {
  addComment,
  addDiscussion,
  addDiscussionComment,
  addIssue,
  addRelease,
  addRepository,
  addReview,
  addTeam,
  addUser,
  emptyWorld,
  push,
} from '../github/making.ts';
import type { GithubWorld, SimulatedOrganisation, SimulatedRepository } from '../github/world.ts';
import { one } from './derive.ts';
import { COMPANY, GROUPS, PEOPLE } from './people.ts';
import type { GroupName } from './people.ts';
import { OTHER_REPOSITORIES } from './texts/other-repositories.ts';
import { PRODUCT_REPOSITORIES } from './texts/product-repositories.ts';
import { LINES, WISHES } from './texts/wishes.ts';
import type { WrittenRepository } from './texts/written-repository.ts';

const TEAMS: readonly GroupName[] = [
  'staff',
  'engineering',
  'platform',
  'planning',
  'crew-app',
  'security',
  'people-team',
  'payroll',
];
const WISHED_IN = ['kaido-engine', 'minato-app'];
const WISHES_EACH = 24;

export interface CompanyGithub {
  readonly world: GithubWorld;
  /** Person → number of the account. */
  readonly accounts: ReadonlyMap<string, number>;
}

/** One organisation without a base permission: teams in teams, a secret one, and a supplier as a collaborator. */
export function companyGithub(): CompanyGithub {
  const world = emptyWorld(COMPANY.slug);
  const home = world.organisations.get(COMPANY.slug);
  if (!home) throw new Error('the world has no organisation');
  home.basePermission = 'none';
  const accounts = new Map(
    PEOPLE.map(({ id, name }) => [id, addUser(world, `${id}-${COMPANY.slug}`, { name }).id]),
  );
  for (const { id, isGuest, hasLeft } of PEOPLE)
    if (!isGuest && !hasLeft) home.members.set(numberOf(accounts, id), id === 'kenji' ? 'admin' : 'member');
  const teams = addTeams(world, home, accounts);
  for (const written of [...PRODUCT_REPOSITORIES, ...OTHER_REPOSITORIES]) {
    const repository = addRepository(world, COMPANY.slug, written.name, { visibility: written.visibility });
    for (const team of written.teams) repository.teams.set(numberOf(teams, team), 'write');
    for (const person of written.collaborators ?? [])
      repository.collaborators.set(numberOf(accounts, person), 'read');
    fill(world, repository, written, accounts);
    if (WISHED_IN.includes(written.name)) wish(world, repository, accounts);
  }
  return { world, accounts };
}

function addTeams(
  world: GithubWorld,
  home: SimulatedOrganisation,
  accounts: ReadonlyMap<string, number>,
): ReadonlyMap<string, number> {
  const ids = new Map<string, number>();
  for (const name of TEAMS) {
    // A team has one team above it at most; a group that is in another becomes its child.
    const above = TEAMS.find((other) => GROUPS[other].includes(name));
    const members = GROUPS[name].flatMap((member) => accounts.get(member) ?? []);
    const parent = above === undefined ? undefined : numberOf(ids, above);
    const team = addTeam(world, home, name, {
      members: new Set(members.filter((id) => home.members.has(id))),
      isSecret: name === 'payroll',
      ...(parent !== undefined && { parent }),
    });
    ids.set(name, team.id);
  }
  return ids;
}

function fill(
  world: GithubWorld,
  repository: SimulatedRepository,
  written: WrittenRepository,
  accounts: ReadonlyMap<string, number>,
): void {
  push(world, repository, written.files);
  for (const [title, author, body, ...comments] of written.issues ?? []) {
    const issue = addIssue(world, repository, title, { author: numberOf(accounts, author), body });
    for (const comment of comments) addComment(world, issue, comment, numberOf(accounts, 'anjali'));
  }
  for (const [title, author, body, review] of written.pulls ?? [])
    addReview(
      world,
      addIssue(world, repository, title, {
        author: numberOf(accounts, author),
        body,
        isPull: true,
        state: 'closed',
      }),
      review,
    );
  for (const [title, body, answer] of written.discussions ?? [])
    addDiscussionComment(world, addDiscussion(world, repository, title, body), answer);
  for (const [tag, note] of written.releases ?? [])
    addRelease(world, repository, tag, note, { name: `${written.name} ${tag}` });
}

function wish(
  world: GithubWorld,
  repository: SimulatedRepository,
  accounts: ReadonlyMap<string, number>,
): void {
  for (let turn = 0; turn < WISHES_EACH; turn++) {
    const [title, body] = one(WISHES, turn);
    addIssue(world, repository, title.replace('{}', one(LINES, turn)), {
      author: numberOf(accounts, one(['hana', 'carlos', 'sota', 'mei'], turn)),
      body,
      state: turn % 3 === 0 ? 'open' : 'closed',
    });
  }
}

function numberOf(ids: ReadonlyMap<string, number>, name: string): number {
  const id = ids.get(name);
  if (id === undefined) throw new Error(`there is no "${name}"`);
  return id;
}

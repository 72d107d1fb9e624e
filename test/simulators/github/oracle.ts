import type { GithubWorld, SimulatedOrganisation, SimulatedRepository } from './world.ts';

/** Why the API does not tell our account of a grant that really lets somebody in. */
export type Excuse =
  | 'members of other organisations of the enterprise are not told'
  | 'direct collaborators are not told to our account'
  | 'the base permission is not told to our account'
  | 'a secret team is not told to our account';

export interface Judged {
  readonly mayRead: boolean;
  /** Set when every way in is one that is not told. */
  readonly excuse?: Excuse;
}

type Way = 'told' | Excuse;

/**
 * By GitHub's rules for people: what is public is everybody's, internal is the enterprise's, private is for owners, the
 * base permission's members, teams with the repository or above one that has it, and collaborators. Nothing inside a
 * repository has readers of its own.
 */
export function judge(world: GithubWorld, user: number | undefined, repositoryId: number): Judged {
  const repository = world.repositories.get(repositoryId);
  if (!repository) return { mayRead: false };
  if (repository.visibility === 'public') return { mayRead: true };
  const login = user === undefined ? undefined : world.users.get(user)?.login;
  if (user === undefined || login === undefined) return { mayRead: false };
  const ways = [
    ...(repository.owner === login ? (['told'] as const) : []),
    ...enterpriseWays(world, repository, user),
    ...organisationWays(world, repository, user),
    ...directWays(world, repository, user),
  ];
  const [first] = ways.filter((way) => way !== 'told');
  if (ways.length === 0) return { mayRead: false };
  return ways.includes('told') || first === undefined ? { mayRead: true } : { mayRead: true, excuse: first };
}

function enterpriseWays(world: GithubWorld, repository: SimulatedRepository, user: number): Way[] {
  if (repository.visibility !== 'internal') return [];
  const home = world.organisations.get(repository.owner);
  if (home?.members.has(user)) return ['told'];
  const isMember = [...world.organisations.values()].some(
    ({ enterprise, members }) => enterprise === home?.enterprise && members.has(user),
  );
  return isMember ? ['members of other organisations of the enterprise are not told'] : [];
}

function organisationWays(world: GithubWorld, repository: SimulatedRepository, user: number): Way[] {
  const organisation = world.organisations.get(repository.owner);
  const membership = organisation?.members.get(user);
  if (!organisation || !membership) return [];
  const ways: Way[] = membership === 'admin' ? ['told'] : [];
  if (organisation.basePermission !== 'none')
    ways.push(
      seesEverybody(world, repository) || seesBase(world, organisation)
        ? 'told'
        : 'the base permission is not told to our account',
    );
  for (const [id] of repository.teams) {
    if (!isInTeam(organisation, id, user, 0)) continue;
    const isHidden = organisation.teams.get(id)?.isSecret && !seesSecret(world, organisation, id);
    ways.push(
      isHidden && !seesEverybody(world, repository) ? 'a secret team is not told to our account' : 'told',
    );
  }
  return ways;
}

/** Child teams have what their parents have: down from the team that was given the repository. */
function isInTeam(organisation: SimulatedOrganisation, id: number, user: number, depth: number): boolean {
  const team = organisation.teams.get(id);
  if (!team || depth > organisation.teams.size) return false;
  if (team.members.has(user)) return true;
  return [...organisation.teams.values()].some(
    (child) => child.parent === id && isInTeam(organisation, child.id, user, depth + 1),
  );
}

function directWays(world: GithubWorld, repository: SimulatedRepository, user: number): Way[] {
  if (!repository.collaborators.has(user)) return [];
  return [seesEverybody(world, repository) ? 'told' : 'direct collaborators are not told to our account'];
}

/** The effective list of collaborators: to an app, and to a person who may write. */
function seesEverybody(
  { account, users, organisations }: GithubWorld,
  repository: SimulatedRepository,
): boolean {
  if (account.kind === 'app') return true;
  const WRITING = ['write', 'maintain', 'admin'];
  const organisation = organisations.get(repository.owner);
  if (users.get(account.user)?.login === repository.owner) return true;
  if (WRITING.includes(repository.collaborators.get(account.user) ?? '')) return true;
  const membership = organisation?.members.get(account.user);
  if (!organisation || !membership) return false;
  if (membership === 'admin' || WRITING.includes(organisation.basePermission)) return true;
  return [...repository.teams].some(
    ([id, role]) => WRITING.includes(role) && isInTeam(organisation, id, account.user, 0),
  );
}

function seesBase({ account }: GithubWorld, organisation: SimulatedOrganisation): boolean {
  if (account.kind === 'app') return account.seesBasePermission;
  return organisation.members.get(account.user) === 'admin';
}

function seesSecret({ account }: GithubWorld, organisation: SimulatedOrganisation, team: number): boolean {
  if (account.kind === 'app') return true;
  return organisation.members.get(account.user) === 'admin' || isInTeam(organisation, team, account.user, 0);
}

import type {
  GithubWorld,
  Role,
  SimulatedOrganisation,
  SimulatedRepository,
  SimulatedTeam,
} from './world.ts';

const RANK: readonly (Role | 'none')[] = ['none', 'read', 'triage', 'write', 'maintain', 'admin'];

export function isAtLeast(role: Role | 'none', least: Role): boolean {
  return RANK.indexOf(role) >= RANK.indexOf(least);
}

/** The team and everything above it: a child team has what its parents have. */
export function lineOf(organisation: SimulatedOrganisation, team: SimulatedTeam): SimulatedTeam[] {
  const line: SimulatedTeam[] = [];
  for (
    let at: SimulatedTeam | undefined = team;
    at && !line.includes(at);
    at = at.parent === undefined ? undefined : organisation.teams.get(at.parent)
  )
    line.push(at);
  return line;
}

/** Members as the API counts them: its own and those of its child teams. */
export function membersOf(organisation: SimulatedOrganisation, team: SimulatedTeam): Set<number> {
  const below = [...organisation.teams.values()].filter((each) => lineOf(organisation, each).includes(team));
  return new Set(below.flatMap((each) => [...each.members]));
}

/** What an account may do in a repository by its roles: without what visibility gives to everybody. */
export function roleOf(world: GithubWorld, user: number, repository: SimulatedRepository): Role | 'none' {
  const roles: (Role | 'none')[] = ['none', repository.collaborators.get(user) ?? 'none'];
  if (world.users.get(user)?.login === repository.owner) roles.push('admin');
  const organisation = world.organisations.get(repository.owner);
  const membership = organisation?.members.get(user);
  if (organisation && membership) {
    roles.push(membership === 'admin' ? 'admin' : organisation.basePermission);
    for (const [id, role] of repository.teams) {
      const team = organisation.teams.get(id);
      if (team && membersOf(organisation, team).has(user)) roles.push(role);
    }
  }
  return roles.sort((a, b) => RANK.indexOf(b) - RANK.indexOf(a))[0] ?? 'none';
}

export function isInEnterprise(world: GithubWorld, user: number, enterprise: string | undefined): boolean {
  return [...world.organisations.values()].some(
    (each) => each.enterprise === enterprise && each.members.has(user),
  );
}

/** What our account sees at all, and whether it may write there. */
export function accountSees(world: GithubWorld, repository: SimulatedRepository): boolean {
  const { account } = world;
  if (account.kind === 'app')
    return (
      repository.owner === account.organisation &&
      (account.repositories === 'all' || account.repositories.has(repository.id))
    );
  return repository.visibility === 'public' || accountMay(world, repository, 'read');
}

export function accountMay(world: GithubWorld, repository: SimulatedRepository, least: Role): boolean {
  const { account } = world;
  if (account.kind === 'app') return least === 'read';
  if (isAtLeast(roleOf(world, account.user, repository), least)) return true;
  const enterprise = world.organisations.get(repository.owner)?.enterprise;
  return (
    least === 'read' &&
    repository.visibility === 'internal' &&
    isInEnterprise(world, account.user, enterprise)
  );
}

/** Collaborators are told to an app with the right to metadata, and to people who may write. */
export function accountSeesCollaborators(world: GithubWorld, repository: SimulatedRepository): boolean {
  return world.account.kind === 'app' || accountMay(world, repository, 'write');
}

export function accountSeesBasePermission(world: GithubWorld, organisation: SimulatedOrganisation): boolean {
  const { account } = world;
  if (account.kind === 'app')
    return account.seesBasePermission && account.organisation === organisation.login;
  return organisation.members.get(account.user) === 'admin';
}

/** A secret team is seen by its members and by owners. */
export function accountSeesTeam(
  world: GithubWorld,
  organisation: SimulatedOrganisation,
  team: SimulatedTeam,
): boolean {
  const { account } = world;
  if (account.kind === 'app') return account.organisation === organisation.login;
  const membership = organisation.members.get(account.user);
  if (membership === undefined) return false;
  return !team.isSecret || membership === 'admin' || membersOf(organisation, team).has(account.user);
}

import type { AppError } from '@fumikura/errors';
import { documentId } from '@fumikura/model';
import type { AllowList, Principal } from '@fumikura/model';
import type { GithubConfig } from './config.ts';
import type { Collaborator, Organisation, Repository, Team } from './github-types.ts';
import { collect, repositoryPath, visibilityOf } from './repositories.ts';
import type { Run } from './run.ts';

/** Why somebody whom GitHub lets in is not let in here. */
export type ClosedReason =
  | 'collaborators not told to our account'
  | 'base permission not told to our account'
  | 'teams not told to our account'
  | 'enterprise members of other organisations';

export function readersId({ id }: GithubConfig, repository: number): string {
  return documentId(id, `repo/${repository}/readers`);
}

export function userPrincipal({ id }: GithubConfig, user: number): Principal {
  return `user:${id}:${user}`;
}

export function teamPrincipal({ id }: GithubConfig, team: number): Principal {
  return `group:${id}:team/${team}`;
}

export function membersPrincipal({ id }: GithubConfig, organisation: number): Principal {
  return `group:${id}:organisation/${organisation}/members`;
}

export function ownersPrincipal({ id }: GithubConfig, organisation: number): Principal {
  return `group:${id}:organisation/${organisation}/owners`;
}

/** Members of every organisation read, where the configuration says that they are of one enterprise. */
export function enterprisePrincipal({ id }: GithubConfig): Principal {
  return `group:${id}:enterprise`;
}

interface Grants {
  readonly members: readonly Principal[];
  readonly closed: readonly ClosedReason[];
}

/** The one list of a repository: everything in it has the same readers. */
export async function readReaders(run: Run, repository: Repository): Promise<AllowList> {
  const readAt = new Date(run.now()).toISOString();
  const { members, closed } = await grantsOf(run, repository);
  for (const reason of closed) run.closed.add(reason);
  return { id: readersId(run.config, repository.id), members: [...new Set(members)].sort(), readAt };
}

/** For a repository that is gone or closed to our account. */
export function nobody(run: Run, repository: number): AllowList {
  return { id: readersId(run.config, repository), members: [], readAt: new Date(run.now()).toISOString() };
}

/** Who reads a repository, and why somebody whom GitHub lets in is left out. */
export async function grantsOf(run: Run, repository: Repository): Promise<Grants> {
  const { config } = run;
  const visibility = visibilityOf(repository);
  if (visibility === 'public') return { members: [everybody(config)], closed: [] };
  if (repository.owner.type !== 'Organization') return ofPerson(run, repository);
  const organisation = await organisationOf(run, repository.owner.login);
  if (visibility === 'internal') return ofEnterprise(run, repository);
  // Where members have it anyway, only people from outside are to be added: a list stays small in the largest organisation.
  const base = organisation?.default_repository_permission ?? undefined;
  if (base !== undefined && base !== 'none') return ofMembers(run, repository);
  const all = await collaborators(run, repository, 'all');
  return all ? { members: all, closed: [] } : byParts(run, repository, base);
}

export function everybody({ id, publicReaders, apiUrl }: GithubConfig): Principal {
  const isOpen = publicReaders ?? (new URL(apiUrl).hostname === 'api.github.com' ? 'anyone' : 'accounts');
  return isOpen === 'anyone' ? 'anyone' : `authenticated:${id}`;
}

async function ofPerson(run: Run, repository: Repository): Promise<Grants> {
  const owner = userPrincipal(run.config, repository.owner.id);
  const all = await collaborators(run, repository, 'all');
  return all
    ? { members: [owner, ...all], closed: [] }
    : { members: [owner], closed: ['collaborators not told to our account'] };
}

async function ofEnterprise(run: Run, repository: Repository): Promise<Grants> {
  const { config } = run;
  const found = await ofMembers(run, repository);
  if (config.isOneEnterprise) return { ...found, members: [...found.members, enterprisePrincipal(config)] };
  return { ...found, closed: [...found.closed, 'enterprise members of other organisations'] };
}

async function ofMembers(run: Run, repository: Repository): Promise<Grants> {
  const members = membersPrincipal(run.config, repository.owner.id);
  const outside = await collaborators(run, repository, 'outside');
  return outside
    ? { members: [members, ...outside], closed: [] }
    : { members: [members], closed: ['collaborators not told to our account'] };
}

/** Grants only ever add: what is not told closes the people of that part alone. */
async function byParts(run: Run, repository: Repository, base: string | undefined): Promise<Grants> {
  const { config } = run;
  const teams = await orUndefined(
    collect(run.client.pages<readonly Team[]>(repositoryPath(repository, 'teams'), {}, run.signal)),
  );
  return {
    members: [
      ownersPrincipal(config, repository.owner.id),
      ...(teams ?? []).map(({ id }) => teamPrincipal(config, id)),
    ],
    closed: [
      'collaborators not told to our account',
      ...(base === undefined ? (['base permission not told to our account'] as const) : []),
      ...(teams ? [] : (['teams not told to our account'] as const)),
    ],
  };
}

async function collaborators(
  run: Run,
  repository: Repository,
  affiliation: 'all' | 'outside',
): Promise<readonly Principal[] | undefined> {
  const path = repositoryPath(repository, 'collaborators');
  const found = await orUndefined(
    collect(run.client.pages<readonly Collaborator[]>(path, { affiliation }, run.signal)),
  );
  return found
    ?.filter(({ permissions }) => permissions?.pull !== false)
    .map(({ id }) => userPrincipal(run.config, id));
}

async function organisationOf(run: Run, login: string): Promise<Organisation | undefined> {
  const { organisations, client, signal } = run;
  const asked =
    organisations.get(login) ?? client.get<Organisation>(`orgs/${encodeURIComponent(login)}`, {}, signal);
  organisations.set(login, asked);
  return orUndefined(asked);
}

/** A refusal for good is a part that is not told; anything else ends the run. */
export async function orUndefined<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if ((error as AppError).kind === 'permission') return undefined;
    throw error;
  }
}

import { AppError } from '@fumikura/errors';
import { asTheyCome } from '@fumikura/http';
import { splitDocumentId } from '@fumikura/model';
import type { DocumentId, Principal } from '@fumikura/model';
import type { ReadVerdict } from '@fumikura/ports';
import type { GithubClient } from './client.ts';
import type { GithubConfig } from './config.ts';
import type { Repository } from './github-types.ts';
import { everybody } from './readers.ts';
import { repositoryPath, visibilityOf } from './repositories.ts';

interface Permission {
  readonly permission?: string;
  readonly user?: { readonly id?: number } | null;
}

/** Number of an account → its login, which may change and be taken by somebody else: each use is checked. */
export type Logins = Map<string, string>;

/** Two questions a repository and account: everything in a repository has the same readers. */
export function mayRead(
  client: GithubClient,
  config: GithubConfig,
  logins: Logins,
  accounts: readonly Principal[],
  ids: readonly DocumentId[],
  signal: AbortSignal,
): AsyncGenerator<ReadVerdict> {
  const perRepository = new Map<string, Promise<boolean>>();
  const people = accounts.map((account) => account.slice(`user:${config.id}:`.length));
  return asTheyCome(
    ids.map(async (id) => {
      const [, number = ''] = /^repo\/(\d+)\//u.exec(splitDocumentId(id)?.externalId ?? '') ?? [];
      const known = perRepository.get(number) ?? isOpen(client, config, logins, number, people, signal);
      perRepository.set(number, known);
      return { id, mayRead: number !== '' && (await known) };
    }),
  );
}

async function isOpen(
  client: GithubClient,
  config: GithubConfig,
  logins: Logins,
  number: string,
  people: readonly string[],
  signal: AbortSignal,
): Promise<boolean> {
  const repository = await orUndefined(client.get<Repository>(`repositories/${number}`, {}, signal));
  if (!repository) return false;
  if (visibilityOf(repository) === 'public' && (people.length > 0 || everybody(config) === 'anyone'))
    return true;
  for (const person of people) if (await has(client, logins, repository, person, signal)) return true;
  return false;
}

async function has(
  client: GithubClient,
  logins: Logins,
  repository: Repository,
  person: string,
  signal: AbortSignal,
): Promise<boolean> {
  const login = logins.get(person) ?? (await loginOf(client, person, signal));
  if (login === undefined) return false;
  logins.set(person, login);
  const path = repositoryPath(repository, 'collaborators', login, 'permission');
  const found = await orUndefined(client.get<Permission>(path, {}, signal));
  const isThem = found?.user?.id === Number(person);
  if (!isThem) logins.delete(person);
  return isThem && found.permission !== undefined && found.permission !== 'none';
}

async function loginOf(
  client: GithubClient,
  person: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  return (await orUndefined(client.get<{ readonly login?: string }>(`user/${person}`, {}, signal)))?.login;
}

/** Gone and hidden from our account are one answer, and nobody's. */
async function orUndefined<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof AppError && error.kind === 'not-found') return undefined;
    throw error;
  }
}

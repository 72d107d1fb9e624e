import { AppError } from '@fumikura/errors';
import type { Repository } from './github-types.ts';
import type { Run } from './run.ts';

const LISTINGS = 3;

/** Below the API's root; after a rename the service leads on to the address by number. */
export function repositoryPath({ full_name }: Repository, ...rest: readonly string[]): string {
  return ['repos', ...full_name.split('/'), ...rest].map(encodeURIComponent).join('/');
}

/**
 * The repositories to read, each once, in the order of their numbers. What the vendor has blocked is not read.
 * @throws SOURCE_ITEM_NOT_FOUND for a named one that our account may not see
 */
export async function readRepositories(run: Run): Promise<readonly Repository[]> {
  const { config } = run;
  const all = new Map((await listed(run)).map((each) => [each.id, each]));
  const named = config.repositories === 'all' ? [...all.values()] : await namedOnes(run, [...all.values()]);
  return named.filter(({ disabled }) => disabled !== true).sort((a, b) => a.id - b.id);
}

async function listed(run: Run): Promise<readonly Repository[]> {
  const { config, client, signal } = run;
  if ('appId' in config.credential) return ofOwners(await installed(run), config.owners);
  if (config.owners.length === 0) return collect(client.pages<Repository[]>('user/repos', {}, signal));
  const found: Repository[] = [];
  for (const owner of config.owners) {
    const path = `orgs/${encodeURIComponent(owner)}/repos`;
    const ofOrganisation = await collect(client.pages<Repository[]>(path, { type: 'all' }, signal)).catch(
      (error: unknown) => {
        if ((error as AppError).kind === 'not-found') return undefined;
        throw error;
      },
    );
    // No organisation of that name: a person, whose repositories we have been given.
    found.push(
      ...(ofOrganisation ??
        ofOwners(await collect(client.pages<Repository[]>('user/repos', {}, signal)), [owner])),
    );
  }
  return found;
}

/** The installation counts them: one that slipped between two pages is noticed. */
async function installed({ client, signal }: Run): Promise<readonly Repository[]> {
  for (let attempt = 1; ; attempt++) {
    const found = new Map<number, Repository>();
    let total = 0;
    for await (const page of client.pages<{ total_count?: number; repositories?: Repository[] }>(
      'installation/repositories',
      {},
      signal,
    )) {
      total = page.total_count ?? total;
      for (const each of page.repositories ?? []) found.set(each.id, each);
    }
    if (found.size >= total) return [...found.values()];
    if (attempt === LISTINGS)
      throw new AppError(
        'SOURCE_ANSWER_INVALID',
        'transient',
        `${found.size} of ${total} repositories were listed`,
      );
  }
}

function ofOwners(all: readonly Repository[], owners: readonly string[]): readonly Repository[] {
  const logins = new Set(owners.map((owner) => owner.toLowerCase()));
  return all.filter(({ owner }) => logins.size === 0 || logins.has(owner.login.toLowerCase()));
}

async function namedOnes({ client, config, signal }: Run, all: readonly Repository[]): Promise<Repository[]> {
  const byName = new Map(all.map((each) => [each.full_name.toLowerCase(), each]));
  const found = new Map<number, Repository>();
  for (const name of config.repositories) {
    const each =
      byName.get(name.toLowerCase()) ??
      (await client.get<Repository>(
        ['repos', ...name.split('/')].map(encodeURIComponent).join('/'),
        {},
        signal,
      ));
    found.set(each.id, each);
  }
  return [...found.values()];
}

export async function collect<T>(pages: AsyncIterable<readonly T[]>): Promise<T[]> {
  const all: T[] = [];
  for await (const page of pages) all.push(...page);
  return all;
}

/** Old servers know only private and public. */
export function visibilityOf({
  visibility,
  private: isPrivate,
}: Repository): 'public' | 'internal' | 'private' {
  if (visibility === 'internal') return 'internal';
  // Where the two disagree, the closed one holds.
  return !isPrivate && (visibility === undefined || visibility === 'public') ? 'public' : 'private';
}

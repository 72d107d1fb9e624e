import { toAppError } from '@fumikura/errors';
import type { AppError } from '@fumikura/errors';
import type { Change, SyncBatch } from '@fumikura/ports';
import type { CodePosition } from './code.ts';
import { factOf, readFacts } from './facts.ts';
import type { Fact } from './facts.ts';
import type { Repository } from './github-types.ts';
import { pullRepository } from './pull-repository.ts';
import type { RepositoryMark } from './pull-repository.ts';
import { nobody, orUndefined } from './readers.ts';
import { readRepositories } from './repositories.ts';
import type { Run, Seen } from './run.ts';

/** Marks by repository number, and the branch in the middle of which a run stopped. */
export type GithubCheckpoint = {
  readonly repositories: { readonly [id: string]: RepositoryMark };
  readonly at?: { readonly repository: number; readonly code: CodePosition };
};

const HANDED_MS = 10_000;

/** Urgent when it closes something that may be open. */
type Step = SyncBatch<GithubCheckpoint> & { readonly isUrgent?: boolean };

/** A batch holds at least so many changes: each saves the marks of all repositories. */
const CHANGES_A_BATCH = 100;

/** Repositories in order; every batch is complete in itself. What went away is closed before anything else. */
export async function* pull(run: Run, from?: GithubCheckpoint): AsyncGenerator<SyncBatch<GithubCheckpoint>> {
  let changes: Change[] = [];
  let checkpoint: GithubCheckpoint | undefined;
  for await (const step of steps(run, from ?? { repositories: {} })) {
    changes.push(...step.changes);
    checkpoint = step.checkpoint;
    if (changes.length < CHANGES_A_BATCH && !step.isUrgent) continue;
    yield { changes, checkpoint };
    changes = [];
  }
  if (checkpoint) yield { changes, checkpoint };
}

async function* steps(run: Run, from: GithubCheckpoint): AsyncGenerator<Step> {
  const { verified, logger } = run;
  verified.at = undefined;
  const repositories = handedOver(run) ?? (await readRepositories(run));
  const facts = await readFacts(run, repositories);
  let reached = from;
  for await (const step of closeGone(run, reached, repositories)) {
    reached = step.checkpoint;
    yield step;
  }
  const seen: Seen[] = [];
  let isWhole = true;
  for (const repository of repositories) {
    const last = seen.length;
    for await (const step of oneRepository(run, repository, facts, reached, seen)) {
      reached = step.checkpoint;
      yield step;
    }
    isWhole &&= seen.length > last;
  }
  Object.assign(verified, { seen, at: isWhole ? run.now() : undefined });
  run.closed.tell(logger, 'github.readers.closed');
  run.leftOut.tell(logger, 'github.files.left-out');
  const wikis = repositories.filter(({ has_wiki }) => has_wiki).length;
  if (wikis > 0) logger.info('github.wikis.left-out', { count: wikis });
}

/** A run begins with a check, which has just listed the same. */
function handedOver({ handed, now }: Run): readonly Repository[] | undefined {
  const isFresh = handed.at !== undefined && now() - handed.at < HANDED_MS;
  handed.at = undefined;
  return isFresh ? handed.repositories : undefined;
}

async function* oneRepository(
  run: Run,
  repository: Repository,
  facts: ReadonlyMap<number, Fact>,
  from: GithubCheckpoint,
  seen: Seen[],
): AsyncGenerator<Step> {
  const key = String(repository.id);
  const { at, ...rest } = from;
  const position = at?.repository === repository.id ? at.code : undefined;
  try {
    const fact = factOf(facts, repository);
    for await (const step of pullRepository(run, repository, fact, from.repositories[key], position)) {
      const repositories = { ...rest.repositories, [key]: step.mark };
      const checkpoint = {
        repositories,
        ...(step.position && { at: { repository: repository.id, code: step.position } }),
      };
      if (step.seen) seen.push(step.seen);
      yield { changes: step.changes, checkpoint, isUrgent: step.isUrgent === true };
    }
  } catch (error) {
    const { kind } = toAppError(error);
    const mayBeGone = kind === 'not-found' || !facts.has(repository.id);
    if (!mayBeGone || !(await isHidden(run, repository))) throw error;
    yield closed(run, rest, key);
  }
}

/** Deleted, or taken from our account: what is indexed of it is closed now and removed by the listing. */
async function* closeGone(
  run: Run,
  from: GithubCheckpoint,
  repositories: readonly Repository[],
): AsyncGenerator<Step> {
  const there = new Set(repositories.map(({ id }) => String(id)));
  let reached = from;
  for (const [key, { name }] of Object.entries(from.repositories)) {
    if (there.has(key) || !(await isGone(run, Number(key), name))) continue;
    const step = closed(run, reached, key);
    reached = step.checkpoint;
    yield step;
  }
}

function closed(run: Run, from: GithubCheckpoint, key: string): Step {
  run.logger.warn('github.repository.gone', { repository: Number(key) });
  const { [key]: _gone, ...repositories } = from.repositories;
  const { at, ...rest } = from;
  const isOther = at !== undefined && String(at.repository) !== key;
  return {
    changes: [{ kind: 'list', list: nobody(run, Number(key)) }],
    checkpoint: { ...rest, repositories, ...(isOther && { at }) },
    isUrgent: true,
  };
}

/** A listing may miss one that is there: asked for by itself, by the last name known. */
async function isGone({ client, signal, config }: Run, id: number, name: string): Promise<boolean> {
  // An installation counts what it lists, and names are asked for one by one.
  if ('appId' in config.credential || config.repositories !== 'all') return true;
  const path = ['repos', ...name.split('/')].map(encodeURIComponent).join('/');
  const logins = config.owners.map((owner) => owner.toLowerCase());
  try {
    const found = await client.get<Repository>(path, {}, signal);
    const isOurs = logins.length === 0 || logins.includes(found.owner.login.toLowerCase());
    return found.id !== id || !isOurs;
  } catch (error) {
    if (['not-found', 'permission'].includes((error as AppError).kind)) return true;
    throw error;
  }
}

/** Whether a repository that was just listed cannot be seen any more. */
async function isHidden({ client, signal }: Run, { id, full_name }: Repository): Promise<boolean> {
  const path = ['repos', ...full_name.split('/')].map(encodeURIComponent).join('/');
  const found = await orUndefined(client.get<Repository>(path, {}, signal)).catch((error: unknown) => {
    if ((error as AppError).kind === 'not-found') return undefined;
    throw error;
  });
  return found?.id !== id;
}

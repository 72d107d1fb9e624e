import { AppError, toAppError } from '@fumikura/errors';
import type { DocumentId } from '@fumikura/model';
import { readDiscussionNumbers } from './discussions.ts';
import { factOf, readFacts } from './facts.ts';
import type { Repository } from './github-types.ts';
import { readHeads } from './heads.ts';
import { readIssueNumbers } from './issue-walk.ts';
import { whyLeftOut } from './left-out.ts';
import { fileId, itemId } from './mapping.ts';
import type { ItemKind } from './mapping.ts';
import { readNumbers } from './numbers.ts';
import { readReleases } from './releases.ts';
import { readRepositories } from './repositories.ts';
import type { Run } from './run.ts';
import { readTree } from './tree.ts';

/** What a pass has just counted is believed for so long. */
const FRESH_MS = 600_000;

/** Every id. Right after a pass over everything, one request a branch: the pass has counted the rest against the source. */
export async function* listIds(run: Run): AsyncGenerator<readonly DocumentId[]> {
  const { verified, now } = run;
  const isFresh = verified.at !== undefined && now() - verified.at < FRESH_MS;
  try {
    if (isFresh) yield* ofVerified(run);
    else yield* ofSource(run);
  } catch (error) {
    const reason = toAppError(error);
    if (run.signal.aborted || reason.kind !== 'not-found') throw error;
    throw new AppError('CENSUS_FAILED', 'transient', reason.message, { cause: reason });
  } finally {
    verified.at = undefined;
  }
}

async function* ofVerified(run: Run): AsyncGenerator<readonly DocumentId[]> {
  for (const { repository, heads, issues, discussions, releases } of run.verified.seen) {
    yield* files(run, repository, heads);
    yield items(run, repository, 'issue', readNumbers(issues));
    yield items(run, repository, 'discussion', readNumbers(discussions));
    yield items(run, repository, 'release', readNumbers(releases));
  }
}

async function* ofSource(run: Run): AsyncGenerator<readonly DocumentId[]> {
  const { config } = run;
  const repositories = await readRepositories(run);
  const facts = await readFacts(run, repositories);
  for (const repository of repositories) {
    yield* files(run, repository, await readHeads(run, repository, factOf(facts, repository)));
    if (config.issues) yield items(run, repository, 'issue', await readIssueNumbers(run, repository));
    if (config.discussions)
      yield items(run, repository, 'discussion', await readDiscussionNumbers(run, repository));
    if (!config.releases) continue;
    const releases = await readReleases(run, repository);
    yield items(
      run,
      repository,
      'release',
      releases.map(({ id }) => id),
    );
  }
}

async function* files(
  run: Run,
  repository: Repository,
  heads: Readonly<Record<string, string>>,
): AsyncGenerator<readonly DocumentId[]> {
  for (const [branch, head] of Object.entries(heads)) {
    const entries = await readTree(run, repository, head);
    yield entries
      .filter((entry) => whyLeftOut(entry, run.config.maxFileBytes) === undefined)
      .map(({ path }) => fileId(run.config, repository.id, branch || undefined, path));
  }
}

function items({ config }: Run, { id }: Repository, kind: ItemKind, numbers: Iterable<number>): DocumentId[] {
  return [...numbers].map((number) => itemId(config, id, kind, number));
}

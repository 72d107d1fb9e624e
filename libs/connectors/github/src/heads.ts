import type { AppError } from '@fumikura/errors';
import type { Fact } from './facts.ts';
import type { Repository } from './github-types.ts';
import { repositoryPath } from './repositories.ts';
import type { Run } from './run.ts';

/** Branch → commit of those to read, the default branch as ''. A branch that is not there is left out. */
export async function readHeads(
  run: Run,
  repository: Repository,
  fact: Fact,
): Promise<Readonly<Record<string, string>>> {
  const { client, config, signal } = run;
  if (!config.code) return {};
  const heads: Record<string, string> = fact.head === undefined ? {} : { '': fact.head };
  for (const branch of chosenBranches(run, repository)) {
    const path = repositoryPath(repository, 'branches', branch);
    const found = await client.get<{ commit: { sha: string } }>(path, {}, signal).catch((error: unknown) => {
      if ((error as AppError).kind !== 'not-found') throw error;
      run.logger.warn('github.branch.missing', { repository: repository.id, branch });
      return undefined;
    });
    if (found) heads[branch] = found.commit.sha;
  }
  return heads;
}

function chosenBranches({ config }: Run, { full_name, default_branch }: Repository): readonly string[] {
  const named = Object.entries(config.branches).find(
    ([name]) => name.toLowerCase() === full_name.toLowerCase(),
  );
  return (named?.[1] ?? []).filter((branch) => branch !== default_branch);
}

import type { AppError } from '@fumikura/errors';
import type { Comparison, Repository, Tree, TreeEntry } from './github-types.ts';
import { repositoryPath } from './repositories.ts';
import type { Run } from './run.ts';

/** Files of more than this many in a comparison are not all told. */
const MAX_COMPARED = 300;

/** Every entry but folders, in git's order; a tree that was cut is read level by level. An empty repository has none. */
export async function readTree(
  run: Run,
  repository: Repository,
  head: string,
): Promise<readonly TreeEntry[]> {
  try {
    return await entriesOf(run, repository, head, '');
  } catch (error) {
    if ((error as AppError).kind === 'conflict') return [];
    throw error;
  }
}

async function entriesOf(run: Run, repository: Repository, sha: string, above: string): Promise<TreeEntry[]> {
  const { client, signal } = run;
  const path = repositoryPath(repository, 'git', 'trees', sha);
  const named = (entry: TreeEntry) => ({ ...entry, path: `${above}${entry.path}` });
  const whole = await client.get<Tree>(path, { recursive: 1 }, signal);
  if (!whole.truncated) return whole.tree.filter(({ type }) => type !== 'tree').map(named);
  const level = await client.get<Tree>(path, {}, signal);
  const found: TreeEntry[] = [];
  for (const entry of level.tree)
    if (entry.type === 'tree')
      found.push(...(await entriesOf(run, repository, entry.sha, `${above}${entry.path}/`)));
    else found.push(named(entry));
  return found;
}

export interface Changed {
  readonly paths: ReadonlySet<string>;
  readonly removed: readonly string[];
}

/** Undefined when the history does not lead from one to the other, or leads over more than is told: then the trees tell. */
export async function compareHeads(
  { client, signal }: Run,
  repository: Repository,
  base: string,
  head: string,
): Promise<Changed | undefined> {
  const path = repositoryPath(repository, 'compare', `${base}...${head}`);
  const found = await client.get<Comparison>(path, { per_page: 1 }, signal).catch((error: unknown) => {
    if ((error as AppError).kind === 'not-found') return undefined;
    throw error;
  });
  const files = found?.files;
  const isWhole = found?.status === 'ahead' && files !== undefined && files.length < MAX_COMPARED;
  if (!isWhole) return undefined;
  const removed = files.flatMap(({ filename, previous_filename, status }) => [
    ...(status === 'removed' ? [filename] : []),
    ...(status === 'renamed' && previous_filename !== undefined ? [previous_filename] : []),
  ]);
  return { paths: new Set(files.map(({ filename }) => filename)), removed };
}

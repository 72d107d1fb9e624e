import type { Change } from '@fumikura/ports';
import { pullBranch } from './code.ts';
import type { CodePosition } from './code.ts';
import { pullDiscussions } from './discussions.ts';
import type { DiscussionMark } from './discussions.ts';
import type { Fact } from './facts.ts';
import type { Repository } from './github-types.ts';
import { readHeads } from './heads.ts';
import { pullIssues } from './issues.ts';
import type { IssueMark } from './issues.ts';
import type { Place } from './mapping.ts';
import { readersId, readReaders } from './readers.ts';
import { pullReleases } from './releases.ts';
import type { ReleaseMark } from './releases.ts';
import { visibilityOf } from './repositories.ts';
import type { Run, Seen } from './run.ts';

/** How far a repository was told, under which name and visibility. */
export type RepositoryMark = {
  readonly name: string;
  readonly visibility: string;
  /** Branch → commit told to its end, the default branch as ''. */
  readonly heads: { readonly [branch: string]: string };
  readonly issues?: IssueMark;
  readonly discussions?: DiscussionMark;
  readonly releases?: ReleaseMark;
};

export interface RepositoryStep {
  readonly changes: readonly Change[];
  readonly mark: RepositoryMark;
  /** In the middle of a branch. */
  readonly position?: CodePosition;
  /** Readers of something that was told before. */
  readonly isUrgent?: boolean;
  /** With the last step, unless something could not be counted. */
  readonly seen?: Seen;
}

/** Readers when they may have changed, then code, issues with pull requests, discussions, releases. */
export async function* pullRepository(
  run: Run,
  repository: Repository,
  fact: Fact,
  before: RepositoryMark | undefined,
  position: CodePosition | undefined,
): AsyncGenerator<RepositoryStep> {
  const { config } = run;
  const place: Place = { config, repository, acl: { allow: [readersId(config, repository.id)] } };
  const visibility = visibilityOf(repository);
  let mark: RepositoryMark = { ...current(before, repository), visibility };
  // Made private or moved to another owner, it closes at once; other changes are the permission pass's.
  if (before?.visibility !== visibility || before.name !== repository.full_name)
    yield {
      changes: [{ kind: 'list', list: await readReaders(run, repository) }],
      mark,
      isUrgent: before !== undefined,
    };
  const heads = await readHeads(run, repository, fact);
  for (const [name, head] of Object.entries(heads)) {
    if (mark.heads[name] === head) continue;
    const middle = position?.branch === name ? position : undefined;
    const branch = { name: name || undefined, head: middle?.head ?? head };
    for await (const step of pullBranch(run, place, branch, mark.heads[name], middle)) {
      if (!step.position) mark = { ...mark, heads: { ...mark.heads, [name]: branch.head } };
      yield { ...step, mark };
    }
  }
  mark = { ...mark, heads: onlyOf(mark.heads, heads) };
  if (config.issues)
    for await (const { changes, mark: issues } of pullIssues(run, place, mark.issues)) {
      mark = { ...mark, issues };
      yield { changes, mark };
    }
  if (config.discussions)
    for await (const { changes, mark: discussions } of pullDiscussions(run, place, fact, mark.discussions)) {
      mark = { ...mark, discussions };
      yield { changes, mark };
    }
  const told = config.releases ? await pullReleases(run, place, mark.releases) : undefined;
  if (told) mark = { ...mark, releases: told.mark };
  const seen = seenBy(run, repository, mark);
  yield { changes: told?.changes ?? [], mark, ...(seen && { seen }) };
}

/** Under another name everything has other addresses: it is told again, which reads no content anew. */
function current(
  before: RepositoryMark | undefined,
  { full_name }: Repository,
): Omit<RepositoryMark, 'visibility'> {
  const name = full_name;
  if (!before) return { name, heads: {} };
  if (before.name === name) return before;
  const { issues, discussions, releases } = before;
  return {
    name,
    heads: {},
    ...(issues && { issues: { ...issues, since: null, isWhole: false, lists: {} } }),
    ...(discussions && { discussions: { ...discussions, isWhole: false, cursor: null } }),
    ...(releases && { releases: { ...releases, tag: '' } }),
  };
}

/** A branch that is not read any more takes its mark along. */
function onlyOf(
  marks: RepositoryMark['heads'],
  heads: Readonly<Record<string, string>>,
): RepositoryMark['heads'] {
  return Object.fromEntries(Object.entries(marks).filter(([branch]) => branch in heads));
}

function seenBy({ config }: Run, repository: Repository, mark: RepositoryMark): Seen | undefined {
  const { issues, discussions, releases, heads } = mark;
  if (config.issues && issues?.isWhole !== true) return undefined;
  return {
    repository,
    heads,
    issues: (config.issues && issues?.numbers) || '',
    discussions: (config.discussions && discussions?.numbers) || '',
    releases: (config.releases && releases?.ids) || '',
  };
}

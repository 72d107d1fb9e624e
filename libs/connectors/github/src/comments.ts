import type { AppError } from '@fumikura/errors';
import type { Comment, Issue, Repository, Review } from './github-types.ts';
import type { Conversation } from './mapping.ts';
import { collect, repositoryPath } from './repositories.ts';
import type { Run } from './run.ts';

/** Characters of comments that are held at once; what does not fit is asked for issue by issue. */
const MAX_HELD = 32 * 1_024 * 1_024;

export interface CommentBook {
  /** What was said on an issue or a pull request. */
  of(issue: Issue): Promise<Conversation>;
}

/**
 * Comments come a hundred to a page for a whole repository, which for many issues costs a fraction of asking each. What is held
 * is believed only when its count is the one that the issue states.
 */
export async function openCommentBook(
  run: Run,
  repository: Repository,
  isForMany: boolean,
): Promise<CommentBook> {
  const hasPulls = repository.has_pull_requests !== false;
  const comments = isForMany ? await hold(run, repository, 'issues') : NOTHING;
  const reviewComments = isForMany && hasPulls ? await hold(run, repository, 'pulls') : NOTHING;
  const commentsOf = async (issue: Issue) => {
    if (issue.comments === 0) return [];
    const held = comments.of.get(issue.number) ?? [];
    return held.length === issue.comments
      ? held
      : ask<Comment>(run, repository, 'issues', issue.number, 'comments');
  };
  return {
    of: async (issue) => {
      if (!issue.pull_request || !hasPulls)
        return { comments: await commentsOf(issue), reviewComments: [], reviews: [] };
      return {
        comments: await commentsOf(issue),
        reviewComments: reviewComments.isWhole
          ? (reviewComments.of.get(issue.number) ?? [])
          : await ask<Comment>(run, repository, 'pulls', issue.number, 'comments'),
        // Nothing lists the reviews of several pull requests.
        reviews: await ask<Review>(run, repository, 'pulls', issue.number, 'reviews'),
      };
    },
  };
}

interface Held {
  readonly of: ReadonlyMap<number, readonly Comment[]>;
  readonly isWhole: boolean;
}

const NOTHING: Held = { of: new Map(), isWhole: false };

async function hold(
  { client, signal }: Run,
  repository: Repository,
  what: 'issues' | 'pulls',
): Promise<Held> {
  const of = new Map<number, Comment[]>();
  let size = 0;
  const path = repositoryPath(repository, what, 'comments');
  try {
    for await (const page of client.pages<readonly Comment[]>(
      path,
      { sort: 'created', direction: 'asc' },
      signal,
    )) {
      for (const comment of page) {
        const number = numberOf(comment);
        of.set(number, [...(of.get(number) ?? []), slim(comment)]);
        size += comment.body?.length ?? 0;
      }
      if (size > MAX_HELD) return { of, isWhole: false };
    }
  } catch (error) {
    // Issues are switched off: those of pull requests are still told one by one.
    if (!isSwitchedOff(error)) throw error;
    return NOTHING;
  }
  return { of, isWhole: true };
}

/** Without what is not read: authors alone come with twenty addresses. */
function slim({ id, body, user, created_at, updated_at, path }: Comment): Comment {
  return {
    id,
    created_at,
    updated_at,
    body: body ?? null,
    user: { login: user?.login ?? null },
    ...(path && { path }),
  };
}

/** Of the issue or pull request that a comment of a whole repository belongs to. */
export function numberOf({ issue_url, pull_request_url }: Comment): number {
  return Number(/\/(\d+)$/u.exec(issue_url ?? pull_request_url ?? '')?.[1] ?? 0);
}

/** 410 for a list that the repository has switched off. */
export function isSwitchedOff(error: unknown): boolean {
  return (error as AppError | undefined)?.details?.['status'] === 410;
}

async function ask<T>(
  { client, signal }: Run,
  repository: Repository,
  kind: 'issues' | 'pulls',
  number: number,
  what: 'comments' | 'reviews',
): Promise<readonly T[]> {
  const path = repositoryPath(repository, kind, String(number), what);
  return collect(client.pages<readonly T[]>(path, {}, signal)).catch((error: unknown) => {
    if (isSwitchedOff(error)) return [];
    throw error;
  });
}

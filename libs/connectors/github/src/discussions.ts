import type { AppError } from '@fumikura/errors';
import type { Change } from '@fumikura/ports';
import { invalid } from './client.ts';
import type { Fact } from './facts.ts';
import type { Connection, Discussion, DiscussionComment, Repository } from './github-types.ts';
import { discussionDocument, itemId } from './mapping.ts';
import type { Place } from './mapping.ts';
import { readNumbers, writeNumbers } from './numbers.ts';
import type { Run } from './run.ts';

export type DiscussionMark = {
  readonly newest: string;
  readonly numbers: string;
  readonly isWhole: boolean;
  /** Of the first walk, as far as it came. */
  readonly cursor: string | null;
};

export interface DiscussionStep {
  readonly changes: readonly Change[];
  readonly mark: DiscussionMark;
}

const COMMENT = 'id body createdAt isAnswer author { login }';
const FIELDS = `id number title body url createdAt updatedAt author { login } category { name }
  comments(first: 50) { pageInfo { hasNextPage endCursor } nodes { ${COMMENT} replies(first: 20) { pageInfo { hasNextPage endCursor } nodes { ${COMMENT} } } } }`;
const listQuery = (order: string, fields: string, size: number) => `query($id: ID!, $after: String) {
  node(id: $id) { ... on Repository {
    discussions(first: ${size}, after: $after, orderBy: { ${order} }) {
      totalCount pageInfo { hasNextPage endCursor } nodes { ${fields} }
    }
  } }
}`;
const OLDEST_MADE = listQuery('field: CREATED_AT, direction: ASC', FIELDS, 25);
const LAST_CHANGED = listQuery('field: UPDATED_AT, direction: DESC', FIELDS, 25);
const NUMBERS = listQuery('field: CREATED_AT, direction: ASC', 'number', 100);
const MORE_COMMENTS = `query($id: ID!, $after: String) {
  node(id: $id) { ... on Discussion { comments(first: 100, after: $after) {
    pageInfo { hasNextPage endCursor } nodes { ${COMMENT} replies(first: 20) { pageInfo { hasNextPage endCursor } nodes { ${COMMENT} } } }
  } } }
}`;
const MORE_REPLIES = `query($id: ID!, $after: String) {
  node(id: $id) { ... on DiscussionComment { replies(first: 100, after: $after) {
    pageInfo { hasNextPage endCursor } nodes { ${COMMENT} }
  } } }
}`;
const ONE = `query($id: ID!, $number: Int!) {
  node(id: $id) { ... on Repository { discussion(number: $number) { ${FIELDS} } } }
}`;

/** Discussions changed since the mark; what is gone is noticed by the count that comes with the facts. */
export async function* pullDiscussions(
  run: Run,
  place: Place,
  fact: Fact,
  before: DiscussionMark | undefined,
): AsyncGenerator<DiscussionStep> {
  const { repository } = place;
  let mark = before ?? { newest: '', numbers: '', isWhole: false, cursor: null };
  const isOn = repository.has_discussions !== false;
  const { count, newest } = isOn ? fact.discussions : { count: 0, newest: '' };
  if (isOn && !mark.isWhole && count > 0)
    for await (const page of resumed(run, repository, mark.cursor)) {
      const changes = await tell(run, place, page.discussions);
      mark = { ...mark, cursor: page.cursor, numbers: withNumbers(mark.numbers, page.discussions) };
      yield { changes, mark };
    }
  else if (isOn && newest > mark.newest) {
    const changed: Discussion[] = [];
    for await (const { discussions } of pages(run, repository, LAST_CHANGED, null)) {
      const later = discussions.filter(({ updatedAt }) => updatedAt >= mark.newest);
      changed.push(...later);
      if (later.length < discussions.length) break;
    }
    mark = { ...mark, numbers: withNumbers(mark.numbers, changed) };
    yield { changes: await tell(run, place, changed.reverse()), mark };
  }
  yield await settle(run, place, { ...mark, newest, isWhole: true, cursor: null }, count);
}

/** A cursor that is not taken any more begins the walk anew. */
async function* resumed(run: Run, repository: Repository, from: string | null): ReturnType<typeof pages> {
  try {
    yield* pages(run, repository, OLDEST_MADE, from);
  } catch (error) {
    if (from === null || (error as AppError).code !== 'SOURCE_ANSWER_INVALID') throw error;
    run.logger.info('github.discussions.restarted', { repository: repository.id });
    yield* pages(run, repository, OLDEST_MADE, null);
  }
}

async function* pages(
  { client, signal }: Run,
  repository: Repository,
  query: string,
  from: string | null,
): AsyncGenerator<{ readonly discussions: readonly Discussion[]; readonly cursor: string | null }> {
  for (let after = from; ;) {
    const { node } = await client.graphql<{ node: { discussions?: Connection<Discussion> } | null }>(
      query,
      { id: repository.node_id, after },
      signal,
    );
    const found = node?.discussions;
    if (!found) throw invalid(`the discussions of repository ${repository.id} are not told`);
    const { hasNextPage, endCursor = null } = found.pageInfo;
    yield { discussions: there(found), cursor: endCursor };
    if (!hasNextPage) return;
    if (endCursor === null || endCursor === after) throw invalid('discussions repeat their cursor');
    after = endCursor;
  }
}

function there<T>({ nodes }: Connection<T>): readonly T[] {
  return (nodes ?? []).flatMap((node) => (node === null ? [] : [node]));
}

function withNumbers(numbers: string, discussions: readonly Discussion[]): string {
  return writeNumbers([...readNumbers(numbers), ...discussions.map(({ number }) => number)]);
}

async function tell(run: Run, place: Place, discussions: readonly Discussion[]): Promise<readonly Change[]> {
  const changes: Change[] = [];
  for (const discussion of discussions)
    changes.push({
      kind: 'upsert',
      document: discussionDocument(place, discussion, await wholeComments(run, discussion)),
    });
  return changes;
}

async function wholeComments(run: Run, { id, comments }: Discussion): Promise<readonly DiscussionComment[]> {
  const all = [...there(comments), ...(await rest(run, id, comments, MORE_COMMENTS, 'comments'))];
  const whole: DiscussionComment[] = [];
  for (const comment of all) {
    const { replies } = comment;
    const more = replies ? await rest(run, comment.id, replies, MORE_REPLIES, 'replies') : [];
    whole.push(
      more.length > 0 && replies
        ? { ...comment, replies: { ...replies, nodes: [...there(replies), ...more] } }
        : comment,
    );
  }
  return whole;
}

async function rest(
  { client, signal }: Run,
  id: string,
  first: Connection<DiscussionComment>,
  query: string,
  field: 'comments' | 'replies',
): Promise<readonly DiscussionComment[]> {
  const found: DiscussionComment[] = [];
  for (let { hasNextPage, endCursor } = first.pageInfo; hasNextPage;) {
    const { node } = await client.graphql<{
      node: { readonly [name in 'comments' | 'replies']?: Connection<DiscussionComment> } | null;
    }>(query, { id, after: endCursor }, signal);
    const page = node?.[field];
    if (!page) return found;
    found.push(...there(page));
    if (page.pageInfo.hasNextPage && page.pageInfo.endCursor === endCursor)
      throw invalid('comments repeat their cursor');
    ({ hasNextPage, endCursor } = page.pageInfo);
  }
  return found;
}

/** @returns an upsert, or a removal when there is none of that number */
export async function tellDiscussion(run: Run, place: Place, number: number): Promise<readonly Change[]> {
  const { node } = await run.client.graphql<{ node: { discussion?: Discussion | null } | null }>(
    ONE,
    { id: place.repository.node_id, number },
    run.signal,
  );
  if (node?.discussion) return tell(run, place, [node.discussion]);
  return [{ kind: 'remove', id: itemId(place.config, place.repository.id, 'discussion', number) }];
}

export async function readDiscussionNumbers(run: Run, repository: Repository): Promise<Set<number>> {
  const numbers = new Set<number>();
  if (repository.has_discussions === false) return numbers;
  for await (const { discussions } of pages(run, repository, NUMBERS, null))
    for (const { number } of discussions) numbers.add(number);
  return numbers;
}

async function settle(run: Run, place: Place, mark: DiscussionMark, count: number): Promise<DiscussionStep> {
  const told = readNumbers(mark.numbers);
  if (told.size === count) return { changes: [], mark };
  const existing = await readDiscussionNumbers(run, place.repository);
  const changes: Change[] = [...told]
    .filter((number) => !existing.has(number))
    .map((number) => ({
      kind: 'remove',
      id: itemId(place.config, place.repository.id, 'discussion', number),
    }));
  for (const number of existing)
    if (!told.has(number)) changes.push(...(await tellDiscussion(run, place, number)));
  return { changes, mark: { ...mark, numbers: writeNumbers(existing) } };
}

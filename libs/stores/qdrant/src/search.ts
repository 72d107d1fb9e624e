import { AppError } from '@fumikura/errors';
import type { DocumentId } from '@fumikura/model';
import { LEXICAL_WEIGHTS } from '@fumikura/ports';
import type { AccessGrant, Candidate, ConfirmedOf, LexicalWeights, SearchRequest } from '@fumikura/ports';
import type { Schemas } from '@qdrant/js-client-rest';
import { untilAborted } from './aborting.ts';
import type { Call } from './client.ts';
import { admitting, among, anyOf, points } from './filter.ts';
import type { Condition, Filter } from './filter.ts';
import { ScoreBoard, Versions } from './hits.ts';
import type { Hit, Part } from './hits.ts';
import { newestPoints } from './newest.ts';
import { queryVector } from './terms.ts';
import type { SparseVector } from './terms.ts';

export const PAYLOAD = ['doc', 'ver', 'ord', 'acl_id', 'chunks'];
/** The server's limit of one list, set by our strict mode. */
export const LONGEST = 1_000;
/** Hits asked for of each list, to each document wanted: some documents have several chunks in it. */
const DEPTH = 1.5;
const EXTRA = 50;
/** So many points are asked for by their ids; of more, their documents are named. */
const NAMED_POINTS = 200;
/** How often more chunks are asked for of documents whose score is missing. */
const ROUNDS = 4;
/** Of a search that writes come in between; the second one finds them. */
const ATTEMPTS = 2;
/** A request's filter stands in each of its searches; above so many bytes they are sent one by one. */
const MAX_REQUEST_BYTES = 16_000_000;
const BYTES_OF_ID = 8;

interface Asked {
  readonly part: Part;
  /** A vector as JSON, which several requests carry. */
  readonly query: string;
}

/**
 * Asks for each part's best, all with the caller's rights and in one request, and then for the scores that are missing of
 * the documents that may still be among the best. Fused by our own code, on this engine as on the embedded one.
 */
export async function searchPoints(
  call: Call,
  collection: string,
  request: SearchRequest,
  grant: AccessGrant,
  confirmed: ConfirmedOf | undefined,
  signal: AbortSignal,
): Promise<Candidate[]> {
  const filter = admitting(grant, request.filter);
  requireNoConditions(request);
  if (!filter) return [];
  if (!request.lexical && !request.dense)
    return newestPoints(call, collection, filter, new Versions(grant, confirmed), request.candidates, signal);
  const asked = askedOf(request);
  if (asked.length === 0) return [];
  const weights = request.lexical?.weights ?? LEXICAL_WEIGHTS;
  const limit = Math.min(LONGEST, Math.ceil(request.candidates * DEPTH) + EXTRA);
  const ask = (searches: readonly Search[]) => queryAll(call, collection, searches, grant, signal);
  for (let attempt = 1; ; attempt++) {
    const versions = new Versions(grant, confirmed);
    const board = new ScoreBoard();
    await collect(board, versions, asked, { filter, limit, wanted: request.candidates, weights }, ask);
    const contenders = board.contenders(request.candidates, weights);
    await complete(board, versions, asked, contenders, within(board, grant, request, contenders), ask);
    // A document must not be missing because it is written again while it is searched for.
    if (!versions.isOvertaken || attempt >= ATTEMPTS) return board.candidates(request.candidates, weights);
  }
}

async function collect(
  board: ScoreBoard,
  versions: Versions,
  asked: readonly Asked[],
  { filter, limit, wanted, weights }: Pick<Search, 'filter' | 'limit'> & Wanted,
  ask: (searches: readonly Search[]) => Promise<readonly (readonly Hit[])[]>,
): Promise<void> {
  const searches = asked.map((each) => ({ ...each, filter, limit }));
  const take = async (search: Search, hits: readonly Hit[]) => {
    board.add(search.part, await versions.among(hits));
    board.cutAt(search.part, hits.length >= search.limit ? hits.at(-1)?.score : undefined);
  };
  const lists = await ask(searches);
  for (const [at, search] of searches.entries()) await take(search, lists[at] ?? []);
  const tied = searches.filter(
    ({ part }, at) => isTied(lists[at] ?? [], limit) && !board.isSettled(part, wanted, weights),
  );
  if (tied.length === 0 || limit >= LONGEST) return;
  const longer = tied.map((search) => ({ ...search, limit: LONGEST }));
  const whole = await ask(longer);
  for (const [at, search] of longer.entries()) await take(search, whole[at] ?? []);
}

interface Wanted {
  readonly wanted: number;
  readonly weights: LexicalWeights;
}

/**
 * Which of several equal scores survive a limit is the server's whim: a list that was cut among them is asked for again as
 * long as it may be, when one that was cut off could be among the best. Beyond that length it stays a whim.
 */
function isTied(hits: readonly Hit[], limit: number): boolean {
  return hits.length >= limit && hits.at(-1)?.score === hits.at(-2)?.score;
}

/** Nothing here can be compared with a text; ignoring a condition would show what must not be shown. */
function requireNoConditions({ conditions }: SearchRequest): void {
  if (!conditions) return;
  throw new AppError(
    'INVALID_ARGUMENT',
    'internal',
    'this index holds no texts: compare them in the catalog',
  );
}

export interface Search extends Asked {
  readonly filter: Filter;
  readonly limit: number;
}

/**
 * The filter of a look at these documents alone. Of the caller's rights it names those that the documents were found by:
 * a long list would cost more than the look itself.
 */
function within(
  board: ScoreBoard,
  grant: AccessGrant,
  { filter }: SearchRequest,
  docs: readonly DocumentId[],
): Within {
  const found = new Set(docs.flatMap((doc) => board.aclIdOf(doc) ?? []));
  const rights = admitting({ ...grant, aclIds: grant.aclIds.filter((id) => found.has(id)) }, filter);
  return (those) => rights && those && { ...rights, must: [...rights.must, those] };
}

/** Every document of either side gets the scores of both, and how near its beginning is. */
async function complete(
  board: ScoreBoard,
  versions: Versions,
  asked: readonly Asked[],
  contenders: readonly DocumentId[],
  narrowed: Within,
  ask: (searches: readonly Search[]) => Promise<readonly (readonly Hit[])[]>,
): Promise<void> {
  // A list that came to its end has told all there is: nothing is missing that could be asked for.
  let open = asked.filter(({ part }) => !board.isWhole(part));
  for (let round = 0; round < ROUNDS; round++) {
    const searches = open.flatMap((each) => missingOf(board, each, contenders, narrowed) ?? []);
    if (searches.length === 0) return;
    const lists = await ask(searches);
    open = [];
    for (const [at, search] of searches.entries()) {
      const hits = lists[at] ?? [];
      board.add(search.part, await versions.among(hits));
      if (hits.length >= search.limit) open.push(search);
    }
  }
}

/** The filter of a look at points that meet a condition; none where there is no condition. */
type Within = (those: Condition | undefined) => Filter | undefined;

function missingOf(
  board: ScoreBoard,
  { part, query }: Asked,
  contenders: readonly DocumentId[],
  narrowed: Within,
): Search | undefined {
  const docs = board.missing(part, contenders);
  const { those, count } =
    part === 'dense'
      ? cosinesOf(board, docs, contenders)
      : part === 'chunk'
        ? wholes(board, docs)
        : heads(board, docs);
  const filter = narrowed(those);
  return filter && { part, query, filter, limit: Math.min(LONGEST, count) };
}

interface Look {
  readonly those: Condition | undefined;
  /** Points that there may be. */
  readonly count: number;
}

/** All chunks of documents without a cosine, and the first one of those whose best chunk is another. */
function cosinesOf(board: ScoreBoard, docs: readonly DocumentId[], contenders: readonly DocumentId[]): Look {
  const without = new Set(docs);
  const headless = board.withoutLead(contenders.filter((doc) => !without.has(doc)));
  if (board.chunksOf(docs) <= NAMED_POINTS)
    return named([...board.pointsOf(docs), ...board.firsts(headless)]);
  const looks = [wholes(board, docs), heads(board, headless)];
  const count = looks.reduce((sum, look) => sum + look.count, 0);
  return { those: anyOf(looks.flatMap(({ those }) => (those ? [{ must: [those] }] : []))), count };
}

function wholes(board: ScoreBoard, docs: readonly DocumentId[]): Look {
  if (board.chunksOf(docs) <= NAMED_POINTS) return named(board.pointsOf(docs));
  // Older versions may stand beside.
  return { those: among('doc', docs), count: board.chunksOf(docs) + docs.length };
}

function heads(board: ScoreBoard, docs: readonly DocumentId[]): Look {
  return named(board.firsts(docs));
}

/** Nothing has to be looked up for them, and nothing else stands beside. */
function named(ids: readonly string[]): Look {
  return { those: points(ids), count: ids.length };
}

function askedOf({ lexical, dense }: SearchRequest): Asked[] {
  const asked: Asked[] = [];
  if (lexical) {
    const weights = lexical.weights ?? LEXICAL_WEIGHTS;
    const [body, title] = [weights.bigram, weights.titleBigram].map((bigram) =>
      writtenTerms(queryVector(lexical.query, bigram)),
    );
    if (body !== undefined) asked.push({ part: 'document', query: body }, { part: 'chunk', query: body });
    if (title !== undefined) asked.push({ part: 'title', query: title });
  }
  return dense ? [...asked, { part: 'dense', query: written(dense.vector) }] : asked;
}

/** Undefined for a query without terms. */
function writtenTerms(vector: SparseVector): string | undefined {
  return vector.indices.length > 0 ? JSON.stringify(vector) : undefined;
}

/** As few digits as tell 32-bit numbers apart: half of what 64 bits take in a request. */
function written(vector: Float32Array): string {
  return `[${Array.from(vector, (value) => value.toPrecision(9)).join()}]`;
}

export async function queryAll(
  call: Call,
  collection: string,
  searches: readonly Search[],
  { aclIds }: AccessGrant,
  signal: AbortSignal,
): Promise<readonly (readonly Hit[])[]> {
  const path = `/collections/${collection}/points/query/batch`;
  const requests = requestsOf(searches);
  const isLarge = aclIds.length * BYTES_OF_ID * requests.length > MAX_REQUEST_BYTES;
  const batches = isLarge ? requests : [requests.join()];
  const lists: Hit[][] = [];
  for (const batch of batches) {
    const asked = call((_, send) => send('POST', path, `{"searches":[${batch}]}`));
    const answers = (await untilAborted(asked, signal)) as readonly Schemas['QueryResponse'][];
    lists.push(...answers.map(({ points }) => points.flatMap(hitOf)));
  }
  return lists;
}

/** As JSON: lists share a filter that names thousands of ids, and it is written once. */
function requestsOf(searches: readonly Search[]): string[] {
  const filters = new Map(
    [...new Set(searches.map(({ filter }) => filter))].map((filter) => [filter, JSON.stringify(filter)]),
  );
  return searches.map(({ part, query, filter, limit }) => {
    const rest: Omit<Schemas['QueryRequest'], 'filter' | 'query'> = {
      using: part,
      limit,
      with_payload: PAYLOAD,
      ...(part === 'dense' && { params: { quantization: { rescore: true, oversampling: 2 } } }),
    };
    return `${JSON.stringify(rest).slice(0, -1)},"query":${query},"filter":${filters.get(filter)}}`;
  });
}

/** A point without a score that can be compared, or without our fields, is none of ours. */
export function hitOf({ score, payload }: Schemas['ScoredPoint']): Hit[] {
  const { doc, ver, ord, acl_id: aclId, chunks } = (payload ?? {}) as Record<string, unknown>;
  const isOurs =
    typeof doc === 'string' &&
    typeof ver === 'number' &&
    typeof ord === 'number' &&
    typeof aclId === 'number' &&
    typeof chunks === 'number';
  return isOurs && Number.isFinite(score) ? [{ doc, ver, ord, aclId, chunks, score }] : [];
}

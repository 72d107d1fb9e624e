import { AppError } from '@fumikura/errors';
import type { DocumentId } from '@fumikura/model';
import { LEXICAL_WEIGHTS } from '@fumikura/ports';
import type { AccessGrant, Candidate, ConfirmedOf, SearchRequest } from '@fumikura/ports';
import type { Schemas } from '@qdrant/js-client-rest';
import { untilAborted } from './aborting.ts';
import type { Call } from './client.ts';
import { admitting, among, equals } from './filter.ts';
import type { Filter } from './filter.ts';
import { ScoreBoard, Versions } from './hits.ts';
import type { Hit, Part } from './hits.ts';
import { newestPoints } from './newest.ts';
import { queryVector } from './terms.ts';
import type { SparseVector } from './terms.ts';

export const PAYLOAD = ['doc', 'ver', 'ord', 'acl_id'];
/** The server's limit of one list, set by our strict mode. */
export const LONGEST = 1_000;
/** Hits asked for of each list, to each document wanted: some documents have several chunks in it. */
const DEPTH = 1.5;
const EXTRA = 50;
/** Chunks looked through for each document whose score is missing, and how often more of them are asked for. */
const CHUNKS_EACH = 6;
const ROUNDS = 4;
/** Of a search that writes come in between; the second one finds them. */
const ATTEMPTS = 2;
/** A request's filter stands in each of its searches; above so many bytes they are sent one by one. */
const MAX_REQUEST_BYTES = 16_000_000;
const BYTES_OF_ID = 8;

interface Asked {
  readonly part: Part;
  readonly query: SparseVector | readonly number[];
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
    await collect(board, versions, asked, { filter, limit }, ask);
    const contenders = board.contenders(request.candidates, weights);
    await Promise.all([
      complete(board, versions, asked, contenders, filter, ask),
      addLeads(board, versions, asked, contenders, filter, ask),
    ]);
    // A document must not be missing because it is written again while it is searched for.
    if (!versions.isOvertaken || attempt >= ATTEMPTS) return board.candidates(request.candidates, weights);
  }
}

async function collect(
  board: ScoreBoard,
  versions: Versions,
  asked: readonly Asked[],
  { filter, limit }: Pick<Search, 'filter' | 'limit'>,
  ask: (searches: readonly Search[]) => Promise<readonly (readonly Hit[])[]>,
): Promise<void> {
  const lists = await ask(asked.map((each) => ({ ...each, filter, limit })));
  for (const [at, each] of asked.entries()) {
    const { hits, isWhole } = await untied(lists[at] ?? [], { ...each, filter, limit }, ask);
    board.add(each.part, await versions.among(hits));
    board.cutAt(each.part, isWhole ? undefined : hits.at(-1)?.score);
  }
}

/**
 * Which of several equal scores survive a limit is the server's whim: a list that was cut among them is asked for again as
 * long as it may be. Beyond that length it stays a whim.
 */
async function untied(
  hits: readonly Hit[],
  search: Search,
  ask: (searches: readonly Search[]) => Promise<readonly (readonly Hit[])[]>,
): Promise<{ readonly hits: readonly Hit[]; readonly isWhole: boolean }> {
  const isCut = hits.length >= search.limit;
  const isTied = isCut && hits.at(-1)?.score === hits.at(-2)?.score;
  if (!isTied || search.limit >= LONGEST) return { hits, isWhole: !isCut };
  const [all = []] = await ask([{ ...search, limit: LONGEST }]);
  return { hits: all, isWhole: all.length < LONGEST };
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

/** Every document of either side gets the scores of both. */
async function complete(
  board: ScoreBoard,
  versions: Versions,
  asked: readonly Asked[],
  contenders: readonly DocumentId[],
  filter: Filter,
  ask: (searches: readonly Search[]) => Promise<readonly (readonly Hit[])[]>,
): Promise<void> {
  let open = asked.filter(({ part }) => !board.isWhole(part)).map((each) => ({ ...each, docs: contenders }));
  for (let round = 0; round < ROUNDS && open.length > 0; round++) {
    const searches = open.flatMap((each): (Search & { docs: readonly DocumentId[] })[] => {
      const docs = board.missing(each.part, each.docs);
      const these = among('doc', docs);
      if (!these) return [];
      const isOnce = each.part === 'document' || each.part === 'title';
      const limit = Math.min(LONGEST, docs.length * (isOnce ? 2 : CHUNKS_EACH));
      return [{ ...each, docs, limit, filter: { ...filter, must: [...filter.must, these] } }];
    });
    if (searches.length === 0) return;
    const lists = await ask(searches);
    const further: typeof open = [];
    for (const [at, search] of searches.entries()) {
      const hits = lists[at] ?? [];
      board.add(search.part, await versions.among(hits));
      // A list that came to its end has told all there is of these documents.
      if (hits.length >= search.limit) further.push(search);
    }
    open = further;
  }
}

/** How near a document's beginning is: of those whose best chunk by meaning is another one. */
async function addLeads(
  board: ScoreBoard,
  versions: Versions,
  asked: readonly Asked[],
  contenders: readonly DocumentId[],
  filter: Filter,
  ask: (searches: readonly Search[]) => Promise<readonly (readonly Hit[])[]>,
): Promise<void> {
  const dense = asked.find(({ part }) => part === 'dense');
  const docs = board.withoutLead(contenders);
  const these = among('doc', docs);
  if (!dense || !these) return;
  const limit = Math.min(LONGEST, docs.length * 2);
  const [hits = []] = await ask([
    { ...dense, limit, filter: { ...filter, must: [...filter.must, these, equals('ord', 0)] } },
  ]);
  board.addLeads(await versions.among(hits));
}

function askedOf({ lexical, dense }: SearchRequest): Asked[] {
  const asked: Asked[] = [];
  if (lexical) {
    const weights = lexical.weights ?? LEXICAL_WEIGHTS;
    const body = queryVector(lexical.query, weights.bigram);
    asked.push({ part: 'document', query: body }, { part: 'chunk', query: body });
    asked.push({ part: 'title', query: queryVector(lexical.query, weights.titleBigram) });
  }
  const words = asked.filter(({ query }) => 'indices' in query && query.indices.length > 0);
  return dense ? [...words, { part: 'dense', query: Array.from(dense.vector) }] : words;
}

export async function queryAll(
  call: Call,
  collection: string,
  searches: readonly Search[],
  { aclIds }: AccessGrant,
  signal: AbortSignal,
): Promise<readonly (readonly Hit[])[]> {
  const requests = searches.map(({ part, query, filter, limit }) => ({
    query: query as Schemas['QueryInterface'],
    using: part,
    filter: filter as unknown as Schemas['Filter'],
    limit,
    with_payload: PAYLOAD,
    ...(part === 'dense' && { params: { quantization: { rescore: true, oversampling: 2 } } }),
  }));
  const isLarge = aclIds.length * BYTES_OF_ID * requests.length > MAX_REQUEST_BYTES;
  const batches = isLarge ? requests.map((each) => [each]) : [requests];
  const lists: Hit[][] = [];
  for (const batch of batches) {
    const answers = await untilAborted(
      call((client) => client.queryBatch(collection, { searches: batch })),
      signal,
    );
    lists.push(...answers.map(({ points }) => points.flatMap(hitOf)));
  }
  return lists;
}

/** A point without a score that can be compared, or without our fields, is none of ours. */
export function hitOf({ score, payload }: Schemas['ScoredPoint']): Hit[] {
  const { doc, ver, ord, acl_id: aclId } = (payload ?? {}) as Record<string, unknown>;
  const isOurs =
    typeof doc === 'string' &&
    typeof ver === 'number' &&
    typeof ord === 'number' &&
    typeof aclId === 'number';
  return isOurs && Number.isFinite(score) ? [{ doc, ver, ord, aclId, score }] : [];
}

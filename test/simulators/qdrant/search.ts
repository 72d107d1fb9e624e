import type { Collection, Point, Stored } from './collection.ts';
import { average, bestScore, discovered, inContext, sumScores } from './examples.ts';
import type { Judge, Pair } from './examples.ts';
import { admitted, mergeFilters } from './filter.ts';
import type { Filter } from './filter.ts';
import { checkFormula, compileFormula } from './formula.ts';
import type { Formula } from './formula.ts';
import { fuse, fusionOf } from './fusion.ts';
import type { Hit } from './hit.ts';
import { idJson } from './ids.ts';
import { diverse } from './mmr.ts';
import type { Diversity } from './mmr.ts';
import { askable, examplesFrom, judgedHits, lookedAt, nearestHits } from './nearest.ts';
import type { Examples } from './nearest.ts';
import { orderBy } from './order.ts';
import type { OrderBy } from './order.ts';
import { select } from './payload.ts';
import type { Json } from './payload.ts';
import { kindOf, readCostOf } from './query-shape.ts';
import type { QueryRequest } from './query-shape.ts';
import { badRequest, invalid, LeftOut, notFound, wrongInput } from './refusal.ts';
import { isDistance, similarity } from './similarity.ts';
import { checkFilter, checkGraph } from './strict.ts';
import { vectorJson } from './vectors.ts';

const DEFAULT_LIMIT = 10;

/** What a query is asked in. */
export interface Setting {
  readonly collection: Collection;
  /** Others, by name or alias. */
  readonly find: (name: string) => Collection | undefined;
  /** For the order of equal scores. */
  readonly shuffle: () => number;
}

/** Answers of one search that was checked; equal scores come in another order each time, as they do from the server. */
export function search(setting: Setting, request: QueryRequest): Hit[] {
  const { collection } = setting;
  if (collection.isLimited('read'))
    collection.rates.take(collection, 'read', readCostOf(collection, request));
  return run(setting, request, undefined, true);
}

/** @throws Refusal when a vector is asked for that the collection does not have */
export function checkNames(collection: Collection, wanted: boolean | readonly string[] | undefined): void {
  const names = Array.isArray(wanted) ? (wanted as string[]) : [];
  const unknown = names.find((name) => !collection.dense.has(name) && !collection.sparse.has(name));
  if (unknown !== undefined) throw wrongInput(`Not existing vector name error: ${unknown}`);
}

export function hitJson(
  { point, score, orderValue }: Hit,
  { with_payload, with_vector }: Pick<QueryRequest, 'with_payload' | 'with_vector'>,
): Json {
  const payload = select(point.payload, with_payload);
  return {
    id: idJson(point.id),
    version: point.version,
    score: Number.isFinite(score) ? Math.fround(score) : null,
    ...(payload && { payload }),
    ...vectorsJson(point, with_vector),
    ...(orderValue !== undefined && { order_value: orderValue }),
  };
}

export function vectorsJson(
  point: Point,
  wanted: boolean | readonly string[] | undefined,
): { vector?: Json } {
  if (!wanted) return {};
  const names =
    wanted === true ? [...point.vectors.keys()] : wanted.filter((name) => point.vectors.has(name));
  const unnamed = point.vectors.get('');
  if (unnamed && names.includes('') && point.vectors.size === 1) return { vector: vectorJson(unnamed) };
  return {
    vector: Object.fromEntries(names.map((name) => [name, vectorJson(point.vectors.get(name) as Stored)])),
  };
}

/** `inherited` is the filter of the levels above. */
function run(setting: Setting, request: QueryRequest, inherited: Filter | undefined, isRoot: boolean): Hit[] {
  const { collection } = setting;
  const own = request.filter ?? undefined;
  checkFilter(collection, own, 'unindexed_filtering_retrieve');
  const filter = mergeFilters(inherited, own);
  const limit = request.limit ?? DEFAULT_LIMIT;
  const offset = isRoot ? (request.offset ?? 0) : 0;
  const prefetches = [request.prefetch ?? []].flat() as QueryRequest[];
  const examples = examplesOf(setting, request);
  if (prefetches.length === 0) checkGraph(collection, request, filter);
  const lists = prefetches.map((each) => run(setting, each, filter, false));
  // With prefetches the filter has done its work in them and is not applied again.
  const candidates =
    lists.length > 0
      ? [...new Map(lists.flat().map(({ point }) => [point.id, point])).values()]
      : admitted(collection, filter, 'internal.filter');
  const hits = ranked(setting, request, examples, candidates, lists, offset + limit);
  return hits.slice(offset, offset + limit);
}

function examplesOf({ collection, find }: Setting, { using, lookup_from: lookup }: QueryRequest): Examples {
  if (!lookup) return examplesFrom({ collection, name: using ?? '' }, false);
  const other = find(lookup.collection);
  if (!other) throw notFound(`Collection ${lookup.collection} not found`);
  const name = lookup.vector ?? '';
  if (!other.dense.has(name) && !other.sparse.has(name))
    throw wrongInput(`Not existing vector name error: ${name}`);
  return examplesFrom({ collection: other, name }, true);
}

function ranked(
  setting: Setting,
  request: QueryRequest,
  examples: Examples,
  candidates: readonly Point[],
  lists: readonly (readonly Hit[])[],
  wanted: number,
): Hit[] {
  const { collection, shuffle } = setting;
  const { query: asked, score_threshold: least } = request;
  if (asked === undefined || asked === null) {
    if (lists.length > 0)
      throw badRequest(
        "A query is needed to merge the prefetches. Can't have prefetches without defining a query.",
      );
    if (least !== undefined && least !== null)
      throw badRequest(
        "A query is needed to use the score_threshold. Can't have score_threshold without defining a query.",
      );
    return candidates.map(unscored);
  }
  const kind = kindOf(asked);
  if ('order_by' in kind) {
    if (typeof least === 'number') throw badRequest("Can't use score_threshold with an order_by query.");
    return orderBy(collection, candidates, kind['order_by'] as OrderBy);
  }
  if ('sample' in kind) return sorted(candidates.map(unscored), shuffle);
  const fused = fusionOf(kind);
  if (fused) {
    if (request.using !== undefined && request.using !== null)
      throw badRequest("Fusion queries cannot be combined with the 'using' field.");
    if (lists.length === 0) throw wrongInput('Validation failed: cannot apply Fusion without prefetches');
    return reaching(sorted(fuse(lists, fused), shuffle), least);
  }
  if ('formula' in kind) {
    const formula = kind as unknown as Formula;
    checkFormula(collection, formula);
    if (lists.length === 0) throw new LeftOut('a formula without prefetches');
    return reaching(sorted(valued(collection, formula, candidates, lists), shuffle), least);
  }
  return byVectors(setting, request, kind, examples, candidates, wanted);
}

function unscored(point: Point): Hit {
  return { point: { ...point, version: 0 }, score: 1 };
}

function valued(
  collection: Collection,
  formula: Formula,
  candidates: readonly Point[],
  lists: readonly (readonly Hit[])[],
): Hit[] {
  const value = compileFormula(collection, formula);
  const scores = lists.map((list) => new Map(list.map(({ point, score }) => [point.id, score])));
  return candidates.map((point) => ({
    point,
    score: value(
      point,
      scores.map((list) => list.get(point.id)),
    ),
  }));
}

function byVectors(
  { collection, shuffle }: Setting,
  request: QueryRequest,
  kind: Readonly<Record<string, unknown>>,
  examples: Examples,
  candidates: readonly Point[],
  wanted: number,
): Hit[] {
  const name = request.using ?? '';
  const { judge, vector } = interpret(collection, name, request, kind, examples);
  const others = candidates.filter(({ id }) => !examples.ids.has(id));
  const distance = collection.dense.get(name)?.distance ?? 'Dot';
  const least = request.score_threshold ?? undefined;
  if (judge) return above(sorted(judgedHits(collection, name, others, judge), shuffle), least, false);
  const near = lookedAt({ collection, shuffle }, name, vector as Stored, others, request.params, wanted);
  const { hits, shown } = nearestHits(collection, name, vector as Stored, near, request.params);
  const best = sorted(hits, shuffle);
  const mmr = kind['mmr'] as Diversity | undefined;
  if (mmr) {
    if (isDistance(distance)) throw new LeftOut('diversity by distances');
    const pool = best.slice(0, mmr.candidates_limit ?? wanted);
    const likeness = (a: Hit, b: Hit) =>
      similarity(a.point.vectors.get(name) as Stored, b.point.vectors.get(name) as Stored, distance);
    return above(diverse(pool, mmr, wanted, likeness), least, false);
  }
  const all = best.map((hit) => ({ ...hit, score: shown(hit.score) }));
  return above(all, least, isDistance(distance));
}

/** A vector to be near to, or a judge of each point. */
function interpret(
  collection: Collection,
  name: string,
  { query: asked }: QueryRequest,
  kind: Readonly<Record<string, unknown>>,
  examples: Examples,
): { readonly judge?: Judge; readonly vector?: Stored } {
  const read = (value: unknown) => askable(collection, name, examples.vector(value));
  const pairsOf = (value: unknown) =>
    ([value ?? []].flat() as { positive: unknown; negative: unknown }[]).map((pair): Pair => ({
      positive: read(pair.positive),
      negative: read(pair.negative),
    }));
  if ('recommend' in kind) {
    const { positive = [], negative = [], strategy } = kind['recommend'] as Recommendation;
    if ((positive?.length ?? 0) + (negative?.length ?? 0) === 0)
      throw invalid(
        'internal.query.recommend.positives, negatives: Validation error: At least one positive or negative vector/id must be provided [{}]',
      );
    const [liked, disliked] = [(positive ?? []).map(read), (negative ?? []).map(read)];
    if (strategy === 'best_score') return { judge: bestScore(liked, disliked) };
    if (strategy === 'sum_scores') return { judge: sumScores(liked, disliked) };
    return { vector: average(liked, disliked) };
  }
  if ('discover' in kind) {
    const { target, context } = kind['discover'] as { target: unknown; context: unknown };
    return { judge: discovered(read(target), pairsOf(context)) };
  }
  if ('context' in kind) return { judge: inContext(pairsOf(kind['context'])) };
  if ('relevance_feedback' in kind) return { judge: feedback(kind['relevance_feedback'] as Feedback, read) };
  return { vector: examples.vector('nearest' in kind ? kind['nearest'] : asked) };
}

interface Recommendation {
  readonly positive?: readonly unknown[] | null;
  readonly negative?: readonly unknown[] | null;
  readonly strategy?: string;
}

interface Feedback {
  readonly target: unknown;
  readonly feedback: readonly { readonly example: unknown; readonly score: number }[];
  readonly strategy: { readonly naive: { readonly a: number; readonly b: number; readonly c: number } };
}

/** One example has none to be compared with: then the target alone counts. */
function feedback({ target, feedback: given, strategy }: Feedback, read: (value: unknown) => Stored): Judge {
  if (given.length === 0)
    throw invalid('internal.query.relevance_feedback.__all__: feedback elements must be non-empty');
  const { naive } = strategy;
  for (const name of ['a', 'b', 'c'] as const)
    if (naive[name] < 0)
      throw invalid(
        `internal.query.relevance_feedback.strategy.naive.${name}: value ${naive[name].toFixed(1)} invalid, must be 0.0 or larger`,
      );
  for (const { example } of given) read(example);
  const wanted = read(target);
  if (given.length > 1) throw new LeftOut('relevance feedback of several examples');
  return (similarityTo) => naive.a * similarityTo(wanted);
}

/** Of a list of its own: a score that equals the threshold is dropped. */
function above(hits: Hit[], least: number | undefined | null, isLowerBetter: boolean): Hit[] {
  if (least === undefined || least === null) return hits;
  const bound = Math.fround(least);
  return hits.filter(({ score }) =>
    isLowerBetter ? Math.fround(score) < bound : Math.fround(score) > bound,
  );
}

/** Of lists that were joined: a score that equals the threshold stays. */
function reaching(hits: Hit[], least: number | undefined | null): Hit[] {
  if (least === undefined || least === null) return hits;
  const bound = Math.fround(least);
  return hits.filter(({ score }) => Math.fround(score) >= bound);
}

/** Not-a-number stands first, as it does on the server; equal scores in any order. */
function sorted(hits: readonly Hit[], shuffle: () => number): Hit[] {
  const keyed = hits.map((hit) => ({ hit, key: shuffle(), score: Math.fround(hit.score) }));
  keyed.sort((a, b) => {
    if (Number.isNaN(a.score) || Number.isNaN(b.score))
      return Number(Number.isNaN(b.score)) - Number(Number.isNaN(a.score));
    return b.score - a.score || a.key - b.key;
  });
  return keyed.map(({ hit }) => hit);
}

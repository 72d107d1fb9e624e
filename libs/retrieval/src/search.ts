import { invalidInput } from '@fumikura/errors';
import type { AccessFilter, Catalog, DocumentRecord, LateCheck } from '@fumikura/ports';
import { readGrant } from '@fumikura/ports';
import { BOOSTED_PLACES } from './boosts/boosts.ts';
import type { Boost } from './boosts/boosts.ts';
import type { Place } from './collapse.ts';
import { coverageOf, visibleSources, withoutIndex } from './coverage.ts';
import { rankOrSay } from './outage.ts';
import type { CursorSealer } from './cursor.ts';
import { facetsOf } from './facets.ts';
import type { FusionWeights, Ranked } from './fusion.ts';
import { readablePlaces } from './places.ts';
import { askedBy } from './query/asked.ts';
import { toldExpansions } from './query/expand.ts';
import type { ExpandParts } from './query/expand.ts';
import type { Ranker, Ranking } from './ranker.ts';
import { snippetsFor } from './passages.ts';
import type { PlaceReranker } from './rerank/places.ts';
import { Shown } from './shown.ts';
import { emptySnippet } from './snippet.ts';
import type { Hit, HitSummary, KnowledgeQuery, OnWithheld, SearchPage, Snippet } from './types.ts';

const LIMIT = { least: 1, most: 50, usual: 10 };

export interface SearchParts extends ExpandParts {
  readonly catalog: Catalog;
  readonly rank: Ranker;
  /** Of the ranker. */
  readonly fusion?: FusionWeights;
  readonly boost?: Boost;
  readonly rerank?: PlaceReranker;
  readonly cursors: CursorSealer;
  readonly freshnessMs: number;
  readonly lateCheck?: LateCheck;
  /** An index that has not answered for so long is given up, ms. */
  readonly indexTimeoutMs: number;
  readonly now: () => number;
}

export async function searchKnowledge(
  parts: SearchParts,
  request: KnowledgeQuery,
  access: AccessFilter,
  signal: AbortSignal,
  onWithheld: OnWithheld = () => undefined,
): Promise<SearchPage> {
  const started = performance.now();
  const limit = checkedLimit(request.limit);
  const asked = await askedBy(parts, request, access, signal);
  const binding = [readGrant(access)?.caller, request.query, request.similarTo ?? null, asked.filter ?? null];
  const before = new Shown(request.cursor && String(parts.cursors.open(request.cursor, binding)));
  const isFresh = (place: Place) => !asked.isLeftOut(place) && !isShown(place, before);
  const wanted = {
    count: Math.max(limit + 1, parts.rerank?.top ?? 0, parts.boost ? BOOSTED_PLACES : 0),
    isFresh,
  };
  const placesOf = ({ ranked }: Ranking) => readablePlaces(ranked, wanted, parts, access, signal, onWithheld);
  const depth = before.count + wanted.count;
  const first = await rankOrSay(parts, { ...asked, depth }, access, signal);
  const firstPlaces = await placesOf(first);
  // Copies and withheld documents can use up what was kept of a ranking.
  const isShort = first.isCut === true && firstPlaces.places.length < wanted.count;
  const { ranked, notices, outage } = isShort
    ? await rankOrSay(parts, { ...asked, depth: Infinity }, access, signal)
    : first;
  const { places: fused, troubled } = isShort ? await placesOf({ ...first, ranked }) : firstPlaces;
  signal.throwIfAborted();
  const found = (await parts.boost?.(fused, access, signal)) ?? fused;
  const reranked = await parts.rerank?.order(asked.text, found, access, signal);
  const places = reranked?.places ?? found;
  const shown = places.slice(0, limit);
  const after = before.and(shown.map(({ record }) => record.id));
  const [snippets, sources, facets, expansions] = await Promise.all([
    snippetsFor(shown, asked, parts.catalog, access),
    visibleSources(parts.catalog, access),
    request.facets ? facetsOf(asked, ranked, parts, access, signal) : undefined,
    request.explain
      ? toldExpansions(asked.expansions, shown, before.count + 1, parts.catalog, access)
      : undefined,
  ]);
  const hits = shown.map((place, index) =>
    hitOf(place, before.count + index + 1, snippets[index] ?? emptySnippet(), request.explain ?? false),
  );
  return {
    hits,
    coverage: outage
      ? withoutIndex(sources, outage)
      : coverageOf(sources, parts.freshnessMs, parts.now(), troubled),
    ...(places.length > limit && !after.isFull && { nextCursor: parts.cursors.seal(after.pack(), binding) }),
    ...(asked.corrections.length > 0 && { corrections: asked.corrections }),
    ...(expansions && { expansions }),
    ...(facets && { facets }),
    ...(outage && { outage }),
    notices:
      sources.length === 0
        ? ['No source has documents that you may read.']
        : [...asked.notices, ...notices, ...(reranked?.notices ?? [])],
    tookMs: Math.round((performance.now() - started) * 10) / 10,
  };
}

function checkedLimit(limit = LIMIT.usual): number {
  if (Number.isInteger(limit) && limit >= LIMIT.least && limit <= LIMIT.most) return limit;
  throw invalidInput(
    'LIMIT_OUT_OF_RANGE',
    `limit: give a whole number from ${LIMIT.least} to ${LIMIT.most}.`,
  );
}

/** With all of its copies: which of them stands for the others may change between two pages. */
function isShown({ record, duplicates }: Place, before: Shown): boolean {
  return [record, ...duplicates].some(({ id }) => before.has(id));
}

function hitOf({ record, duplicates, ranked }: Place, rank: number, snippet: Snippet, explain: boolean): Hit {
  const { kind, language, updatedAt } = record;
  return {
    ...summaryOf(record),
    rank,
    kind,
    language,
    breadcrumbs: record.breadcrumbs ?? [],
    authors: record.authors ?? [],
    labels: record.labels ?? [],
    ...(updatedAt && { updatedAt }),
    snippet,
    duplicates: duplicates.map(summaryOf),
    ...(ranked.candidate.furtherChunks && { furtherPassages: ranked.candidate.furtherChunks }),
    ...(explain && { explain: explanation(ranked) }),
  };
}

function explanation({ score, parts, candidate }: Ranked): Record<string, number> {
  return {
    score,
    ...parts,
    'bm25.document': candidate.parts.document,
    'bm25.chunk': candidate.parts.chunk,
    'bm25.title': candidate.parts.title,
    ...(candidate.cosine !== undefined && { cosine: candidate.cosine }),
  };
}

export function summaryOf({ id, title, url, source }: DocumentRecord): HitSummary {
  return { id, title, url, source };
}

import { invalidInput } from '@fumikura/errors';
import type { AccessFilter, Catalog, DocumentRecord, SearchIndex } from '@fumikura/ports';
import { readGrant } from '@fumikura/ports';
import { collapse } from './collapse.ts';
import type { Place, RankedDocument } from './collapse.ts';
import { coverageOf, visibleSources } from './coverage.ts';
import type { CursorSealer } from './cursor.ts';
import { facetsOf } from './facets.ts';
import type { Ranked } from './fusion.ts';
import { askedBy } from './query/asked.ts';
import type { Ranker, Ranking } from './ranker.ts';
import { snippetsFor } from './passages.ts';
import { Shown } from './shown.ts';
import { emptySnippet } from './snippet.ts';
import type { Hit, HitSummary, KnowledgeQuery, OnWithheld, SearchPage, Snippet } from './types.ts';

const LIMIT = { least: 1, most: 50, usual: 10 };

export interface SearchParts {
  readonly catalog: Catalog;
  readonly index: SearchIndex;
  readonly rank: Ranker;
  readonly cursors: CursorSealer;
  readonly freshnessMs: number;
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
  const placesOf = ({ ranked }: Ranking) =>
    readablePlaces(
      ranked,
      limit + 1,
      (place) => !asked.isLeftOut(place) && !isShown(place, before),
      parts.catalog,
      access,
      onWithheld,
    );
  const first = await parts.rank({ ...asked, depth: before.count + limit + 1 }, access, signal);
  const found = await placesOf(first);
  // Copies and withheld documents can use up what was kept of a ranking.
  const isShort = first.isCut === true && found.length <= limit;
  const { ranked, notices } = isShort
    ? await parts.rank({ ...asked, depth: Infinity }, access, signal)
    : first;
  const places = isShort ? await placesOf({ ...first, ranked }) : found;
  signal.throwIfAborted();
  const shown = places.slice(0, limit);
  const after = before.and(shown.map(({ record }) => record.id));
  const [snippets, sources, facets] = await Promise.all([
    snippetsFor(shown, asked, parts.catalog, access),
    visibleSources(parts.catalog, access),
    request.facets ? facetsOf(asked, ranked, parts, access, signal) : undefined,
  ]);
  const hits = shown.map((place, index) =>
    hitOf(place, before.count + index + 1, snippets[index] ?? emptySnippet(), request.explain ?? false),
  );
  return {
    hits,
    coverage: coverageOf(sources, parts.freshnessMs, parts.now()),
    ...(places.length > limit && !after.isFull && { nextCursor: parts.cursors.seal(after.pack(), binding) }),
    ...(asked.corrections.length > 0 && { corrections: asked.corrections }),
    ...(facets && { facets }),
    notices:
      sources.length === 0 ? ['No source has documents that you may read.'] : [...asked.notices, ...notices],
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

/**
 * The first `wanted` places that are fresh, after the second check and after collapsing. Candidates are read in steps,
 * because most pages need few of them; a withheld document leaves no gap in the ranks.
 */
async function readablePlaces(
  ranked: readonly Ranked[],
  wanted: number,
  isFresh: (place: Place) => boolean,
  catalog: Catalog,
  access: AccessFilter,
  onWithheld: OnWithheld,
): Promise<Place[]> {
  const documents: RankedDocument[] = [];
  let fresh: Place[] = [];
  const step = Math.max(20, wanted);
  for (let from = 0; from < ranked.length && fresh.length < wanted; from += step) {
    const part = ranked.slice(from, from + step);
    const ids = part.map(({ candidate }) => candidate.documentId);
    const records = new Map((await catalog.readable(ids, access)).map((record) => [record.id, record]));
    const refused = ids.filter((id) => !records.has(id));
    if (refused.length > 0) onWithheld(refused);
    for (const entry of part) {
      const record = records.get(entry.candidate.documentId);
      if (record) documents.push({ ranked: entry, record });
    }
    fresh = collapse(documents).filter(isFresh);
  }
  return fresh;
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

function summaryOf({ id, title, url, source }: DocumentRecord): HitSummary {
  return { id, title, url, source };
}

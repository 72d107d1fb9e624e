import { invalidInput } from '@fumikura/errors';
import type { AccessFilter, Catalog, DocumentRecord } from '@fumikura/ports';
import { readGrant } from '@fumikura/ports';
import { analyseQuery } from '@fumikura/text';
import type { QueryTerms } from '@fumikura/text';
import { BOOSTED_PLACES } from './boosts.ts';
import type { Boost } from './boosts.ts';
import { collapse } from './collapse.ts';
import type { Place, RankedDocument } from './collapse.ts';
import { coverageOf, visibleSources } from './coverage.ts';
import type { CursorSealer } from './cursor.ts';
import { resolveFilter } from './filter.ts';
import type { Ranked } from './fusion.ts';
import type { Ranker } from './ranker.ts';
import type { PlaceReranker } from './rerank/places.ts';
import { emptySnippet, makeSnippet } from './snippet.ts';
import type { Hit, HitSummary, KnowledgeQuery, OnWithheld, SearchPage, Snippet } from './types.ts';

const LIMIT = { least: 1, most: 50, usual: 10 };
const MAX_QUERY_CHARACTERS = 2_000;

export interface SearchParts {
  readonly catalog: Catalog;
  readonly rank: Ranker;
  readonly boost?: Boost;
  readonly rerank?: PlaceReranker;
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
  const terms = checkedTerms(request.query);
  const filter = await resolveFilter(request.filter, parts.catalog, access);
  const binding = [readGrant(access)?.caller, request.query, filter ?? null];
  const offset = request.cursor === undefined ? 0 : parts.cursors.open(request.cursor, binding);
  const query = { text: request.query, terms, ...(filter && { filter }) };
  const { ranked, notices } = await parts.rank(query, access, signal);
  const wanted = Math.max(offset + limit + 1, parts.rerank?.top ?? 0, parts.boost ? BOOSTED_PLACES : 0);
  const fused = await readablePlaces(ranked, wanted, parts.catalog, access, onWithheld);
  signal.throwIfAborted();
  const found = parts.boost?.(fused) ?? fused;
  const reranked = await parts.rerank?.order(request.query, found, access, signal);
  const places = reranked?.places ?? found;
  const shown = places.slice(offset, offset + limit);
  const [snippets, sources] = await Promise.all([
    snippetsFor(shown, terms, parts.catalog, access),
    visibleSources(parts.catalog, access),
  ]);
  const hits = shown.map((place, index) =>
    hitOf(place, offset + index + 1, snippets[index] ?? emptySnippet(), request.explain ?? false),
  );
  return {
    hits,
    coverage: coverageOf(sources, parts.freshnessMs, parts.now()),
    ...(places.length > offset + limit && { nextCursor: parts.cursors.seal(offset + limit, binding) }),
    notices:
      sources.length === 0
        ? ['No source has documents that you may read.']
        : [...notices, ...(reranked?.notices ?? [])],
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

function checkedTerms(query: string): QueryTerms {
  if (query.trim() === '') throw invalidInput('QUERY_EMPTY', 'The query is empty. Write what you look for.');
  if (query.length > MAX_QUERY_CHARACTERS) {
    const message = `The query has ${query.length} characters; at most ${MAX_QUERY_CHARACTERS} are allowed.`;
    throw invalidInput('QUERY_TOO_LONG', message);
  }
  const terms = analyseQuery(query);
  if (terms.terms.length > 0) return terms;
  throw invalidInput(
    'QUERY_WITHOUT_TERMS',
    'The query has no word to look for, only signs. Add a word or a number.',
  );
}

/**
 * The first `wanted` places after the second check and after collapsing. Candidates are read in steps, because most
 * pages need few of them; a withheld document leaves no gap in the ranks.
 */
async function readablePlaces(
  ranked: readonly Ranked[],
  wanted: number,
  catalog: Catalog,
  access: AccessFilter,
  onWithheld: OnWithheld,
): Promise<Place[]> {
  const documents: RankedDocument[] = [];
  const step = Math.max(20, wanted);
  for (let from = 0; from < ranked.length; from += step) {
    const part = ranked.slice(from, from + step);
    const ids = part.map(({ candidate }) => candidate.documentId);
    const records = new Map((await catalog.readable(ids, access)).map((record) => [record.id, record]));
    const refused = ids.filter((id) => !records.has(id));
    if (refused.length > 0) onWithheld(refused);
    for (const entry of part) {
      const record = records.get(entry.candidate.documentId);
      if (record) documents.push({ ranked: entry, record });
    }
    if (documents.length >= wanted && collapse(documents).length >= wanted) break;
  }
  return collapse(documents);
}

async function snippetsFor(
  places: readonly Place[],
  terms: QueryTerms,
  catalog: Catalog,
  access: AccessFilter,
): Promise<Snippet[]> {
  const wanted = places.map(({ ranked: { candidate } }) => {
    const { documentId, chunkOrdinal, denseChunkOrdinal } = candidate;
    return { documentId, ordinal: chunkOrdinal >= 0 ? chunkOrdinal : (denseChunkOrdinal ?? 0) };
  });
  const passages = await catalog.passages(wanted, access);
  return passages.map((passage) => (passage ? makeSnippet(passage, terms) : emptySnippet()));
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

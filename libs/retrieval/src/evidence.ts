import { invalidInput } from '@fumikura/errors';
import type { DocumentId } from '@fumikura/model';
import type { AccessFilter, Catalog, DocumentRecord, StoredText } from '@fumikura/ports';
import { countTerms } from '@fumikura/text';
import type { QueryTerms } from '@fumikura/text';
import type { Place } from './collapse.ts';
import { coverageOf, visibleSources } from './coverage.ts';
import { resolveFilter } from './filter.ts';
import { fuse } from './fusion.ts';
import type { Ranked } from './fusion.ts';
import { ownScores } from './own-scores.ts';
import { readablePlaces } from './places.ts';
import { checkedTerms } from './query/read-query.ts';
import { withSynonyms } from './query/expand.ts';
import { summaryOf } from './search.ts';
import type { SearchParts } from './search.ts';
import type { Evidence, EvidenceDocument, EvidenceQuery, OnWithheld } from './types.ts';

const MOST_DOCUMENTS = 50;
const MOST_IDS = 1_000;
/** Passages that stand for the collection where the engine does not tell how rare a word is. */
const SAMPLE = 100;

/** The documents that may answer, with their texts: ranked, filtered and checked again as a search. */
export async function gatherEvidence(
  parts: SearchParts,
  request: EvidenceQuery,
  access: AccessFilter,
  signal: AbortSignal,
  onWithheld: OnWithheld = () => undefined,
): Promise<Evidence> {
  if (!(request.documents >= 1 && request.documents <= MOST_DOCUMENTS))
    throw invalidInput('LIMIT_OUT_OF_RANGE', `documents: give a number from 1 to ${MOST_DOCUMENTS}.`);
  const { catalog, rank, freshnessMs, now } = parts;
  const terms = checkedTerms(request.query);
  const { within } = request;
  const filter = await resolveFilter([request.filter], { catalog, access, ...(within && { within }) });
  // Confidence looks at all candidates, more than are kept of a ranking.
  const query = {
    text: request.query,
    terms: withSynonyms(request.query, terms, parts.synonyms),
    depth: Infinity,
    // What becomes of it is shown as digits, and those must not follow what the caller may not read.
    statistics: 'readable' as const,
    ...(filter && { filter }),
  };
  const [{ ranked, notices, rarity }, sources] = await Promise.all([
    rank(query, access, signal),
    visibleSources(catalog, access),
  ]);
  const wanted = { count: request.documents, isFresh: () => true };
  const { places, troubled } = await readablePlaces(ranked, wanted, parts, access, signal, onWithheld);
  const found = await Promise.all(places.map((place) => asEvidence(place, catalog, access)));
  const documents = found.filter((document) => document !== undefined);
  signal.throwIfAborted();
  const judged = rarity
    ? { rarity, documents, scores: ranked.map(({ candidate }) => candidate.lexical) }
    : await judgedByThemselves(documents, terms, ranked, parts, access);
  return {
    terms,
    ...judged,
    scores: judged.scores.toSorted((a, b) => b - a),
    found: ranked.length,
    coverage: coverageOf(sources, freshnessMs, now(), troubled),
    notices: sources.length === 0 ? ['No source has documents that you may read.'] : notices,
  };
}

/** The order stays the engine's. */
async function judgedByThemselves(
  documents: readonly EvidenceDocument[],
  terms: QueryTerms,
  ranked: readonly Ranked[],
  { catalog, fusion }: Pick<SearchParts, 'catalog' | 'fusion'>,
  access: AccessFilter,
): Promise<Pick<Evidence, 'rarity' | 'documents' | 'scores'>> {
  const rarity = await sampledRarity(terms, ranked, catalog, access);
  const scores = ownScores(documents, terms, rarity);
  const fused = new Map(
    fuse(
      documents.map((document, at) => ({
        documentId: document.id,
        lexical: scores[at] ?? 0,
        parts: { document: 0, chunk: 0, title: 0 },
        chunkOrdinal: document.bestChunk,
        ...(document.cosine !== undefined && { cosine: document.cosine }),
      })),
      fusion,
    ).map(({ candidate, score }) => [candidate.documentId, score]),
  );
  const judged = documents.map((document, at) => ({
    ...document,
    lexical: scores[at] ?? 0,
    score: fused.get(document.id) ?? 0,
  }));
  return { rarity, documents: judged, scores };
}

type ConfirmParts = Pick<SearchParts, 'catalog' | 'lateCheck'>;

/** Those that may be read now, by the lists and by what their sources say where those are asked. */
export async function confirmed(
  ids: readonly DocumentId[],
  { catalog, lateCheck }: ConfirmParts,
  access: AccessFilter,
  signal: AbortSignal,
): Promise<readonly DocumentRecord[]> {
  const records = await catalog.readable(ids, access);
  if (!lateCheck || records.length === 0) return records;
  const { withheld } = await lateCheck.check(records, access, signal);
  return records.filter(({ id }) => !withheld.has(id));
}

/** Single documents, for whoever names them. */
export async function readEvidence(
  parts: ConfirmParts,
  ids: readonly DocumentId[],
  access: AccessFilter,
  signal: AbortSignal,
): Promise<EvidenceDocument[]> {
  if (ids.length > MOST_IDS)
    throw invalidInput('LIMIT_OUT_OF_RANGE', `documents: give at most ${MOST_IDS} ids.`);
  const found: EvidenceDocument[] = [];
  for (const record of await confirmed([...new Set(ids)], parts, access, signal)) {
    signal.throwIfAborted();
    const stored = await parts.catalog.text(record.id, access);
    if (stored) found.push(documentOf(record, stored, { score: 1, lexical: 0, bestChunk: 0 }));
  }
  return found;
}

async function asEvidence(
  { record, duplicates, ranked: { candidate, score } }: Place,
  catalog: Catalog,
  access: AccessFilter,
): Promise<EvidenceDocument | undefined> {
  const stored = await catalog.text(record.id, access);
  if (!stored) return undefined;
  const { lexical, cosine, chunkOrdinal, denseChunkOrdinal = -1 } = candidate;
  return {
    ...documentOf(record, stored, {
      score,
      lexical,
      bestChunk: chunkOrdinal >= 0 ? chunkOrdinal : denseChunkOrdinal,
    }),
    ...(cosine !== undefined && { cosine }),
    duplicates: duplicates.map(summaryOf),
  };
}

function documentOf(
  record: DocumentRecord,
  stored: StoredText,
  found: Pick<EvidenceDocument, 'score' | 'lexical' | 'bestChunk'>,
): EvidenceDocument {
  const { kind, language, createdAt, updatedAt } = record;
  const status = record.fields?.['status'];
  return {
    ...summaryOf(record),
    ...found,
    kind,
    language,
    breadcrumbs: record.breadcrumbs ?? [],
    labels: record.labels ?? [],
    ...(createdAt && { createdAt }),
    ...(updatedAt && { updatedAt }),
    ...(typeof status === 'string' && { status }),
    stored,
    duplicates: [],
  };
}

async function sampledRarity(
  { terms }: QueryTerms,
  ranked: readonly Ranked[],
  catalog: Catalog,
  access: AccessFilter,
): Promise<ReadonlyMap<string, number>> {
  const wanted = ranked
    .slice(0, SAMPLE)
    .flatMap(({ candidate: { documentId, chunkOrdinal } }) =>
      chunkOrdinal < 0 ? [] : [{ documentId, ordinal: chunkOrdinal }],
    );
  const passages = await catalog.passages(wanted, access);
  const texts = passages.flatMap((passage) => (passage ? [countTerms(passage.text).counts] : []));
  const holding = (term: string) => texts.filter((counts) => counts.has(term)).length;
  return new Map(
    terms.map(({ term }) => {
      const count = holding(term);
      return [term, Math.log(1 + (texts.length - count + 0.5) / (count + 0.5))];
    }),
  );
}

import type { Coverage, DocumentId } from '@fumikura/model';
import { invalidInput } from '@fumikura/errors';
import type { EvidenceDocument, Knowledge } from '@fumikura/retrieval';
import type { Asker, LeftOut, SummaryTarget } from '../types.ts';

/** Documents of one summary; further ones are named as left out. */
export const MAX_DOCUMENTS = 200;
/** Of a search. */
const MOST_HITS = 20;
const STEP = 10;
/** Documents left out that are named, beyond which they are counted. */
export const MOST_NAMED = 20;

export interface Gathered {
  readonly documents: readonly EvidenceDocument[];
  readonly leftOut: readonly LeftOut[];
  readonly coverage?: Coverage;
  readonly notices: readonly string[];
  readonly wanted: number;
}

/** @throws AppError INVALID_ARGUMENT (invalid-input) when nothing is asked for */
export async function* gather(
  knowledge: Knowledge,
  target: SummaryTarget,
  { access, signal, onWithheld }: Asker,
): AsyncGenerator<{ done: number; total: number }, Gathered> {
  if ('query' in target) {
    const evidence = await knowledge.evidence(
      { query: target.query, documents: MOST_HITS, ...(target.filter && { filter: target.filter }) },
      access,
      signal,
      onWithheld,
    );
    const { documents, coverage, notices } = evidence;
    const near = relevant(documents);
    yield { done: near.length, total: near.length };
    return { documents: near, leftOut: [], coverage, notices, wanted: near.length };
  }
  const ids = [...new Set(target.documentIds)];
  if (ids.length === 0) throw invalidInput('INVALID_ARGUMENT', 'documentIds: name at least one document.');
  const wanted = ids.slice(0, MAX_DOCUMENTS);
  const documents: EvidenceDocument[] = [];
  for (let from = 0; from < wanted.length; from += STEP) {
    signal.throwIfAborted();
    documents.push(...(await knowledge.documents(wanted.slice(from, from + STEP), access, signal)));
    yield { done: Math.min(from + STEP, wanted.length), total: wanted.length };
  }
  return { documents, leftOut: leftOutOf(ids, wanted, documents), notices: [], wanted: ids.length };
}

/** A search finds as many documents as it is asked for; those far behind the first are about something else. */
function relevant(documents: readonly EvidenceDocument[]): readonly EvidenceDocument[] {
  const best = documents[0]?.score ?? 0;
  return documents.filter(({ score }) => score >= 0.35 * best);
}

/** Ids as the caller gave them: an unknown and a forbidden one look alike. */
function leftOutOf(
  ids: readonly DocumentId[],
  wanted: readonly DocumentId[],
  found: readonly EvidenceDocument[],
): LeftOut[] {
  const there = new Set(found.map(({ id }) => id));
  return [
    ...wanted
      .filter((id) => !there.has(id))
      .map((id): LeftOut => ({ title: id, documentId: id, reason: 'not-found' })),
    ...ids.slice(wanted.length).map((id): LeftOut => ({ title: id, documentId: id, reason: 'beyond-cap' })),
  ];
}

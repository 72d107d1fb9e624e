import type { JudgedQuery } from '@fumikura/evaluation';
import type { Knowledge } from '@fumikura/retrieval';
import { judgedId } from './evaluation.ts';
import type { ReadingAs } from './judged-readers.ts';

/** A few documents of a collection as if there were no others, and a question to them. */
export interface SmallFolder {
  readonly query: JudgedQuery;
  readonly ids: readonly string[];
  readonly isAnswerable: boolean;
}

/** Documents of a folder. */
const SIZES = [1, 2, 5, 12] as const;
/** Questions of one collection, evenly over all of them. */
const QUESTIONS = 80;
/** The documents that come nearest without answering. */
const NEAR = 12;

/**
 * Each question is put to a folder of each size twice: with one document that answers it, and with another in its place.
 * The others come near to the question in every other folder, and speak of other questions in the rest.
 */
export async function* smallFolders(
  queries: readonly JudgedQuery[],
  relevantTo: (query: JudgedQuery) => readonly string[],
  { knowledge, as, signal }: { knowledge: Knowledge; as: ReadingAs; signal: AbortSignal },
): AsyncGenerator<SmallFolder> {
  const step = Math.max(1, Math.ceil(queries.length / QUESTIONS));
  const elsewhere = queries.map((query) => relevantTo(query)[0]);
  for (const [at, query] of queries.entries()) {
    if (at % step !== 0) continue;
    const relevant = relevantTo(query);
    const [answering] = relevant;
    if (answering === undefined) continue;
    const rest = await as({ kind: 'all-but', ids: relevant });
    const { documents } = await knowledge.evidence({ query: query.text, documents: NEAR }, rest, signal);
    const near = documents.map(({ id }) => judgedId(id));
    const far = [...elsewhere.slice(at + 1), ...elsewhere.slice(0, at)].filter((id) => id !== undefined);
    for (const [which, size] of SIZES.entries()) {
      const pool = (at / step + which) % 2 === 0 ? near : far;
      const others = [...new Set(pool)].filter((id) => !relevant.includes(id)).slice(0, size);
      yield { query, ids: [answering, ...others.slice(0, size - 1)], isAnswerable: true };
      yield { query, ids: others, isAnswerable: false };
    }
  }
}

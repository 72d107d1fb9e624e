import type { SourceId } from '@fumikura/model';
import type { AccessFilter, SearchIndex } from '@fumikura/ports';
import { analyseQuery } from '@fumikura/text';
import type { QueryTerms } from '@fumikura/text';

/** Of a word of a long form, against one that was typed; measured in docs/retrieval.md. */
const WEIGHT = 0.3;
/** Words added to one query. */
const MOST = 12;

/**
 * A query with the long forms of its abbreviations, as readable documents explain them: "Service Level Agreement (SLA)".
 */
export async function withLongForms(
  text: string,
  terms: QueryTerms,
  index: SearchIndex,
  access: AccessFilter,
  within: readonly SourceId[] | undefined,
  signal: AbortSignal,
): Promise<QueryTerms> {
  const request = { text, ...(within && { filter: { sources: within } }) };
  const longForms = text === '' ? [] : ((await index.explore?.longForms?.(request, access, signal)) ?? []);
  if (longForms.length === 0) return terms;
  const known = new Set(terms.terms.map(({ term }) => term));
  const added = analyseQuery(longForms.join('\n')).terms.filter(({ term }) => !known.has(term));
  return {
    ...terms,
    terms: [...terms.terms, ...added.slice(0, MOST).map((term) => ({ ...term, count: WEIGHT }))],
  };
}

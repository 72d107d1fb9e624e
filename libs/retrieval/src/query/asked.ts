import type { AccessFilter } from '@fumikura/ports';
import { analyseQuery } from '@fumikura/text';
import { isCopy } from '../collapse.ts';
import type { Place } from '../collapse.ts';
import { likenessOf } from '../similar.ts';
import type { LikenessParts } from '../similar.ts';
import type { KnowledgeQuery } from '../types.ts';
import { corrected } from './corrections.ts';
import type { Correction } from './corrections.ts';
import { readQuery } from './read-query.ts';
import type { ReadQuery } from './read-query.ts';
import { withLongForms } from './long-forms.ts';

/** A request in the form in which everything behind it works. */
export interface Asked extends Omit<ReadQuery, 'plain'> {
  readonly corrections: readonly Correction[];
  /** Places that are no answer whatever they rank: what the others are to be like. */
  readonly isLeftOut: (place: Place) => boolean;
}

export async function askedBy(
  parts: LikenessParts,
  request: KnowledgeQuery,
  access: AccessFilter,
  signal: AbortSignal,
): Promise<Asked> {
  const { catalog, index } = parts;
  const { query, filter, within, similarTo } = request;
  const context = { catalog, access, ...(within && { within }) };
  if (similarTo !== undefined) {
    // First of all: what the caller may not read cannot be asked by.
    const likeness = await likenessOf(similarTo, parts, access, signal);
    const read = await readQuery(query, filter, context, { mayBeEmpty: true });
    return { ...like(likeness, read), corrections: [] };
  }
  const { plain, ...read } = await readQuery(query, filter, context);
  const { text, corrections } = await corrected(read.text, plain, index, access, within, signal);
  const own = corrections.length > 0 ? analyseQuery(text) : read.terms;
  const terms = await withLongForms(text, own, index, access, within, signal);
  return { ...read, text, terms, corrections, isLeftOut: () => false };
}

function like(
  { record, text, terms }: Awaited<ReturnType<typeof likenessOf>>,
  { plain: _, ...read }: ReadQuery,
): Omit<Asked, 'corrections'> {
  return {
    ...read,
    text: [text, read.text].join('\n'),
    terms: { language: terms.language, terms: [...terms.terms, ...read.terms.terms] },
    isLeftOut: (place) => place.record.id === record.id || isCopy(place.record, record),
  };
}

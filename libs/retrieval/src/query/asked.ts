import type { AccessFilter } from '@fumikura/ports';
import { analyseQuery } from '@fumikura/text';
import type { QueryTerms } from '@fumikura/text';
import { isCopy } from '../collapse.ts';
import type { Place } from '../collapse.ts';
import { likenessOf } from '../similar.ts';
import type { LikenessParts } from '../similar.ts';
import type { KnowledgeQuery } from '../types.ts';
import { corrected } from './corrections.ts';
import type { Correction } from './corrections.ts';
import { readQuery } from './read-query.ts';
import type { ReadQuery } from './read-query.ts';
import { expanded } from './expand.ts';
import type { ExpandParts } from './expand.ts';
import { wordsMeant } from './synonyms.ts';
import type { Expansion } from './synonyms.ts';

/** A request in the form in which everything behind it works. */
export interface Asked extends Omit<ReadQuery, 'plain'> {
  /** `terms` without what is looked for beside. */
  readonly typed: QueryTerms;
  readonly corrections: readonly Correction[];
  /** What is looked for beside, as part of `terms`. */
  readonly expansions: readonly Expansion[];
  /** Places that are no answer whatever they rank: what the others are to be like. */
  readonly isLeftOut: (place: Place) => boolean;
}

export async function askedBy(
  parts: LikenessParts & ExpandParts,
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
    const alike = like(likeness, read);
    return { ...alike, typed: alike.terms, corrections: [], expansions: [] };
  }
  const { plain, ...read } = await readQuery(query, filter, context);
  // A word that the company's own list knows is no slip, whether or not a document has it.
  const isMeant = wordsMeant(parts.synonyms?.().of(plain.join('\n')) ?? []);
  const fixed = await corrected(read.text, plain, isMeant, index, access, within, signal);
  const { text, corrections } = fixed;
  const own = corrections.length > 0 ? analyseQuery(text) : read.terms;
  const { terms, expansions } = await expanded(
    { text, plain: fixed.plain.join('\n') },
    own,
    parts,
    access,
    within,
    signal,
  );
  return { ...read, text, terms, typed: own, corrections, expansions, isLeftOut: () => false };
}

function like(
  { record, text, terms }: Awaited<ReturnType<typeof likenessOf>>,
  { plain: _, ...read }: ReadQuery,
): Omit<Asked, 'corrections' | 'expansions' | 'typed'> {
  return {
    ...read,
    text: [text, read.text].join('\n'),
    terms: { language: terms.language, terms: [...terms.terms, ...read.terms.terms] },
    isLeftOut: (place) => place.record.id === record.id || isCopy(place.record, record),
  };
}

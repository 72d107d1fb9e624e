import type { DocumentId } from '@fumikura/model';
import type { AccessFilter, Catalog, DocumentRecord, LateCheck, SearchIndex } from '@fumikura/ports';
import { countTerms, detectLanguage, termClass } from '@fumikura/text';
import type { QueryTerms } from '@fumikura/text';
import { notFound, requireConfirmed } from './read.ts';

/** Terms that stand for a document, and how much of it is looked at. */
const TERMS = 32;
const CHARACTERS = 20_000;
/** A title says in few words what it is about. */
const TITLE_FACTOR = 3;
/** Characters that a model compares. */
const COMPARED = 1_000;

export interface Likeness {
  readonly record: DocumentRecord;
  /** For a model that compares meaning. */
  readonly text: string;
  readonly terms: QueryTerms;
}

export interface LikenessParts {
  readonly catalog: Catalog;
  readonly index: SearchIndex;
  readonly lateCheck?: LateCheck;
}

/**
 * What a document is about, as a question: its most telling terms, by how often it says them and how rare they are.
 * Asked of its source like a document that is read: what it is about is part of it.
 * @throws AppError DOCUMENT_NOT_FOUND when absent or forbidden alike, SOURCE_UNCONFIRMED
 */
export async function likenessOf(
  id: DocumentId,
  { catalog, index, lateCheck }: LikenessParts,
  access: AccessFilter,
  signal: AbortSignal,
): Promise<Likeness> {
  const [record] = await catalog.readable([id], access);
  const stored = record && (await catalog.text(id, access));
  if (!record || !stored) throw notFound();
  if (lateCheck) await requireConfirmed(record, access, lateCheck, signal);
  const { counts } = countTerms(stored.text.slice(0, CHARACTERS));
  const inTitle = countTerms(record.title).counts;
  const terms = [...new Set([...inTitle.keys(), ...counts.keys()])].filter(
    (term) => termClass(term) === 'word',
  );
  const rarity = (await index.explore?.rarity?.(terms)) ?? terms.map((term) => term.length);
  const weighed = terms.map((term, at) => {
    const times = (counts.get(term) ?? 0) + TITLE_FACTOR * (inTitle.get(term) ?? 0);
    return { term, weight: (1 + Math.log(times)) * (rarity[at] ?? 0) };
  });
  const telling = weighed.sort((a, b) => b.weight - a.weight).slice(0, TERMS);
  return {
    record,
    text: `${record.title}\n${stored.text.slice(0, COMPARED)}`,
    terms: {
      language: detectLanguage(stored.text),
      terms: telling.map(({ term }) => ({ term, class: 'word', count: 1 })),
    },
  };
}

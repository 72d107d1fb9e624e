import type { AccessFilter, Catalog, Passage } from '@fumikura/ports';
import { findPhrase, foldText, phraseOf } from '@fumikura/text';
import type { Phrase } from '@fumikura/text';
import type { Place } from './collapse.ts';
import type { Asked } from './query/asked.ts';
import { emptySnippet, makeSnippet } from './snippet.ts';
import type { Snippet } from './types.ts';

/** One for each place: of its best chunk, or of the one that has the exact phrase asked for. */
export async function snippetsFor(
  places: readonly Place[],
  { terms, conditions }: Pick<Asked, 'terms' | 'conditions'>,
  catalog: Catalog,
  access: AccessFilter,
): Promise<Snippet[]> {
  const phrases = conditions?.phrases ?? [];
  const wanted = places.map(({ ranked: { candidate } }) => {
    const { documentId, chunkOrdinal, denseChunkOrdinal } = candidate;
    return { documentId, ordinal: chunkOrdinal >= 0 ? chunkOrdinal : (denseChunkOrdinal ?? 0) };
  });
  const best = await catalog.passages(wanted, access);
  const passages =
    phrases.length === 0 ? best : await Promise.all(best.map((each, at) => saying(each, places[at])));
  return passages.map((passage) => (passage ? makeSnippet(passage, terms, phrases) : emptySnippet()));

  /** The index has no places of words: which chunk says a phrase is looked up in what is shown alone. */
  async function saying(
    passage: Passage | undefined,
    place: Place | undefined,
  ): Promise<Passage | undefined> {
    const all = phrases.map(phraseOf);
    if (!passage || !place || says(passage.text, all)) return passage;
    const stored = await catalog.text(place.record.id, access);
    const chunk = stored?.chunks.find(({ start, end }) => says(stored.text.slice(start, end), all));
    return stored && chunk ? { chunk, text: stored.text.slice(chunk.start, chunk.end) } : passage;
  }
}

function says(text: string, phrases: readonly Phrase[]): boolean {
  const folded = foldText(text);
  return phrases.some((phrase) => findPhrase(folded, phrase));
}

import type { IndexDocument } from '@fumikura/ports';
import { countTerms } from '@fumikura/text';

/** Where a document's term stands: counts of the title, of title and breadcrumbs, and of each chunk. */
interface TermPlaces {
  title: number;
  head: number;
  /** Flat triples: slot within the document, count in the span, count in the chunk's head. */
  readonly chunks: number[];
}

interface Lengths {
  readonly word: number;
  readonly bigram: number;
}

/** One document as the index stores it: everything tokenised, nothing numbered yet. */
export interface DocTerms {
  readonly terms: ReadonlyMap<string, TermPlaces>;
  /** Per slot: span and head together. At least one slot, so that a title alone can be found. */
  readonly chunkLengths: readonly Lengths[];
  /** Spans of all chunks plus title and breadcrumbs once. */
  readonly documentLength: Lengths;
  readonly titleLength: Lengths;
}

/** Cost: one tokenising pass over each span and over each distinct head. */
export function docTerms(document: IndexDocument): DocTerms {
  const terms = new Map<string, TermPlaces>();
  const places = (term: string): TermPlaces => {
    const known = terms.get(term);
    if (known) return known;
    const made = { title: 0, head: 0, chunks: [] };
    terms.set(term, made);
    return made;
  };
  const title = countTerms(document.title);
  const crumbs = countTerms(document.breadcrumbs.join('\n'));
  for (const [term, count] of title.counts) places(term).title = count;
  for (const { counts } of [title, crumbs]) for (const [term, count] of counts) places(term).head += count;
  const headOf = headReader(document);
  let word = title.wordLength + crumbs.wordLength;
  let bigram = title.bigramLength + crumbs.bigramLength;
  const slots = document.chunks.length > 0 ? document.chunks : [{ text: '', headingPath: [], context: '' }];
  const chunkLengths = slots.map(({ text, headingPath, context = '' }, slot): Lengths => {
    const span = countTerms(text);
    const head = headOf(headingPath, context);
    for (const [term, count] of span.counts)
      places(term).chunks.push(slot, count, head.counts.get(term) ?? 0);
    for (const [term, count] of head.counts)
      if (!span.counts.has(term)) places(term).chunks.push(slot, 0, count);
    word += span.wordLength;
    bigram += span.bigramLength;
    return { word: span.wordLength + head.wordLength, bigram: span.bigramLength + head.bigramLength };
  });
  return {
    terms,
    chunkLengths,
    documentLength: { word, bigram },
    titleLength: { word: title.wordLength, bigram: title.bigramLength },
  };
}

/** Neighbouring chunks mostly share their head. */
function headReader({ title, breadcrumbs }: IndexDocument) {
  let lastText: string | undefined;
  let last = countTerms('');
  return (headingPath: readonly string[], context: string) => {
    const text = [title, ...breadcrumbs, ...headingPath, context].join('\n');
    if (text !== lastText) last = countTerms(text);
    lastText = text;
    return last;
  };
}

import type { IndexDocument } from '@fumikura/ports';
import { countTerms } from '@fumikura/text';
import type { TermCounts } from '@fumikura/text';
import type { PostingLists } from './posting-lists.ts';

interface Lengths {
  readonly word: number;
  readonly bigram: number;
}

export interface DocLengths {
  /** Per slot: span and head together. At least one slot, so that a title alone can be found. */
  readonly chunks: readonly Lengths[];
  /** Spans of all chunks plus title and breadcrumbs once. */
  readonly document: Lengths;
  readonly title: Lengths;
}

/** Tokenises a document into posting lists. Cost: one pass over each span and over each distinct head. */
export function addDocument(
  document: IndexDocument,
  doc: number,
  firstChunk: number,
  into: PostingLists,
): DocLengths {
  const title = countTerms(document.title);
  const crumbs = countTerms(document.breadcrumbs.join('\n'));
  addTitle(title, crumbs, doc, into);
  const headOf = headReader(document);
  let word = title.wordLength + crumbs.wordLength;
  let bigram = title.bigramLength + crumbs.bigramLength;
  const slots = document.chunks.length > 0 ? document.chunks : [{ text: '', headingPath: [], context: '' }];
  const chunks = slots.map(({ text, headingPath, context = '' }, slot): Lengths => {
    const span = countTerms(text);
    const head = headOf(headingPath, context);
    const at = firstChunk + slot;
    for (const [term, count] of span.counts) into.addBody(term, at, count, head.counts.get(term) ?? 0);
    for (const [term, count] of head.counts) if (!span.counts.has(term)) into.addBody(term, at, 0, count);
    word += span.wordLength;
    bigram += span.bigramLength;
    return { word: span.wordLength + head.wordLength, bigram: span.bigramLength + head.bigramLength };
  });
  return {
    chunks,
    document: { word, bigram },
    title: { word: title.wordLength, bigram: title.bigramLength },
  };
}

function addTitle(title: TermCounts, crumbs: TermCounts, doc: number, into: PostingLists): void {
  for (const [term, count] of title.counts)
    into.addTitle(term, doc, count, count + (crumbs.counts.get(term) ?? 0));
  for (const [term, count] of crumbs.counts) if (!title.counts.has(term)) into.addTitle(term, doc, 0, count);
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

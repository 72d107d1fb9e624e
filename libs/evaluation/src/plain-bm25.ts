import { analyseQuery, countTerms } from '@fumikura/text';
import type { JudgedDocument } from './collection.ts';
import { DEPTH } from './evaluate.ts';

const K1 = 1.2;
const B = 0.75;

/**
 * What any search engine does by default, as the measure of ours: BM25 over title and text as one field, k1 1.2, b .75, our words and
 * bigrams alike. In memory, whole.
 */
export async function plainBm25(
  documents: AsyncIterable<JudgedDocument>,
): Promise<(query: string) => Promise<readonly string[]>> {
  const ids: string[] = [];
  const lengths: number[] = [];
  const postings = new Map<string, [document: number, count: number][]>();
  for await (const { id, title, text } of documents) {
    const { counts, wordLength, bigramLength } = countTerms(`${title}\n${text}`);
    for (const [term, count] of counts) {
      const list = postings.get(term);
      if (list) list.push([ids.length, count]);
      else postings.set(term, [[ids.length, count]]);
    }
    lengths.push(wordLength + bigramLength);
    ids.push(id);
  }
  const average = lengths.reduce((sum, length) => sum + length, 0) / Math.max(1, lengths.length);
  return async (query) => {
    const scores = new Map<number, number>();
    for (const { term, count: asked } of analyseQuery(query).terms) {
      const list = postings.get(term) ?? [];
      const idf = Math.log(1 + (ids.length - list.length + 0.5) / (list.length + 0.5));
      for (const [document, count] of list) {
        const length = 1 - B + (B * (lengths[document] ?? 0)) / average;
        const score = (asked * idf * count * (K1 + 1)) / (count + K1 * length);
        scores.set(document, (scores.get(document) ?? 0) + score);
      }
    }
    return [...scores]
      .sort((a, b) => b[1] - a[1] || a[0] - b[0])
      .slice(0, DEPTH)
      .map(([document]) => ids[document] ?? '');
  };
}

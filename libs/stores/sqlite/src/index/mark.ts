import type { TermFrequencies } from './scan-term.ts';
import type { IndexMeta } from './meta.ts';

/** A state of the index. Chunks and documents are never numbered again: what was written later has a higher number. */
export interface Mark {
  readonly epoch: string;
  readonly version: number;
  readonly nextChunk: number;
  readonly nextDoc: number;
}

export function writeMark({ epoch = '', version, nextChunk, nextDoc }: IndexMeta): string {
  return JSON.stringify([epoch, version, nextChunk, nextDoc]);
}

export function readMark(text: string): Mark {
  const [epoch, version, nextChunk, nextDoc] = JSON.parse(text) as [string, number, number, number];
  return { epoch, version, nextChunk, nextDoc };
}

/** What the scores of an answer were made of beside the documents: with it a document written later scores alike. */
export interface Statistics {
  readonly meta: IndexMeta;
  readonly frequencies: ReadonlyMap<string, TermFrequencies>;
}

export function writeStatistics({ meta, frequencies }: Statistics): string {
  const { vectorPuts: _, ...numbers } = meta;
  return JSON.stringify([numbers, [...frequencies]]);
}

export function readStatistics(text: string): Statistics {
  const [meta, frequencies] = JSON.parse(text) as [IndexMeta, [string, TermFrequencies][]];
  return { meta, frequencies: new Map(frequencies) };
}

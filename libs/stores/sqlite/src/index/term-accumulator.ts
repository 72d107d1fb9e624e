import type { Columns } from './columns.ts';
import type { ScratchArrays } from './scratch.ts';
import type { TitleCounts } from './title-counts.ts';

/** Constants of one term's score in one part: weight · tf / (tf + base + slope · length). */
export interface Saturation {
  readonly weight: number;
  readonly base: number;
  readonly slope: number;
}

export interface TermParts {
  readonly chunk: Saturation;
  readonly document: Saturation;
  readonly title: Saturation;
}

/**
 * Adds one term's scores to the arrays, entry by entry in the order of its list. The chunks of a document are
 * neighbours, so its count is summed while they pass and scored when the next document begins.
 */
export class TermAccumulator {
  readonly #admitted: Uint8Array;
  readonly #docOf: Int32Array;
  readonly #chunkLength: Uint16Array;
  readonly #docLength: Int32Array;
  readonly #titleLength: Int32Array;
  readonly #arrays: ScratchArrays;
  readonly #parts: TermParts;
  readonly #titles: TitleCounts;
  #current = -1;
  #inSpans = 0;

  constructor(
    columns: Columns,
    isWord: boolean,
    admitted: Uint8Array,
    arrays: ScratchArrays,
    parts: TermParts,
    titles: TitleCounts,
  ) {
    const { docs } = columns;
    this.#admitted = admitted;
    this.#docOf = columns.doc.values;
    this.#chunkLength = isWord ? columns.words.values : columns.bigrams.values;
    this.#docLength = isWord ? docs.words.values : docs.bigrams.values;
    this.#titleLength = isWord ? docs.titleWords.values : docs.titleBigrams.values;
    this.#arrays = arrays;
    this.#parts = parts;
    this.#titles = titles;
  }

  /** The hot loop: everything it touches is a local, and a chunk that is not admitted costs two loads. */
  row(data: Uint8Array, first: number): void {
    const admitted = this.#admitted;
    const docOf = this.#docOf;
    const lengths = this.#chunkLength;
    const { chunkScore, docBest } = this.#arrays;
    const { weight, base, slope } = this.#parts.chunk;
    const size = data.length;
    let current = this.#current;
    let inSpans = this.#inSpans;
    let at = first - 1;
    let next = 0;
    while (next < size) {
      let byte = data[next++] as number;
      let code = byte & 127;
      for (let shift = 7; byte > 127; shift += 7) {
        byte = data[next++] as number;
        code |= (byte & 127) << shift;
      }
      at += code >>> 2;
      let a = 1;
      let b = 0;
      if ((code & 3) !== 0) {
        byte = data[next++] as number;
        a = byte & 127;
        for (let shift = 7; byte > 127; shift += 7) {
          byte = data[next++] as number;
          a |= (byte & 127) << shift;
        }
        if ((code & 3) === 2) {
          byte = data[next++] as number;
          b = byte & 127;
          for (let shift = 7; byte > 127; shift += 7) {
            byte = data[next++] as number;
            b |= (byte & 127) << shift;
          }
        }
      }
      if (admitted[at] !== 1) continue;
      const tf = a + b;
      const score =
        (chunkScore[at] as number) + (weight * tf) / (tf + base + slope * (lengths[at] as number));
      chunkScore[at] = score;
      const doc = docOf[at] as number;
      if (score > (docBest[doc] as number)) docBest[doc] = score;
      if (doc === current) inSpans += a;
      else {
        if (current >= 0) this.#finish(current, inSpans);
        current = doc;
        inSpans = a;
      }
    }
    this.#current = current;
    this.#inSpans = inSpans;
  }

  /** One entry, for the few that wait in the delta. */
  entry(at: number, a: number, b: number): void {
    if (this.#admitted[at] !== 1) return;
    const { weight, base, slope } = this.#parts.chunk;
    const { chunkScore, docBest } = this.#arrays;
    const tf = a + b;
    const score =
      (chunkScore[at] as number) + (weight * tf) / (tf + base + slope * (this.#chunkLength[at] as number));
    chunkScore[at] = score;
    const doc = this.#docOf[at] as number;
    if (score > (docBest[doc] as number)) docBest[doc] = score;
    if (doc !== this.#current) {
      this.end();
      this.#current = doc;
    }
    this.#inSpans += a;
  }

  /** Scores the document that is still open. */
  end(): void {
    if (this.#current >= 0) this.#finish(this.#current, this.#inSpans);
    this.#current = -1;
    this.#inSpans = 0;
  }

  #finish(doc: number, inSpans: number): void {
    const arrays = this.#arrays;
    const titles = this.#titles;
    if (arrays.isTouched[doc] === 0) {
      arrays.isTouched[doc] = 1;
      arrays.touched[arrays.touchedCount++] = doc;
    }
    titles.moveTo(doc);
    const tf = inSpans + titles.head;
    const { weight, base, slope } = this.#parts.document;
    if (tf > 0) {
      arrays.docScore[doc] =
        (arrays.docScore[doc] as number) +
        (weight * tf) / (tf + base + slope * (this.#docLength[doc] as number));
    }
    if (titles.title === 0) return;
    const title = this.#parts.title;
    const length = title.base + title.slope * (this.#titleLength[doc] as number);
    arrays.titleScore[doc] =
      (arrays.titleScore[doc] as number) + (title.weight * titles.title) / (titles.title + length);
  }
}

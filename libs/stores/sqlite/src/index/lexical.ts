import type { LexicalWeights } from '@fumikura/ports';
import type { QueryTerms } from '@fumikura/text';
import type { Readable } from './readable-sums.ts';
import { idf, scanTerm } from './scan-term.ts';
import type { ScanTerm, TermFrequencies, TermSource } from './scan-term.ts';
import type { Scratch, ScratchArrays } from './scratch.ts';
import { TermAccumulator } from './term-accumulator.ts';
import { TopK } from './top-k.ts';

export interface LexicalScore {
  readonly doc: number;
  readonly total: number;
  readonly document: number;
  readonly chunk: number;
  readonly title: number;
  /** Slot within the document; -1 when the chunk part is 0. */
  readonly bestSlot: number;
}

export interface LexicalOptions {
  readonly weights: LexicalWeights;
  /** Documents wanted. */
  readonly candidates: number;
  /** Documents whose scores are wanted although they may not be among the best. */
  readonly required: Iterable<number>;
  readonly shouldStop: () => boolean;
  /** Frequencies and lengths are those of this alone; default everything's. */
  readonly readable?: Readable | undefined;
}

/** Pruning is considered while the lists that are left have so many times more entries than documents are to be looked at. */
const WORTH_PRUNING = 2;
/** Steps from 0 to the highest score in which a threshold is looked for. */
const STEPS = 1_024;

/**
 * BM25 in three parts, term at a time, in one pass over each list: chunks of a document are neighbours, so its counts
 * are summed on the way. A chunk that is not admitted is skipped before it has any score.
 *
 * Rare terms come first. As soon as the terms that are left cannot lift any other document among the best, only those
 * that still can are scored (MaxScore): the scores of the best and of the required documents stay exact.
 */
export class LexicalScan {
  readonly #source: TermSource;
  readonly #admitted: Uint8Array;
  readonly #arrays: ScratchArrays;
  /** Of each term of the query that was run. */
  readonly rarity = new Map<string, number>();
  readonly frequencies = new Map<string, TermFrequencies>();

  constructor(source: TermSource, admitted: Uint8Array, scratch: Scratch) {
    this.#source = source;
    this.#admitted = admitted;
    this.#arrays = scratch.cleared(source.meta.nextChunk, source.meta.nextDoc);
  }

  run(query: QueryTerms, { weights, candidates, required, shouldStop, readable }: LexicalOptions): void {
    const { nextDoc } = (readable ?? this.#source).meta;
    const terms = query.terms
      .map((term) => {
        const found = scanTerm(this.#source, term, weights, readable);
        if (found) this.frequencies.set(term.term, found.frequencies);
        this.rarity.set(term.term, found?.rarity ?? idf(nextDoc, 0));
        return found;
      })
      .filter((term) => term !== undefined)
      .sort((a, b) => b.bound - a.bound || a.entries - b.entries);
    let boundLeft = terms.reduce((sum, { bound }) => sum + bound, 0);
    let entriesLeft = terms.reduce((sum, { entries }) => sum + entries, 0);
    let [boundDone, alive] = [0, this.#admitted];
    for (const term of terms) {
      if (shouldStop()) return;
      // Partial scores stay well below what is possible: looking for a threshold earlier would find none.
      const isWorth = entriesLeft > WORTH_PRUNING * this.#arrays.touchedCount && boundLeft < boundDone * 0.7;
      if (isWorth) alive = this.#prune(boundLeft, candidates, weights, required) ?? alive;
      this.#score(term, alive);
      boundLeft -= term.bound;
      boundDone += term.bound;
      entriesLeft -= term.entries;
    }
  }

  /** Scores these alone, all of them. */
  runAll(terms: readonly ScanTerm[]): void {
    for (const term of terms) this.#score(term, this.#admitted);
  }

  /** The best documents by the weighted sum. */
  best(count: number, weights: LexicalWeights): LexicalScore[] {
    const top = new TopK(count);
    this.#sum(weights);
    const { touched, touchedCount, touchedScore } = this.#arrays;
    let { threshold } = top;
    for (let index = 0; index < touchedCount; index++) {
      const total = touchedScore[index] as number;
      if (total < threshold) continue;
      top.offer(touched[index] as number, total);
      threshold = top.threshold;
    }
    return top.take().map(({ key }) => this.score(key, weights));
  }

  bestSlot(doc: number): number {
    return this.#bestChunk(doc).slot;
  }

  /** Chunks beside the best one that have at least half of its score. */
  furtherChunks(doc: number): number {
    const first = this.#source.columns.docs.firstChunk.values[doc] ?? 0;
    const end = first + (this.#source.columns.docs.slots.values[doc] ?? 0);
    const least = (this.#arrays.docBest[doc] ?? 0) / 2;
    let chunks = 0;
    if (least > 0)
      for (let chunk = first; chunk < end; chunk++)
        if ((this.#arrays.chunkScore[chunk] ?? 0) >= least) chunks++;
    return Math.max(0, chunks - 1);
  }

  score(doc: number, weights: LexicalWeights): LexicalScore {
    const { score: chunk, slot: bestSlot } = this.#bestChunk(doc);
    const document = this.#arrays.docScore[doc] ?? 0;
    const title = this.#arrays.titleScore[doc] ?? 0;
    const total = weights.document * document + weights.chunk * chunk + weights.title * title;
    return { doc, total, document, chunk, title, bestSlot };
  }

  #score({ rows, fresh, titles, parts, isWord }: ScanTerm, alive: Uint8Array): void {
    const accumulator = new TermAccumulator(this.#source.columns, isWord, alive, this.#arrays, parts, titles);
    for (const { data, first } of rows) accumulator.row(data, first);
    for (let index = 0; index < fresh.length; index += 3)
      accumulator.entry(fresh[index] ?? 0, fresh[index + 1] ?? 0, fresh[index + 2] ?? 0);
    accumulator.end();
  }

  /**
   * Leaves only documents that can still be among the best when nobody gets more than `boundLeft`.
   * @returns the chunks to go on with; undefined when others could still come in
   */
  #prune(
    boundLeft: number,
    candidates: number,
    weights: LexicalWeights,
    required: Iterable<number>,
  ): Uint8Array | undefined {
    const arrays = this.#arrays;
    const least = this.#atLeast(candidates, this.#sum(weights)) - boundLeft;
    // A document without any score yet could get up to boundLeft.
    if (!(least > 0)) return undefined;
    const { touched, touchedScore } = arrays;
    const count = arrays.touchedCount;
    arrays.alive.fill(0, 0, this.#source.meta.nextChunk);
    arrays.touchedCount = 0;
    for (let index = 0; index < count; index++) {
      // Scores are single precision: a document at the very edge stays.
      if ((touchedScore[index] as number) < least * 0.9999) continue;
      const doc = touched[index] as number;
      touched[arrays.touchedCount++] = doc;
      this.#keepAlive(doc);
    }
    for (const doc of required) this.#keepAlive(doc);
    return arrays.alive;
  }

  #keepAlive(doc: number): void {
    const first = this.#source.columns.docs.firstChunk.values[doc] ?? 0;
    const end = first + (this.#source.columns.docs.slots.values[doc] ?? 0);
    for (let chunk = first; chunk < end; chunk++) this.#arrays.alive[chunk] = this.#admitted[chunk] as number;
  }

  /** Leaves each touched document's weighted sum in `touchedScore`. @returns the highest */
  #sum({ document, chunk, title }: LexicalWeights): number {
    const { touched, touchedCount, touchedScore, docBest, docScore, titleScore } = this.#arrays;
    let highest = 0;
    for (let index = 0; index < touchedCount; index++) {
      const doc = touched[index] as number;
      const total =
        document * (docScore[doc] as number) +
        chunk * (docBest[doc] as number) +
        title * (titleScore[doc] as number);
      touchedScore[index] = total;
      if (total > highest) highest = total;
    }
    return highest;
  }

  /** A score that at least `count` documents reach, close to the highest such one; 0 when there are fewer documents. */
  #atLeast(count: number, highest: number): number {
    const { touchedCount, touchedScore } = this.#arrays;
    if (touchedCount < count || highest === 0) return 0;
    const steps = new Int32Array(STEPS);
    const perScore = (STEPS - 1) / highest;
    for (let index = 0; index < touchedCount; index++) {
      const step = ((touchedScore[index] as number) * perScore) | 0;
      steps[step] = (steps[step] as number) + 1;
    }
    let reached = 0;
    for (let step = STEPS - 1; step >= 0; step--) {
      reached += steps[step] as number;
      if (reached >= count) return step / perScore;
    }
    return 0;
  }

  #bestChunk(doc: number): { score: number; slot: number } {
    const first = this.#source.columns.docs.firstChunk.values[doc] ?? 0;
    const slots = this.#source.columns.docs.slots.values[doc] ?? 0;
    let best = 0;
    let bestSlot = -1;
    for (let slot = 0; slot < slots; slot++) {
      const score = this.#arrays.chunkScore[first + slot] ?? 0;
      if (score > best) {
        best = score;
        bestSlot = slot;
      }
    }
    return { score: best, slot: bestSlot };
  }
}

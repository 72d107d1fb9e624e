import { saturationOf } from '@fumikura/ports';
import { TermNumbers, TermTally } from '@fumikura/text';
import { numberOf } from './numbers.ts';

/** Distinct terms of one text, numbered by a vocabulary, with how often each occurs. */
export interface CountedText {
  readonly terms: Int32Array;
  readonly counts: Int32Array;
  readonly wordLength: number;
  readonly bigramLength: number;
}

export interface TermTraits {
  /** As the index knows the term. */
  readonly index: number;
  readonly saturation: number;
  readonly isWord: boolean;
}

/**
 * Terms of the texts of one write, each looked at once however often it occurs. Kept no longer than the write: its terms
 * may hold on to the texts that they were cut from.
 */
export class Vocabulary {
  readonly #numbers = new TermNumbers();
  readonly #tally = new TermTally(this.#numbers);
  readonly #traits: (TermTraits | undefined)[] = [];

  get size(): number {
    return this.#numbers.size;
  }

  count(text: string): CountedText {
    const tally = this.#tally;
    tally.count(text);
    const [terms, counts] = [new Int32Array(tally.size), new Int32Array(tally.size)];
    for (let at = 0; at < terms.length; at++) {
      const term = tally.numberAt(at);
      terms[at] = term;
      counts[at] = tally.countOf(term);
    }
    return { terms, counts, wordLength: tally.wordLength, bigramLength: tally.bigramLength };
  }

  traitsOf(term: number): TermTraits {
    return (this.#traits[term] ??= traitsOf(this.#numbers.termOf(term)));
  }
}

/** Several texts counted as one; used again for one sum after another. */
export class TermSum {
  readonly #vocabulary: Vocabulary;
  #counts = new Int32Array(1_024);
  #isSeen = new Uint8Array(1_024);
  /** Distinct terms in the order of their first occurrence. */
  readonly seen: number[] = [];
  wordLength = 0;
  bigramLength = 0;

  constructor(vocabulary: Vocabulary) {
    this.#vocabulary = vocabulary;
  }

  countOf(term: number): number {
    return this.#counts[term] ?? 0;
  }

  add({ terms, counts, wordLength, bigramLength }: CountedText): this {
    this.note(terms);
    for (let at = 0; at < terms.length; at++) {
      const term = terms[at] as number;
      this.#counts[term] = (this.#counts[term] as number) + (counts[at] as number);
    }
    this.wordLength += wordLength;
    this.bigramLength += bigramLength;
    return this;
  }

  /** They are there, but do not count. */
  note(terms: Int32Array): void {
    this.#makeRoom();
    for (const term of terms) {
      if (this.#isSeen[term] === 1) continue;
      this.#isSeen[term] = 1;
      this.seen.push(term);
    }
  }

  clear(): this {
    for (const term of this.seen) this.#counts[term] = this.#isSeen[term] = 0;
    this.seen.length = 0;
    this.wordLength = this.bigramLength = 0;
    return this;
  }

  #makeRoom(): void {
    if (this.#vocabulary.size <= this.#counts.length) return;
    const size = this.#vocabulary.size * 2;
    const [counts, isSeen] = [new Int32Array(size), new Uint8Array(size)];
    counts.set(this.#counts);
    isSeen.set(this.#isSeen);
    [this.#counts, this.#isSeen] = [counts, isSeen];
  }
}

function traitsOf(term: string): TermTraits {
  // Bigrams and single characters start with a control character of their own.
  return { index: numberOf(term), saturation: saturationOf(term), isWord: term.charCodeAt(0) > 2 };
}

import { emitCompound, emitCounted, emitUnspaced, emitWord } from './analyser.ts';
import { scanRuns } from './scan.ts';
import { WordTable } from './word-table.ts';

/**
 * Terms as numbers, given in the order they are first seen. Counting many texts one after another costs one look-up a
 * term this way, where counts by string cost four.
 */
export class TermNumbers {
  readonly #numbers = new Map<string, number>();
  readonly #terms: string[] = [];
  readonly #words = new WordTable();
  /** By word: its first term, which nearly always is its only one. */
  #firstTerms = new Int32Array(4_096);
  /** By word: its further terms, the parts of `getUserById`. */
  readonly #furtherTerms = new Map<number, readonly number[]>();

  get size(): number {
    return this.#terms.length;
  }

  numberOf(term: string): number {
    const known = this.#numbers.get(term);
    if (known !== undefined) return known;
    const number = this.#terms.length;
    this.#numbers.set(term, number);
    this.#terms.push(term);
    return number;
  }

  /** Terms of a word of the text, in order: the same as `emitWord` gives. */
  tellWord(text: string, start: number, end: number, take: (number: number) => void): void {
    let word = this.#words.find(text, start, end);
    if (word < 0) word = this.#addWord(text.slice(start, end));
    take(this.#firstTerms[word] as number);
    if (this.#furtherTerms.size > 0) for (const number of this.#furtherTerms.get(word) ?? []) take(number);
  }

  #addWord(text: string): number {
    const word = this.#words.add(text);
    const numbers: number[] = [];
    emitWord(text, 0, text.length, (term) => numbers.push(this.numberOf(term)));
    if (word >= this.#firstTerms.length) this.#firstTerms = grown(this.#firstTerms, word + 1);
    this.#firstTerms[word] = numbers[0] ?? 0;
    if (numbers.length > 1) this.#furtherTerms.set(word, numbers.slice(1));
    return word;
  }

  /** Undefined for a term that was never seen. */
  find(term: string): number | undefined {
    return this.#numbers.get(term);
  }

  termOf(number: number): string {
    return this.#terms[number] ?? '';
  }
}

/** What `countTerms` tells of a text, by term number; used again for one text after another. */
export class TermTally {
  readonly #numbers: TermNumbers;
  #counts = new Int32Array(1_024);
  #seen = new Int32Array(256);
  /** Distinct terms. */
  size = 0;
  /** Occurrences in all, by class; the document length of BM25. */
  wordLength = 0;
  bigramLength = 0;

  constructor(numbers: TermNumbers) {
    this.#numbers = numbers;
  }

  /** Forgets the text before. */
  count(text: string): void {
    for (let index = 0; index < this.size; index++) this.#counts[this.#seen[index] as number] = 0;
    this.size = 0;
    this.wordLength = 0;
    this.bigramLength = 0;
    scanRuns(text, {
      word: (start, end) => this.#numbers.tellWord(text, start, end, this.#takeWord),
      unspaced: (start, end) => emitUnspaced(text, start, end, this.#takeTerm),
      counted: (start, end) => emitCounted(text, start, end, this.#takeTerm),
      compound: (start, end) => emitCompound(text, start, end, this.#takeTerm),
    });
  }

  /** The distinct terms' numbers in the order of their first occurrence; `index` from 0 to `size` - 1. */
  numberAt(index: number): number {
    return this.#seen[index] as number;
  }

  /** Occurrences of a term; 0 when the text does not have it. */
  countOf(number: number): number {
    return number < this.#counts.length ? (this.#counts[number] as number) : 0;
  }

  readonly #takeTerm = (term: string): void => {
    this.#add(this.#numbers.numberOf(term));
    const first = term.charCodeAt(0);
    if (first === 2) this.bigramLength++;
    else if (first !== 1) this.wordLength++;
  };

  readonly #takeWord = (number: number): void => {
    this.#add(number);
    this.wordLength++;
  };

  #add(number: number): void {
    if (number >= this.#counts.length) this.#counts = grown(this.#counts, number + 1);
    const count = this.#counts[number] as number;
    if (count === 0) {
      if (this.size === this.#seen.length) this.#seen = grown(this.#seen, this.size + 1);
      this.#seen[this.size++] = number;
    }
    this.#counts[number] = count + 1;
  }
}

function grown(values: Int32Array<ArrayBuffer>, least: number): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(Math.max(least, values.length * 2));
  larger.set(values);
  return larger;
}

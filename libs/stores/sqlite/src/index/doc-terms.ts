import type { IndexDocument } from '@fumikura/ports';
import { TermTally } from '@fumikura/text';
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

/** Tokenises documents into posting lists. Cost: one pass over each span and over each distinct head. */
export class DocumentTerms {
  readonly #into: PostingLists;
  readonly #title: TermTally;
  readonly #crumbs: TermTally;
  readonly #span: TermTally;
  readonly #head: TermTally;
  #headText: string | undefined;

  constructor(into: PostingLists) {
    this.#into = into;
    this.#title = new TermTally(into.numbers);
    this.#crumbs = new TermTally(into.numbers);
    this.#span = new TermTally(into.numbers);
    this.#head = new TermTally(into.numbers);
  }

  /** Documents and chunks in ascending order of their numbers. */
  add(document: IndexDocument, doc: number, firstChunk: number): DocLengths {
    const [title, crumbs] = [this.#title, this.#crumbs];
    title.count(document.title);
    crumbs.count(document.breadcrumbs.join('\n'));
    this.#addTitle(doc);
    let word = title.wordLength + crumbs.wordLength;
    let bigram = title.bigramLength + crumbs.bigramLength;
    const slots = document.chunks.length > 0 ? document.chunks : [{ text: '', headingPath: [], context: '' }];
    const chunks = slots.map(({ text, headingPath, context = '' }, slot): Lengths => {
      this.#span.count(text);
      this.#countHead([document.title, ...document.breadcrumbs, ...headingPath, context].join('\n'));
      this.#addChunk(firstChunk + slot);
      word += this.#span.wordLength;
      bigram += this.#span.bigramLength;
      return {
        word: this.#span.wordLength + this.#head.wordLength,
        bigram: this.#span.bigramLength + this.#head.bigramLength,
      };
    });
    return {
      chunks,
      document: { word, bigram },
      title: { word: title.wordLength, bigram: title.bigramLength },
    };
  }

  #addChunk(chunk: number): void {
    const [span, head, into] = [this.#span, this.#head, this.#into];
    for (let index = 0; index < span.size; index++) {
      const number = span.numberAt(index);
      into.addBody(number, chunk, span.countOf(number), head.countOf(number));
    }
    for (let index = 0; index < head.size; index++) {
      const number = head.numberAt(index);
      if (span.countOf(number) === 0) into.addBody(number, chunk, 0, head.countOf(number));
    }
  }

  #addTitle(doc: number): void {
    const [title, crumbs, into] = [this.#title, this.#crumbs, this.#into];
    for (let index = 0; index < title.size; index++) {
      const number = title.numberAt(index);
      const count = title.countOf(number);
      into.addTitle(number, doc, count, count + crumbs.countOf(number));
    }
    for (let index = 0; index < crumbs.size; index++) {
      const number = crumbs.numberAt(index);
      if (title.countOf(number) === 0) into.addTitle(number, doc, 0, crumbs.countOf(number));
    }
  }

  /** Neighbouring chunks mostly share their head. */
  #countHead(text: string): void {
    if (text !== this.#headText) this.#head.count(text);
    this.#headText = text;
  }
}

import type { Block } from '@fumikura/model';
import { listBlock } from './lists.ts';
import type { LabelledItem } from './lists.ts';

/** Blocks of a text whose lists and code come paragraph by paragraph: what follows each other becomes one block. */
export class BlockFlow {
  readonly #blocks: Block[] = [];
  #items: LabelledItem[] = [];
  #code: string[] = [];
  /** Notes of list items wait until the list is complete. */
  #waiting: Block[] = [];

  add(...blocks: readonly Block[]): void {
    if (blocks.length === 0) return;
    this.end();
    this.#blocks.push(...blocks);
  }

  addItem(item: LabelledItem): void {
    this.#items.push(item);
  }

  addCode(line: string): void {
    if (this.#code.length === 0) this.end();
    this.#code.push(line);
  }

  /** Behind the list that is under way, if there is one. */
  addAttached(blocks: readonly Block[]): void {
    if (this.#items.length > 0) this.addBehindList(blocks);
    else this.add(...blocks);
  }

  addBehindList(blocks: readonly Block[]): void {
    this.#waiting.push(...blocks);
  }

  /** Ends the list or code that is under way. */
  end(): void {
    if (this.#items.length > 0) this.#blocks.push(listBlock(this.#items));
    if (this.#code.some((line) => line !== ''))
      this.#blocks.push({ type: 'code', text: this.#code.join('\n') });
    this.#blocks.push(...this.#waiting);
    this.#items = [];
    this.#code = [];
    this.#waiting = [];
  }

  finish(): Block[] {
    this.end();
    return this.#blocks;
  }
}

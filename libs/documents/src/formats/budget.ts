import type { ParseLimits } from '../types.ts';

/** Counts characters while a format is read, so that a hostile or huge file ends early and says so. */
export class TextBudget {
  readonly #max: number;
  #used = 0;

  constructor({ maxCharacters }: Pick<ParseLimits, 'maxCharacters'>) {
    this.#max = maxCharacters;
  }

  spend(characters: number): void {
    this.#used += characters;
  }

  get isSpent(): boolean {
    return this.#used > this.#max;
  }

  get notices(): readonly string[] {
    return this.isSpent ? [cutNotice(this.#max)] : [];
  }
}

export function cutNotice(maxCharacters: number): string {
  return `The text is cut after ${maxCharacters.toLocaleString('en')} characters.`;
}

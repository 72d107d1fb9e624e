import { invalid } from './refusal.ts';

/** What is wrong with a body that could be read: refused at once, with everything that was found. */
export class Problems {
  readonly #found: string[] = [];

  add(problem: string): void {
    this.#found.push(problem);
  }

  /** @throws Refusal */
  raise(): void {
    if (this.#found.length > 0) throw invalid(this.#found.join('; '));
  }
}

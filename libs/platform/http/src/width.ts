/** What every source takes from a client that it does not know yet. */
const FIRST = 4;

/**
 * How many requests go out at once: few at first, one more for every round that the source takes without a word, half as
 * many when it asks to wait.
 */
export class Width {
  readonly #most: number;
  #now: number;
  #taken = 0;

  constructor(most: number) {
    this.#most = most;
    this.#now = Math.min(FIRST, most);
  }

  get now(): number {
    return this.#now;
  }

  /** @param wasFull whether all of the width was in use: what is not used proves nothing */
  taken(wasFull: boolean): void {
    if (!wasFull || this.#now >= this.#most || ++this.#taken < this.#now) return;
    this.#taken = 0;
    this.#now++;
  }

  halve(): void {
    this.#taken = 0;
    this.#now = Math.max(1, Math.floor(this.#now / 2));
  }
}

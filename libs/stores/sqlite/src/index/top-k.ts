/** Keeps the `k` best of many (key, score) pairs; ties are won by the smaller key. A binary heap, worst on top. */
export class TopK {
  readonly #keys: Int32Array;
  readonly #scores: Float64Array;
  #size = 0;

  constructor(k: number) {
    this.#keys = new Int32Array(k);
    this.#scores = new Float64Array(k);
  }

  /** A score below this cannot enter; -Infinity while there is room. */
  get threshold(): number {
    return this.#size < this.#keys.length ? -Infinity : (this.#scores[0] ?? -Infinity);
  }

  offer(key: number, score: number): void {
    if (this.#size < this.#keys.length) {
      this.#set(this.#size, key, score);
      this.#rise(this.#size++);
    } else if (this.#size > 0 && this.#isWorse(0, key, score)) {
      this.#set(0, key, score);
      this.#sink();
    }
  }

  /** Best first. */
  take(): { key: number; score: number }[] {
    const all = Array.from({ length: this.#size }, (_, at) => ({
      key: this.#keys[at] ?? 0,
      score: this.#scores[at] ?? 0,
    }));
    return all.sort((a, b) => b.score - a.score || a.key - b.key);
  }

  #isWorse(at: number, key: number, score: number): boolean {
    const own = this.#scores[at] ?? 0;
    return own < score || (own === score && (this.#keys[at] ?? 0) > key);
  }

  #set(at: number, key: number, score: number): void {
    this.#keys[at] = key;
    this.#scores[at] = score;
  }

  #rise(from: number): void {
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#isWorse(at, this.#keys[parent] ?? 0, this.#scores[parent] ?? 0)) return;
      this.#swap(at, parent);
      at = parent;
    }
  }

  #sink(): void {
    let at = 0;
    for (;;) {
      let worst = at;
      for (const child of [at * 2 + 1, at * 2 + 2]) {
        if (child < this.#size && this.#isWorse(child, this.#keys[worst] ?? 0, this.#scores[worst] ?? 0))
          worst = child;
      }
      if (worst === at) return;
      this.#swap(at, worst);
      at = worst;
    }
  }

  #swap(a: number, b: number): void {
    const [key, score] = [this.#keys[a] ?? 0, this.#scores[a] ?? 0];
    this.#set(a, this.#keys[b] ?? 0, this.#scores[b] ?? 0);
    this.#set(b, key, score);
  }
}

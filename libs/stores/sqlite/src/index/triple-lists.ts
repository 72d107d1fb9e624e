/** Many lists of number triples, growing at their ends, in five arrays in all: no object an entry, nothing to collect. */
export class TripleLists {
  #first = new Int32Array(1_024).fill(-1);
  #last = new Int32Array(1_024);
  #lengths = new Int32Array(1_024);
  /** Four numbers an entry: the triple, and where the list goes on (-1 at its end). */
  #entries = new Int32Array(4_096);
  #size = 0;

  append(list: number, at: number, a: number, b: number): void {
    if (list >= this.#first.length) this.#growLists(list + 1);
    if (this.#size + 4 > this.#entries.length) this.#entries = grown(this.#entries, this.#entries.length * 2);
    const entry = this.#size;
    const entries = this.#entries;
    entries[entry] = at;
    entries[entry + 1] = a;
    entries[entry + 2] = b;
    entries[entry + 3] = -1;
    if (this.#first[list] === -1) this.#first[list] = entry;
    else entries[(this.#last[list] as number) + 3] = entry;
    this.#last[list] = entry;
    this.#lengths[list] = (this.#lengths[list] as number) + 1;
    this.#size += 4;
  }

  has(list: number): boolean {
    return list < this.#first.length && this.#first[list] !== -1;
  }

  /** Flat triples in the order they came. */
  read(list: number): number[] {
    if (!this.has(list)) return [];
    const entries = this.#entries;
    const triples = new Array<number>((this.#lengths[list] as number) * 3);
    let to = 0;
    for (let entry = this.#first[list] as number; entry !== -1; entry = entries[entry + 3] as number) {
      triples[to++] = entries[entry] as number;
      triples[to++] = entries[entry + 1] as number;
      triples[to++] = entries[entry + 2] as number;
    }
    return triples;
  }

  #growLists(least: number): void {
    const from = this.#first.length;
    const size = Math.max(least, from * 2);
    this.#first = grown(this.#first, size).fill(-1, from);
    this.#last = grown(this.#last, size);
    this.#lengths = grown(this.#lengths, size);
  }
}

function grown(values: Int32Array<ArrayBuffer>, size: number): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(size);
  larger.set(values);
  return larger;
}

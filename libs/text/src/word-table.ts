/**
 * Numbers of words by their characters, looked up in place: no string is cut out of the text and none is hashed twice.
 * Open addressing; numbers count up from 0 in the order words are added.
 */
export class WordTable {
  readonly #words: string[] = [];
  #hashes = new Int32Array(4_096);
  #slots = new Int32Array(8_192).fill(-1);
  /** Of the last `find`, for the `add` that may follow it. */
  #hash = 0;

  /** -1 when the word is not here. */
  find(text: string, start: number, end: number): number {
    let hash = end - start;
    for (let at = start; at < end; at++) hash = (Math.imul(hash, 31) + text.charCodeAt(at)) | 0;
    // Words of one kind follow one another (w1, w2, …): without mixing they would lie in one cluster.
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
    hash ^= hash >>> 13;
    this.#hash = hash;
    const slots = this.#slots;
    const mask = slots.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const number = slots[slot] as number;
      if (number < 0) return -1;
      if (this.#hashes[number] === hash && isSame(this.#words[number] as string, text, start, end))
        return number;
    }
  }

  /** The word that `find` has just missed. */
  add(word: string): number {
    const number = this.#words.length;
    if (number * 2 >= this.#slots.length) this.#grow();
    this.#words.push(word);
    this.#hashes[number] = this.#hash;
    this.#place(number, this.#hash);
    return number;
  }

  #place(number: number, hash: number): void {
    const mask = this.#slots.length - 1;
    let slot = hash & mask;
    while ((this.#slots[slot] as number) >= 0) slot = (slot + 1) & mask;
    this.#slots[slot] = number;
  }

  #grow(): void {
    const hashes = new Int32Array(this.#hashes.length * 2);
    hashes.set(this.#hashes);
    this.#hashes = hashes;
    this.#slots = new Int32Array(this.#slots.length * 2).fill(-1);
    for (let number = 0; number < this.#words.length; number++) this.#place(number, hashes[number] as number);
  }
}

function isSame(word: string, text: string, start: number, end: number): boolean {
  if (word.length !== end - start) return false;
  for (let at = 0; at < word.length; at++)
    if (word.charCodeAt(at) !== text.charCodeAt(start + at)) return false;
  return true;
}

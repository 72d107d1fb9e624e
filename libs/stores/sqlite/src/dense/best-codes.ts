import type { BlockKernel } from './block-kernel.ts';
import { BLOCK } from './quantise.ts';

/** Blocks between two questions whether to stop: about a tenth of a millisecond at 384 dimensions. */
const BLOCKS_PER_STEP = 16;

/**
 * The admitted chunks with the `limit` highest scores of the kernel's present query, ascending by chunk id; equal scores
 * by lower id. Empty when stopped: a part of the chunks would be taken for all of them.
 *
 * @param highest no score is above it
 */
export function bestCodes(
  kernel: BlockKernel,
  admitted: Uint8Array,
  limit: number,
  highest: number,
  shouldStop: () => boolean,
): Uint32Array {
  const best = new BestScores(Math.min(limit, admitted.length), highest);
  for (let block = 0; block * BLOCK < admitted.length; block++) {
    if (block % BLOCKS_PER_STEP === 0 && shouldStop()) return new Uint32Array(0);
    const first = block * BLOCK;
    const found = kernel.scan(block, admitted.subarray(first, first + BLOCK), best.minimum);
    best.add(first, kernel.slots, kernel.scores, found);
  }
  return best.chunks();
}

/**
 * Keeps the `limit` highest scores of a stream of ascending chunk ids. What cannot be among them is told to the kernel
 * as a minimum that rises; whatever it lets through waits, and is counted by score when the waiting room is full.
 */
class BestScores {
  readonly #limit: number;
  readonly #chunks: Uint32Array;
  readonly #scores: Uint16Array;
  readonly #histogram: Uint32Array;
  #length = 0;
  /** Least score that can still be chosen. */
  minimum = 0;

  constructor(limit: number, highest: number) {
    this.#limit = limit;
    this.#chunks = new Uint32Array(limit + 4 * BLOCK);
    this.#scores = new Uint16Array(limit + 4 * BLOCK);
    this.#histogram = new Uint32Array(highest + 1);
  }

  add(first: number, slots: Uint16Array, scores: Uint16Array, count: number): void {
    if (this.#length + count > this.#chunks.length) this.#select();
    for (let at = 0; at < count; at++) {
      this.#chunks[this.#length] = first + (slots[at] as number);
      this.#scores[this.#length++] = scores[at] as number;
    }
  }

  chunks(): Uint32Array {
    this.#select();
    return this.#chunks.slice(0, this.#length);
  }

  /** Counting select: everything above the score of the last place, and at that score whoever came first. */
  #select(): void {
    if (this.#length <= this.#limit) return;
    const { last, places } = this.#lastPlace();
    let kept = 0;
    let taken = 0;
    for (let at = 0; at < this.#length; at++) {
      const score = this.#scores[at] as number;
      if (score < last || (score === last && taken++ >= places)) continue;
      this.#chunks[kept] = this.#chunks[at] as number;
      this.#scores[kept++] = score;
    }
    this.#length = kept;
    // A later chunk with the same score has a higher id, so only a higher score can push one out.
    this.minimum = last + 1;
  }

  /** The lowest score that is chosen, and how many with it. */
  #lastPlace(): { last: number; places: number } {
    this.#histogram.fill(0);
    for (let at = 0; at < this.#length; at++) {
      const score = this.#scores[at] as number;
      this.#histogram[score] = (this.#histogram[score] as number) + 1;
    }
    let last = this.#histogram.length - 1;
    let above = 0;
    while (above + (this.#histogram[last] ?? 0) < this.#limit) above += this.#histogram[last--] ?? 0;
    return { last, places: this.#limit - above };
  }
}

import { createHash } from 'node:crypto';

/** A vector for each word from its hash; a text is the sum of its words: alike in words, alike in direction. */
export function meaningOf(text: string, dimension: number): Float32Array {
  const sum = new Float32Array(dimension);
  for (const word of ['', ...text.toLowerCase().split(/[^\p{L}\p{N}]+/u)]) {
    const vector = wordVector(word, dimension);
    // What every text has is not nothing, and not much.
    const weight = word === '' ? 0.05 : 1;
    for (let axis = 0; axis < dimension; axis++) sum[axis] = (sum[axis] ?? 0) + weight * (vector[axis] ?? 0);
  }
  const length = Math.hypot(...sum) || 1;
  return sum.map((value) => value / length);
}

function wordVector(word: string, dimension: number): Float32Array {
  const vector = new Float32Array(dimension);
  for (let start = 0; start < dimension; start += 32) {
    const bytes = createHash('sha256').update(`${word} ${start}`).digest();
    for (let at = 0; at < 32 && start + at < dimension; at++) vector[start + at] = (bytes[at] ?? 0) - 127.5;
  }
  return vector;
}

import { createHash } from 'node:crypto';

/** Words compared; a longer document is known by its beginning. */
const MAX_SHINGLES = 4_000;
const SHINGLE = 3;

/**
 * 64-bit simhash over runs of three words (of three characters where no blanks are written): texts that differ in a few
 * places differ in a few bits (Charikar 2002; Manku, Jain & Das Sarma 2007). 16 hexadecimal digits; zeros mean no text.
 */
export function similarityHash(text: string): string {
  const words = text.toLowerCase().match(/[\u3040-\u30ff\u3400-\u9fff]|[\p{L}\p{N}]+/gu) ?? [];
  const last = Math.min(words.length - SHINGLE, MAX_SHINGLES);
  if (last < 0) return words.length === 0 ? '0'.repeat(16) : exact(words.join(' '));
  const sums = new Int32Array(64);
  for (let at = 0; at <= last; at++) {
    const [low, high] = hash(`${words[at]} ${words[at + 1]} ${words[at + 2]}`);
    for (let bit = 0; bit < 32; bit++) {
      sums[bit] = (sums[bit] ?? 0) + (((low >>> bit) & 1) === 1 ? 1 : -1);
      sums[bit + 32] = (sums[bit + 32] ?? 0) + (((high >>> bit) & 1) === 1 ? 1 : -1);
    }
  }
  let value = 0n;
  for (let bit = 0; bit < 64; bit++) if ((sums[bit] ?? 0) > 0) value |= 1n << BigInt(bit);
  return value.toString(16).padStart(16, '0');
}

/** Two words are too few to resemble anything: only equal texts are alike. */
function exact(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

/** Two 32-bit FNV-1a hashes with different starts, each finished by a mixing step. */
function hash(text: string): [number, number] {
  let low = 0x811c9dc5;
  let high = 0x01000193;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    low = Math.imul(low ^ unit, 0x01000193);
    high = Math.imul(high ^ unit, 0x85ebca6b);
  }
  return [mix(low), mix(high)];
}

function mix(value: number): number {
  let mixed = value;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x7feb352d);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x846ca68b);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

import type { ByteWriter } from './bytes.ts';
import { ByteReader } from './bytes.ts';

/**
 * Bytes of a row's data after which a new row is begun: a row then lies within its page (2,030 bytes of 8 kB pages for a
 * table without row ids), and an append rewrites no overflow pages.
 */
export const ROW_BYTES = 1_900;

/**
 * Writes one entry: varint(gap · 4 + form), then what the form leaves open. Form 0: a = 1, b = 0. Form 1: b = 0,
 * varint a. Form 2: varint a, varint b. Gaps of a row count from `first - 1`.
 */
export function encodePosting(writer: ByteWriter, gap: number, a: number, b: number): void {
  const form = b !== 0 ? 2 : a === 1 ? 0 : 1;
  writer.varint(gap * 4 + form);
  if (form >= 1) writer.varint(a);
  if (form === 2) writer.varint(b);
}

/** Flat triples of a row; for checks, small lists and tests: large scans decode in place. */
export function decodePostings(data: Uint8Array, before: number): number[] {
  const reader = new ByteReader(data);
  const postings: number[] = [];
  let at = before;
  while (!reader.isDone) {
    const code = reader.varint();
    const form = code % 4;
    at += (code - form) / 4;
    const a = form >= 1 ? reader.varint() : 1;
    postings.push(at, a, form === 2 ? reader.varint() : 0);
  }
  return postings;
}

import { ByteReader, ByteWriter } from './bytes.ts';

/**
 * One entry of a posting list: where a term stands. In a body list `at` is a chunk number, `a` the count in the span,
 * `b` the count in the chunk's head. In a title list `at` is a document number, `a` the count in the title, `b` the
 * count in title and breadcrumbs.
 */
export interface Posting {
  readonly at: number;
  readonly a: number;
  readonly b: number;
}

/** Bytes of a row's data after which a new row is begun. */
export const ROW_BYTES = 8_000;

/**
 * Entries in ascending order of `at`: varint(gap · 4 + form), then what the form leaves open. Form 0: a = 1, b = 0.
 * Form 1: b = 0, varint a. Form 2: varint a, varint b. Gaps count from `before` (-1 for the first of a row's list).
 */
export function encodePostings(postings: readonly Posting[], before: number): Uint8Array {
  const writer = new ByteWriter();
  let previous = before;
  for (const { at, a, b } of postings) {
    const form = b !== 0 ? 2 : a === 1 ? 0 : 1;
    writer.varint((at - previous) * 4 + form);
    if (form >= 1) writer.varint(a);
    if (form === 2) writer.varint(b);
    previous = at;
  }
  return writer.finish();
}

/** For checks and tests; scans decode in place. */
export function decodePostings(data: Uint8Array, before: number): Posting[] {
  const reader = new ByteReader(data);
  const postings: Posting[] = [];
  let at = before;
  while (!reader.isDone) {
    const code = reader.varint();
    const form = code % 4;
    at += (code - form) / 4;
    const a = form >= 1 ? reader.varint() : 1;
    postings.push({ at, a, b: form === 2 ? reader.varint() : 0 });
  }
  return postings;
}

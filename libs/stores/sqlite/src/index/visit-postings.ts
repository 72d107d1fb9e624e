import type { Postings } from './posting-lists.ts';
import { rowsFrom, rowsInSteps } from './posting-row.ts';
import type { PostingRow } from './posting-row.ts';
import type { TermSource } from './scan-term.ts';

/** Told of each entry of a list in its order; ends the visit by returning false. */
export type Visit = (at: number, a: number, b: number) => boolean | void;

/**
 * Every entry of a list, of the rows first and then of what waits in the delta.
 * @param among one byte each: rows without a 1 in their range are passed over; their entries need not be visited
 * @returns false when it was ended
 */
export function visitPostings(
  { db, delta }: TermSource,
  key: string,
  visit: Visit,
  among?: Uint8Array,
): boolean {
  let last = -1;
  for (const row of rowsInSteps(db, key)) {
    last = row.last;
    if (isAmong(row, among) && !visitRow(row.data, row.first - 1, visit)) return false;
  }
  return visitFresh(delta.lists.get(key), last, visit);
}

/**
 * Chunks of a list, row by row and not one by one: for lists that hold a million. The array is used again.
 * @param among rows without a 1 in their range are passed over; or the first chunk that matters
 */
export function visitChunks(
  { db, delta }: TermSource,
  key: string,
  visit: (chunks: Int32Array, count: number) => void,
  among: Uint8Array | number,
): void {
  let last = -1;
  for (const row of typeof among === 'number' ? rowsFrom(db, key, among) : rowsInSteps(db, key)) {
    last = row.last;
    if (typeof among !== 'number' && !isAmong(row, among)) continue;
    visit(placesOf(row), row.entries);
  }
  const fresh: number[] = [];
  visitFresh(delta.lists.get(key), last, (at) => void fresh.push(at));
  if (fresh.length > 0) visit(Int32Array.from(fresh), fresh.length);
}

let places = new Int32Array(8_192);

function isAmong({ first, last }: PostingRow, among: Uint8Array | undefined): boolean {
  if (!among) return true;
  const next = among.indexOf(1, first);
  return next >= 0 && next <= last;
}

/** The hot loop: places alone, what stands beside them is passed over. The array is used again, and may be longer. */
export function placesOf({ data, first, entries }: PostingRow): Int32Array {
  if (entries > places.length) places = new Int32Array(entries);
  const into = places;
  let at = first - 1;
  let [next, count] = [0, 0];
  while (next < data.length) {
    let byte = data[next++] as number;
    let code = byte & 127;
    for (let shift = 7; byte > 127; shift += 7) {
      byte = data[next++] as number;
      code |= (byte & 127) << shift;
    }
    at += code >>> 2;
    into[count++] = at;
    const form = code & 3;
    if (form !== 0) while ((data[next++] as number) > 127) continue;
    if (form === 2) while ((data[next++] as number) > 127) continue;
  }
  return into;
}

function visitFresh(fresh: Postings, after: number, visit: Visit): boolean {
  for (let index = 0; index < fresh.length; index += 3) {
    const at = fresh[index] ?? 0;
    // A fold that is under way has moved it into a row already.
    if (at > after && visit(at, fresh[index + 1] ?? 0, fresh[index + 2] ?? 0) === false) return false;
  }
  return true;
}

/** Decodes in place: lists may hold a million entries. */
export function visitRow(data: Uint8Array, before: number, visit: Visit): boolean {
  let next = 0;
  const varint = (): number => {
    let byte = data[next++] as number;
    let value = byte & 127;
    for (let shift = 7; byte > 127; shift += 7) {
      byte = data[next++] as number;
      value |= (byte & 127) << shift;
    }
    return value;
  };
  let at = before;
  while (next < data.length) {
    const code = varint();
    const form = code & 3;
    at += code >>> 2;
    const a = form === 0 ? 1 : varint();
    if (visit(at, a, form === 2 ? varint() : 0) === false) return false;
  }
  return true;
}

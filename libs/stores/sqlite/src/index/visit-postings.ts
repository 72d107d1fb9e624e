import type { Postings } from './posting-lists.ts';
import { rowsOf } from './posting-row.ts';
import type { TermSource } from './scan-term.ts';

/** Told of each entry of a list in its order; ends the visit by returning false. */
export type Visit = (at: number, a: number, b: number) => boolean | void;

/** Every entry of a list, of the rows first and then of what waits in the delta. @returns false when it was ended */
export function visitPostings({ db, delta }: TermSource, key: string, visit: Visit): boolean {
  let last = -1;
  for (const row of rowsOf(db, key)) {
    if (!visitRow(row.data, row.first - 1, visit)) return false;
    last = row.last;
  }
  return visitFresh(delta.lists.get(key), last, visit);
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
function visitRow(data: Uint8Array, before: number, visit: Visit): boolean {
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

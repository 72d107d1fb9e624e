import type { PointId } from './collection.ts';
import type { Json } from './payload.ts';
import { badFormat, LeftOut } from './refusal.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const LARGEST = 2n ** 64n - 1n;

/** Ids as the server writes them: numbers, or UUIDs in lower case with hyphens. */
export function idOf(value: unknown): PointId {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0) {
    if (Number.isSafeInteger(value)) return value;
    // A reader of JSON has rounded it.
    if (BigInt(value) <= LARGEST) throw new LeftOut('ids above 2^53 in lists and filters');
  }
  if (typeof value === 'string') {
    const bare = value
      .toLowerCase()
      .replace(/^urn:uuid:/, '')
      .replace(/^\{(.*)\}$/, '$1');
    const text = /^[0-9a-f]{32}$/.test(bare)
      ? bare.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
      : bare;
    if (UUID.test(text)) return text;
  }
  throw badFormat(
    `value ${shown(value)} is not a valid point ID, valid values are either an unsigned integer or a UUID`,
  );
}

function shown(value: unknown): string {
  if (value === null) return 'Unit';
  return typeof value === 'number' && value > Number(LARGEST) ? BigInt(value).toString() : String(value);
}

/** A body whose `id` fields keep all their digits. */
export function withLargeIds(text: string): unknown {
  const revive = (key: string, value: unknown, context?: { readonly source?: string }) => {
    if (key !== 'id' || typeof value !== 'number' || Number.isSafeInteger(value)) return value;
    const digits = context?.source ?? '';
    return /^\d+$/.test(digits) && BigInt(digits) <= LARGEST ? BigInt(digits) : value;
  };
  return JSON.parse(text, revive as (this: unknown, key: string, value: unknown) => unknown);
}

/** As it stands in an answer. */
export function idJson(id: PointId): Json {
  if (typeof id !== 'bigint') return id;
  return (JSON as unknown as { rawJSON(text: string): Json }).rawJSON(id.toString());
}

/** Numbers before UUIDs, each in their own order. */
export function compareIds(a: PointId, b: PointId): number {
  if (typeof a === 'string') return typeof b === 'string' ? (a < b ? -1 : a > b ? 1 : 0) : 1;
  if (typeof b === 'string') return -1;
  return a < b ? -1 : a > b ? 1 : 0;
}

import type { PointId } from './collection.ts';
import { badFormat, LeftOut } from './refusal.ts';

const MASK = (1n << 64n) - 1n;

/** Of `total` parts of all ids the one of this number. */
export function sliceTest(slice: {
  readonly total?: unknown;
  readonly index?: unknown;
}): (id: PointId) => boolean {
  const { total, index } = slice;
  if (!Number.isInteger(total) || !Number.isInteger(index))
    throw badFormat('data did not match any variant of untagged enum Condition');
  if ((total as number) < 1 || (index as number) < 0 || (index as number) >= (total as number))
    throw new LeftOut('slices that are none of the parts');
  return (id) => hashOf(id) % BigInt(total as number) === BigInt(index as number);
}

/** SipHash-2-4 (Aumasson & Bernstein 2012) with a key of zeros over the eight bytes of a number, the sixteen of a UUID. */
function hashOf(id: PointId): bigint {
  const state = [0x736f6d6570736575n, 0x646f72616e646f6dn, 0x6c7967656e657261n, 0x7465646279746573n];
  const words = typeof id === 'string' ? wordsOf(id) : [BigInt(id)];
  for (const word of words) absorb(state, word);
  absorb(state, BigInt(words.length * 8) << 56n);
  state[2] = (state[2] ?? 0n) ^ 0xffn;
  for (let round = 0; round < 4; round++) mix(state);
  return state.reduce((all, each) => all ^ each, 0n);
}

function wordsOf(uuid: string): bigint[] {
  const bytes = Buffer.from(uuid.replaceAll('-', ''), 'hex');
  return [bytes.readBigUInt64LE(0), bytes.readBigUInt64LE(8)];
}

function absorb(state: bigint[], word: bigint): void {
  state[3] = (state[3] ?? 0n) ^ word;
  mix(state);
  mix(state);
  state[0] = (state[0] ?? 0n) ^ word;
}

function mix(state: bigint[]): void {
  let [a = 0n, b = 0n, c = 0n, d = 0n] = state;
  a = (a + b) & MASK;
  b = turned(b, 13n) ^ a;
  a = turned(a, 32n);
  c = (c + d) & MASK;
  d = turned(d, 16n) ^ c;
  a = (a + d) & MASK;
  d = turned(d, 21n) ^ a;
  c = (c + b) & MASK;
  b = turned(b, 17n) ^ c;
  c = turned(c, 32n);
  state.splice(0, 4, a, b, c, d);
}

function turned(word: bigint, by: bigint): bigint {
  return ((word << by) | (word >> (64n - by))) & MASK;
}

import type { DenseConfig } from './collection.ts';

/**
 * Vectors stored with four bits a coordinate (datatype `turbo4`), as 1.18.3 does it: turned by a fixed rotation, so that
 * coordinates are spread like a normal distribution whatever they were, and each given to the nearest of sixteen levels.
 * Recorded vectors and scores come out to 1e-5.
 */
export interface TurboCode {
  /** Level of each turned coordinate. */
  readonly levels: readonly number[];
  /** Of the vector before; 1 where vectors are compared by angle. */
  readonly length: number;
  /** Of the vector of levels. */
  readonly norm: number;
}

/** Best levels for a normal distribution (Lloyd-Max), and what the server compares queries with. */
const LEVELS = [0.1284, 0.3881, 0.6568, 0.9424, 1.256, 1.618, 2.069, 2.733];
const CENTRES = [...LEVELS.map((level) => -level).reverse(), ...LEVELS].map(Math.fround);
const BOUNDS = CENTRES.slice(1).map((centre, at) =>
  Math.fround(Math.fround(centre + (CENTRES[at] ?? 0)) / 2),
);
const STEPS = [0, 31, 52, 69, 84, 97, 110, 122, 134, 146, 159, 172, 187, 204, 225, 255];
const MIDDLE_STEP = 128;
const HIGHEST_STEP = 8_127;

const SHUFFLES = [654605292835415893n, 8636605637963351413n, 1775280196666917949n];
const [FACTOR, SUMMAND] = [6364136223846793005n, 1442695040888963407n];

const codes = new WeakMap<Float32Array, TurboCode>();

/** How a vector that is read back was stored. */
export function turboCodeOf(vector: Float32Array): TurboCode | undefined {
  return codes.get(vector);
}

/** A vector as it is read back once it was stored. */
export function turboStored(vector: Float32Array, distance: DenseConfig['distance']): Float32Array {
  const turned = rotated(vector);
  const places = turned.length + (turned.length % 2);
  const length = distance === 'Cosine' ? 1 : Math.fround(lengthOf(turned));
  const scale = length > 0 ? Math.sqrt(places) / length : 1;
  const levels = turned.map((value) => levelOf(Math.fround(value * scale)));
  const centres = levels.map(centreOf);
  const read = Float32Array.from(rotatedBack(centres.map((centre) => (centre * length) / Math.sqrt(places))));
  // Two levels make a byte: an odd one has a partner of nothing, which is given to a level like any other.
  const filled = places > centres.length ? [...centres, centreOf(levelOf(0))] : centres;
  codes.set(read, { levels, length, norm: Math.fround(lengthOf(filled)) });
  return read;
}

/** How near a query is to a stored vector, the higher the nearer. Manhattan distances are those of vectors as read back. */
export function turboSimilarity(
  asked: Float32Array,
  { levels, length, norm }: TurboCode,
  distance: Exclude<DenseConfig['distance'], 'Manhattan'>,
): number {
  const turned = rotated(asked);
  const dot = (stepped(turned.map(Math.fround), levels) * length) / norm;
  return distance === 'Euclid' ? 2 * dot - lengthOf(turned) ** 2 - length ** 2 : dot;
}

/** Of a query in steps of its own with the levels in theirs. */
function stepped(asked: readonly number[], levels: readonly number[]): number {
  const highest = Math.max(...asked.map(Math.abs), 2 ** -23);
  const scale = Math.fround(HIGHEST_STEP / highest);
  let sum = 0;
  for (const [at, value] of asked.entries())
    sum += Math.round(Math.fround(value * scale)) * ((STEPS[levels[at] ?? 0] ?? 0) - MIDDLE_STEP);
  return sum / ((scale * MIDDLE_STEP) / (CENTRES.at(-1) ?? 1));
}

function levelOf(value: number): number {
  const level = BOUNDS.findIndex((bound) => value <= bound);
  return level < 0 ? BOUNDS.length : level;
}

function centreOf(level: number): number {
  return CENTRES[level] ?? 0;
}

function lengthOf(vector: readonly number[]): number {
  return Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
}

function rotated(vector: Float32Array): number[] {
  const turned = [...vector];
  mix(turned);
  for (const seed of SHUFFLES) {
    for (const [a, b] of swapsOf(seed, turned.length)) swap(turned, a, b);
    mix(turned);
  }
  return turned;
}

function rotatedBack(vector: readonly number[]): number[] {
  const turned = [...vector];
  mix(turned);
  for (const seed of SHUFFLES.toReversed()) {
    for (const [a, b] of swapsOf(seed, turned.length).toReversed()) swap(turned, a, b);
    mix(turned);
  }
  return turned;
}

const knownSwaps = new Map<string, readonly (readonly [number, number])[]>();

/** A Fisher-Yates shuffle by a linear congruential generator with Knuth's constants. */
function swapsOf(seed: bigint, count: number): readonly (readonly [number, number])[] {
  const key = `${seed} ${count}`;
  const known = knownSwaps.get(key);
  if (known) return known;
  let state = seed;
  const swaps = Array.from({ length: Math.max(0, count - 1) }, (_, turn): [number, number] => {
    state = BigInt.asUintN(64, state * FACTOR + SUMMAND);
    const place = count - 1 - turn;
    return [place, Number((state >> 32n) % BigInt(place + 1))];
  });
  knownSwaps.set(key, swaps);
  return swaps;
}

function swap(values: number[], a: number, b: number): void {
  const kept = values[a] ?? 0;
  values[a] = values[b] ?? 0;
  values[b] = kept;
}

/** Walsh-Hadamard transforms, each its own inverse, over parts whose sizes are powers of two, the largest first. */
function mix(values: number[]): void {
  let from = 0;
  for (let left = values.length; left > 0;) {
    const size = 2 ** Math.floor(Math.log2(left));
    transform(values, from, size);
    from += size;
    left -= size;
  }
}

function transform(values: number[], from: number, size: number): void {
  for (let half = 1; half < size; half *= 2)
    for (let block = from; block < from + size; block += half * 2)
      for (let at = block; at < block + half; at++) {
        const [a, b] = [values[at] ?? 0, values[at + half] ?? 0];
        values[at] = a + b;
        values[at + half] = a - b;
      }
  for (let at = from; at < from + size; at++) values[at] = (values[at] ?? 0) / Math.sqrt(size);
}

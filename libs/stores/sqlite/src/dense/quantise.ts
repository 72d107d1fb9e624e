import { AppError } from '@fumikura/errors';

/** Chunks of a block: one row of the database, one call of the kernel. */
export const BLOCK = 1_024;
/** Chunks whose codes are interleaved inside a block. */
const GROUP = 16;
const HIGHEST_LEVEL = 15;

/** Bytes of a code: a bit per dimension, padded to 64 bits. */
export function codeBytes(dimension: number): number {
  return Math.ceil(dimension / 64) * 8;
}

/**
 * The vector at length 1.
 * @throws AppError VECTOR_INVALID (invalid-input) for another dimension, NaN, infinities and the zero vector
 */
export function normalised(vector: Float32Array, dimension: number): Float32Array {
  const expected = `expected are ${dimension} finite numbers that are not all zero`;
  if (vector.length !== dimension) throw invalid(`has ${vector.length} dimensions; ${expected}`);
  let square = 0;
  for (const value of vector) square += value * value;
  if (!Number.isFinite(square)) throw invalid(`holds a value that is no finite number; ${expected}`);
  if (square === 0) throw invalid(`is zero and points nowhere; ${expected}`);
  const length = Math.sqrt(square);
  return vector.map((value) => value / length);
}

function invalid(what: string): AppError {
  return new AppError('VECTOR_INVALID', 'invalid-input', `vector ${what}`, {
    publicMessage: `The vector ${what}.`,
  });
}

/**
 * Puts the code of a vector, one bit per dimension, set above the mean, at its slot of a block's codes. Byte r of the
 * 16 chunks of a group stand side by side, so that the kernel reads them with one load.
 */
export function putCode(codes: Uint8Array, slot: number, unit: Float32Array, mean: Float32Array): void {
  const rows = codeBytes(unit.length);
  const start = Math.floor(slot / GROUP) * rows * GROUP + (slot % GROUP);
  for (let row = 0; row < rows; row++) {
    let byte = 0;
    const end = Math.min(unit.length, row * 8 + 8);
    for (let at = row * 8; at < end; at++) {
      if ((unit[at] ?? 0) > (mean[at] ?? 0)) byte |= 1 << (at & 7);
    }
    codes[start + row * GROUP] = byte;
  }
}

/** Byte `row` of the code at a slot: the inverse of `putCode`. */
export function codeByte(codes: Uint8Array, rows: number, slot: number, row: number): number {
  return codes[(Math.floor(slot / GROUP) * rows + row) * GROUP + (slot % GROUP)] ?? 0;
}

/**
 * The query as the kernel's tables: for each half byte of a code, what each of its 16 values adds to the score. A
 * dimension has a level l of 0 to 15 and adds l where the bit is set, 15 - l where not: the rank-preserving integer form
 * of query · sign(code). Padding adds nothing.
 */
export function queryTables(unit: Float32Array, mean: Float32Array): Uint8Array {
  const tables = new Uint8Array(codeBytes(unit.length) * 2 * 16);
  for (const [at, level] of queryLevels(unit, mean).entries()) {
    const table = (at >> 2) * 16;
    for (let value = 0; value < 16; value++) {
      const isSet = ((value >> (at & 3)) & 1) === 1;
      tables[table + value] = (tables[table + value] ?? 0) + (isSet ? level : HIGHEST_LEVEL - level);
    }
  }
  return tables;
}

function queryLevels(unit: Float32Array, mean: Float32Array): Uint8Array {
  const centred = unit.map((value, at) => value - (mean[at] ?? 0));
  const largest = centred.reduce((most, value) => Math.max(most, Math.abs(value)), 0) || 1;
  const half = HIGHEST_LEVEL / 2;
  return Uint8Array.from(centred, (value) => Math.round((value / largest) * half + half));
}

/** 4 bytes of scale, then a signed byte per dimension: value = byte · scale. */
export function toInt8(unit: Float32Array): Uint8Array {
  const largest = unit.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const scale = Math.fround(largest / 127);
  const bytes = new Uint8Array(storedBytes(unit.length));
  const view = new DataView(bytes.buffer);
  view.setFloat32(0, scale, true);
  for (let at = 0; at < unit.length; at++) view.setInt8(4 + at, Math.round((unit[at] ?? 0) / scale));
  return bytes;
}

export function fromInt8(stored: Uint8Array): Float32Array {
  const [scale, values] = [scaleOf(stored), int8Values(stored)];
  const vector = new Float32Array(values.length);
  for (let at = 0; at < values.length; at++) vector[at] = (values[at] as number) * scale;
  return vector;
}

/** Bytes of a stored vector. */
export function storedBytes(dimension: number): number {
  return 4 + dimension;
}

/** Cosines of a unit vector with stored ones that stand one behind the other, each within about .004. */
export function cosinesWith(unit: Float32Array, stored: Uint8Array): Float64Array {
  const size = storedBytes(unit.length);
  const values = new Int8Array(stored.buffer, stored.byteOffset, stored.length);
  const view = new DataView(stored.buffer, stored.byteOffset, stored.length);
  const cosines = new Float64Array(stored.length / size);
  for (let row = 0; row < cosines.length; row++) {
    const first = row * size + 4;
    let dot = 0;
    for (let at = 0; at < unit.length; at++) dot += (values[first + at] as number) * (unit[at] as number);
    cosines[row] = Math.min(1, Math.max(-1, dot * view.getFloat32(row * size, true)));
  }
  return cosines;
}

export function scaleOf(stored: Uint8Array): number {
  return new DataView(stored.buffer, stored.byteOffset, 4).getFloat32(0, true);
}

function int8Values(stored: Uint8Array): Int8Array {
  return new Int8Array(stored.buffer, stored.byteOffset + 4, stored.length - 4);
}

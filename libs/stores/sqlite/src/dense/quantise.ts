import { AppError } from '@fumikura/errors';

/** Bytes of a code: a bit per dimension, padded for 16-byte loads. */
export function strideOf(dimension: number): number {
  return Math.ceil(dimension / 128) * 16;
}

/**
 * The vector at length 1.
 * @throws AppError VECTOR_INVALID (invalid-input) for another dimension, NaN, infinities and the zero vector
 */
export function normalised(vector: Float32Array, dimension: number): Float32Array {
  if (vector.length !== dimension)
    throw invalid(`has ${vector.length} dimensions, the index has ${dimension}`);
  let square = 0;
  for (const value of vector) square += value * value;
  if (!Number.isFinite(square)) throw invalid('holds a value that is no finite number');
  if (square === 0) throw invalid('is zero and points nowhere');
  return vector.map((value) => value / Math.sqrt(square));
}

function invalid(what: string): AppError {
  return new AppError('VECTOR_INVALID', 'invalid-input', `vector ${what}`, {
    publicMessage: `The vector ${what}.`,
  });
}

/** One bit per dimension: above the mean. */
export function signBits(unit: Float32Array, mean: Float32Array): Uint8Array {
  const bits = new Uint8Array(strideOf(unit.length));
  for (let at = 0; at < unit.length; at++) {
    if ((unit[at] ?? 0) > (mean[at] ?? 0)) bits[at >> 3] = (bits[at >> 3] ?? 0) | (1 << (at & 7));
  }
  return bits;
}

/** Four bit planes of the query: levels 0 to 15 around 7.5, `stride` bytes a plane. */
export function queryPlanes(unit: Float32Array, mean: Float32Array): Uint8Array {
  const stride = strideOf(unit.length);
  const planes = new Uint8Array(stride * 4);
  const centred = unit.map((value, at) => value - (mean[at] ?? 0));
  const largest = centred.reduce((most, value) => Math.max(most, Math.abs(value)), 0) || 1;
  for (const [at, value] of centred.entries()) {
    const level = Math.min(15, Math.max(0, Math.round((value / largest) * 7.5 + 7.5)));
    for (let plane = 0; plane < 4; plane++) {
      if ((level >> plane) & 1)
        planes[plane * stride + (at >> 3)] = (planes[plane * stride + (at >> 3)] ?? 0) | (1 << (at & 7));
    }
  }
  return planes;
}

/** 4 bytes of scale, then a signed byte per dimension: value = byte · scale. */
export function toInt8(unit: Float32Array): Uint8Array {
  const largest = unit.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const scale = largest / 127;
  const bytes = new Uint8Array(4 + unit.length);
  const view = new DataView(bytes.buffer);
  view.setFloat32(0, scale, true);
  for (const [at, value] of unit.entries()) view.setInt8(4 + at, Math.round(value / scale));
  return bytes;
}

/** Cosine of a unit vector with a stored one, within about .004. */
export function cosine(unit: Float32Array, stored: Uint8Array): number {
  const scale = new DataView(stored.buffer, stored.byteOffset, 4).getFloat32(0, true);
  const values = new Int8Array(stored.buffer, stored.byteOffset + 4, stored.length - 4);
  let dot = 0;
  let square = 0;
  for (let at = 0; at < values.length; at++) {
    const value = values[at] as number;
    dot += value * (unit[at] as number);
    square += value * value;
  }
  return scale === 0 || square === 0 ? 0 : dot / Math.sqrt(square);
}

import type { Collection, MultiVector, SparseVector, Stored } from './collection.ts';
import type { Json } from './payload.ts';
import { badFormat, LeftOut, wrongInput } from './refusal.ts';
import type { Problems } from './problems.ts';
import { turboStored } from './turbo.ts';

const noVector = () => badFormat('data did not match any variant of untagged enum VectorStruct');

export function isSparse(vector: Stored): vector is SparseVector {
  return 'indices' in vector;
}

export function isMulti(vector: Stored): vector is MultiVector {
  return Array.isArray(vector);
}

/** The vectors of one point as it was sent, by name. @param where of a named vector in messages, by its place */
export function readVectors(
  value: unknown,
  problems: Problems,
  where: { readonly unnamed: string; readonly named: (at: number) => string },
): Map<string, Stored> {
  if (value === null || typeof value !== 'object') throw noVector();
  if (Array.isArray(value)) return new Map([['', readVector(value, problems, where.unnamed)]]);
  return new Map(
    Object.entries(value).map(([name, vector], at) => [name, readVector(vector, problems, where.named(at))]),
  );
}

export function readVector(value: unknown, problems: Problems, where: string): Stored {
  if (Array.isArray(value))
    return Array.isArray((value as unknown[])[0])
      ? readMulti(value as unknown[], problems, where)
      : readDense(value as unknown[], problems, where);
  if (typeof value === 'object' && value !== null && ('text' in value || 'model' in value))
    throw new LeftOut('inference');
  return readSparse(value, problems, where);
}

function readDense(values: readonly unknown[], problems: Problems, where: string): Float32Array {
  if (values.some((each) => typeof each !== 'number')) throw noVector();
  if (values.includes(Infinity)) throw badFormat('number out of range');
  if (values.length === 0) problems.add(`${where}.vector: dense vector must not be empty`);
  return Float32Array.from(values as number[]);
}

function readMulti(values: readonly unknown[], problems: Problems, where: string): MultiVector {
  if (!values.every((each) => Array.isArray(each))) throw noVector();
  const vectors = values.map((each) => {
    if (each.some((entry) => typeof entry !== 'number')) throw noVector();
    return Float32Array.from(each as number[]);
  });
  const size = vectors[0]?.length ?? 0;
  const other = vectors.find(({ length }) => length !== size);
  if (vectors.some(({ length }) => length === 0))
    problems.add(`${where}.data: all vectors must be non-empty`);
  else if (other)
    problems.add(
      `${where}.data: all vectors must have the same dimension, found vector with dimension ${other.length}`,
    );
  return vectors;
}

function readSparse(value: unknown, problems: Problems, where: string): SparseVector {
  const { indices, values } = (value ?? {}) as Partial<SparseVector>;
  const fits =
    Array.isArray(indices) &&
    Array.isArray(values) &&
    indices.every((each) => Number.isInteger(each) && each >= 0) &&
    values.every((each) => typeof each === 'number');
  if (!fits) throw noVector();
  if (new Set(indices).size !== indices.length)
    problems.add(`${where}.indices: Validation error: must be unique [{}]`);
  if (indices.length !== values.length)
    problems.add(`${where}.values: Validation error: must be the same length as indices [{}]`);
  const order = indices
    .map((index, place) => [index, values[place] as number] as const)
    .sort(([a], [b]) => a - b);
  return { indices: order.map(([index]) => index), values: order.map(([, each]) => Math.fround(each)) };
}

/** As it is stored under a name. @throws Refusal when the collection has no such vector */
export function fitted(collection: Collection, name: string, vector: Stored): Stored {
  const config = collection.dense.get(name);
  if (!config && !collection.sparse.has(name)) throw wrongInput(`Not existing vector name error: ${name}`);
  if (collection.leftOut !== undefined) throw new LeftOut(collection.leftOut);
  if (Boolean(config) === isSparse(vector))
    throw wrongInput('Conversion between sparse and regular vectors failed');
  if (!config || isSparse(vector)) return vector;
  if (isMulti(vector) && !config.isMulti)
    throw wrongInput('Conversion between multi and regular vectors failed');
  const parts = isMulti(vector) ? vector : [vector];
  const wrong = parts.find(({ length }) => length !== config.size);
  if (wrong)
    throw wrongInput(
      `Vector dimension error: expected dim: ${config.size}, got ${wrong.length}${name === '' ? '' : ` for vector '${name}'`}`,
    );
  const exact = config.distance === 'Cosine' ? parts.map(normalised) : parts;
  const stored = config.isTurbo ? exact.map((part) => turboStored(part, config.distance)) : exact;
  return config.isMulti ? stored : (stored[0] as Float32Array);
}

export function normalised(vector: Float32Array): Float32Array {
  const length = Math.sqrt(vector.reduce((sum, each) => sum + each * each, 0));
  return length === 0 ? vector : vector.map((each) => each / length);
}

export function vectorJson(vector: Stored): Json {
  if (isSparse(vector)) return vector as unknown as Json;
  if (isMulti(vector)) return vector.map(floats);
  return floats(vector);
}

function floats(vector: Float32Array): Json {
  return Array.from(vector, (value) => (Number.isFinite(value) ? value : null));
}

/** Bytes of its numbers, as a server counts them against a quota. */
export function bytesOf(vector: Stored): number {
  if (isSparse(vector)) return vector.indices.length * 8;
  return isMulti(vector) ? vector.reduce((sum, { byteLength }) => sum + byteLength, 0) : vector.byteLength;
}

import type { Collection, DenseConfig, Point, PointId, Stored } from './collection.ts';
import type { Hit } from './hit.ts';
import { idOf } from './ids.ts';
import { Problems } from './problems.ts';
import { badFormat, invalid, LeftOut, notFound, wrongInput } from './refusal.ts';
import { isDistance, shownScore, similarity } from './similarity.ts';
import { frequencies, sparseHits } from './sparse.ts';
import { isMulti, isSparse, normalised, readVector } from './vectors.ts';

/** Where vectors that are named by an id come from, and the points that are examples themselves. */
export interface Examples {
  vector(value: unknown): Stored;
  readonly ids: ReadonlySet<PointId>;
}

const NO_VECTOR = 'Expected some form of vector, id, or a type of query';

export function examplesFrom(
  { collection, name }: { readonly collection: Collection; readonly name: string },
  isElsewhere: boolean,
): Examples {
  const ids = new Set<PointId>();
  return {
    ids,
    vector: (value) => {
      if (typeof value !== 'number' && typeof value !== 'string' && typeof value !== 'bigint')
        return vectorOf(value);
      if (typeof value === 'string' && !/^[0-9a-f-]{32,36}$/i.test(value)) throw badFormat(NO_VECTOR);
      if (!collection.dense.has(name) && !collection.sparse.has(name))
        throw wrongInput(`Not existing vector name error: ${name}`);
      const id = idOf(value);
      const point = collection.points.get(id);
      if (!point) throw notFound(`No point with id ${id} found`);
      const vector = point.vectors.get(name);
      if (!vector) throw notFound(`Vector with name "${name}" for point not found`);
      if (!isElsewhere) ids.add(id);
      return vector;
    },
  };
}

function vectorOf(value: unknown): Stored {
  if (Array.isArray(value)) {
    const problems = new Problems();
    const vector = value.length === 0 ? new Float32Array() : readVector(value, problems, 'internal.query');
    problems.raise();
    return vector;
  }
  const { indices, values } = (value ?? {}) as Partial<{ indices: number[]; values: number[] }>;
  if (indices && new Set(indices).size !== indices.length)
    throw invalid('internal.query.indices: Validation error: must be unique [{}]');
  if (indices && values && indices.length !== values.length)
    throw invalid('internal.query.values: Validation error: must be the same length as indices [{}]');
  const isRead =
    Array.isArray(indices) &&
    Array.isArray(values) &&
    indices.every((each) => Number.isInteger(each) && each >= 0 && each < 2 ** 32);
  if (!isRead) throw badFormat(NO_VECTOR);
  return { indices, values };
}

/** @throws Refusal when a vector cannot be compared with those of this name */
export function askable(collection: Collection, name: string, asked: Stored): Stored {
  const dense = collection.dense.get(name);
  if (!dense && !collection.sparse.has(name)) throw wrongInput(`Not existing vector name error: ${name}`);
  if (isMulti(asked) && !dense?.isMulti)
    throw wrongInput('Conversion between multi and regular vectors failed');
  if (Boolean(dense) === isSparse(asked))
    throw wrongInput('Conversion between sparse and regular vectors failed');
  if (!dense || isSparse(asked)) return asked;
  const parts = isMulti(asked) ? asked : [asked];
  const wrong = parts.find(({ length }) => length !== dense.size);
  if (wrong) throw wrongInput(`Vector dimension error: expected dim: ${dense.size}, got ${wrong.length}`);
  const compared = dense.distance === 'Cosine' ? parts.map(normalised) : parts;
  return isMulti(asked) ? compared : (compared[0] as Float32Array);
}

/** Hits with scores of which the higher is the nearer, and how such a score is shown. */
export function nearestHits(
  collection: Collection,
  name: string,
  asked: Stored,
  candidates: readonly Point[],
  params: Readonly<Record<string, unknown>> | undefined,
): { readonly hits: Hit[]; readonly shown: (score: number) => number } {
  const wanted = askable(collection, name, asked);
  const others = candidates.filter(({ vectors }) => vectors.has(name));
  const dense = collection.dense.get(name);
  const sparse = collection.sparse.get(name);
  if (sparse && isSparse(wanted)) {
    if (params?.['idf'] !== undefined && sparse.modifier !== 'idf')
      throw wrongInput(
        `Validation failed: search param \`idf\` requires a sparse vector with the \`idf\` modifier, which vector "${name}" is not`,
      );
    const idf = sparse.modifier === 'idf' ? frequencies(collection, name, params) : undefined;
    return { hits: sparseHits(others, name, wanted, idf), shown: (score) => score };
  }
  const distance = dense?.distance ?? 'Dot';
  const near = isBySigns(collection, name, params) ? bySigns(distance) : similarity;
  const hits = others.map((point) => ({
    point,
    score: near(wanted, point.vectors.get(name) as Stored, distance),
  }));
  return { hits, shown: (score) => shownScore(score, distance) };
}

/** Whether scores are those of single bits, which are shown where nobody looks at the vectors again. */
function isBySigns(
  collection: Collection,
  name: string,
  params: Readonly<Record<string, unknown>> | undefined,
): boolean {
  return isBinary(collection, name, params) && quantizationOf(params).rescore === false;
}

interface Quantization {
  readonly rescore?: boolean;
  readonly ignore?: boolean;
  readonly oversampling?: number | null;
}

function quantizationOf(params: Readonly<Record<string, unknown>> | undefined): Quantization {
  return (params?.['quantization'] ?? {}) as Quantization;
}

function isBinary(
  collection: Collection,
  name: string,
  params: Readonly<Record<string, unknown>> | undefined,
): boolean {
  const { binary } = collection.quantizationOf(name);
  if (!binary || quantizationOf(params).ignore === true || params?.['exact'] === true) return false;
  if (binary['encoding'] || binary['query_encoding'])
    throw new LeftOut('binary vectors of more than one bit');
  return true;
}

/** Those whose vectors are looked at: where there are single bits, the best by these alone. */
export function lookedAt(
  { collection, shuffle }: { readonly collection: Collection; readonly shuffle: () => number },
  name: string,
  asked: Stored,
  candidates: readonly Point[],
  params: Readonly<Record<string, unknown>> | undefined,
  wanted: number,
): readonly Point[] {
  const { rescore, oversampling } = quantizationOf(params);
  if (rescore === false || !isBinary(collection, name, params)) return candidates;
  const count = Math.ceil(wanted * Math.max(1, oversampling ?? 1));
  const others = candidates.filter(({ vectors }) => vectors.has(name));
  if (others.length <= count) return candidates;
  const near = bySigns(collection.dense.get(name)?.distance ?? 'Dot');
  const vector = askable(collection, name, asked);
  return others
    .map((point) => ({ point, key: shuffle(), score: near(vector, point.vectors.get(name) as Stored) }))
    .sort((a, b) => b.score - a.score || a.key - b.key)
    .slice(0, count)
    .map(({ point }) => point);
}

/** Places with the same sign less those with the other one. */
function bySigns(distance: DenseConfig['distance']): (a: Stored, b: Stored) => number {
  if (isDistance(distance)) throw new LeftOut('distances of binary vectors');
  return (a, b) => {
    if (!(a instanceof Float32Array) || !(b instanceof Float32Array))
      throw new LeftOut('multivectors of single bits');
    return a.reduce((sum, value, at) => sum + (value > 0 === (b[at] ?? 0) > 0 ? 1 : -1), 0);
  };
}

/** Scores of points by examples of which each is compared with. */
export function judgedHits(
  collection: Collection,
  name: string,
  candidates: readonly Point[],
  judge: (similarityTo: (example: Stored) => number) => number,
): Hit[] {
  const distance = collection.dense.get(name)?.distance;
  if (!distance) throw new LeftOut('examples that are sparse vectors');
  return candidates.flatMap((point) => {
    const stored = point.vectors.get(name);
    if (!stored) return [];
    return [{ point, score: judge((example) => similarity(example, stored, distance)) }];
  });
}

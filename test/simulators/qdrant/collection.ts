import { compareIds } from './ids.ts';
import { elementsAt } from './payload.ts';
import type { Json, Payload } from './payload.ts';
import { Sizes } from './quota.ts';
import { Rates } from './rate.ts';
import { badFormat, invalid, wrongInput } from './refusal.ts';
import { checkCreation, checkStrict, merge, settingsOf } from './settings.ts';
import type { Config } from './settings.ts';

/** Above 2^53 a bigint. */
export type PointId = number | bigint | string;
export type SparseVector = { readonly indices: readonly number[]; readonly values: readonly number[] };
export type MultiVector = readonly Float32Array[];
export type Stored = Float32Array | SparseVector | MultiVector;

export interface Point {
  readonly id: PointId;
  payload: Payload;
  readonly vectors: Map<string, Stored>;
  version: number;
}

export interface DenseConfig {
  readonly size: number;
  readonly distance: 'Cosine' | 'Dot' | 'Euclid' | 'Manhattan';
  readonly isMulti: boolean;
  /** Stored with four bits a coordinate. */
  readonly isTurbo: boolean;
}

export interface Index {
  readonly data_type: string;
  readonly params?: Readonly<Record<string, Json>>;
}

/** What is looked up more than once between two writes. */
interface View {
  readonly state: string;
  readonly ordered: readonly Point[];
  readonly byValue: Map<string, Map<Json, Point[]>>;
  /** Points that have a field. */
  readonly having: Map<string, number>;
}

const DISTANCES: readonly DenseConfig['distance'][] = ['Cosine', 'Dot', 'Euclid', 'Manhattan'];

/** Points, vectors and their schema, in memory and searched whole. */
export class Collection {
  readonly points = new Map<PointId, Point>();
  readonly dense = new Map<string, DenseConfig>();
  readonly sparse = new Map<string, { modifier?: string }>();
  readonly indexes = new Map<string, Index>();
  readonly config: Config;
  /** Sparse vectors of deleted points: they count in frequencies until an optimiser has been by, which none is here. */
  readonly ghosts: Map<string, Stored>[] = [];
  #kept: View | undefined;
  /** Why no point may be written. */
  leftOut: string | undefined;
  readonly sizes = new Sizes();
  readonly rates = new Rates();
  /** Counts writes; creating an index takes two. */
  operation = 0;

  constructor(body: Config) {
    this.#readDense(body['vectors'] ?? {});
    this.#readSparse((body['sparse_vectors'] ?? {}) as Config);
    checkCreation(body);
    this.config = settingsOf(body);
  }

  get strict(): Readonly<Record<string, Json>> {
    const config = (this.config['strict_mode_config'] ?? {}) as Record<string, Json>;
    return config['enabled'] === true ? config : {};
  }

  isLimited(kind: 'read' | 'write'): boolean {
    return typeof this.strict[`${kind}_rate_limit`] === 'number';
  }

  /** Settings of a vector's graph: its own before those of the collection. */
  graphOf(name: string): { readonly m?: number; readonly payload_m?: number } {
    const vectors = (this.config['params'] as Config)['vectors'] as Config;
    const own = (name === '' ? vectors : ((vectors[name] ?? {}) as Config))['hnsw_config'];
    return { ...(this.config['hnsw_config'] as Config), ...((own ?? {}) as Config) };
  }

  /** Of one vector: its own before that of the collection. */
  quantizationOf(name: string): { readonly binary?: Readonly<Record<string, Json>> } {
    const vectors = (this.config['params'] as Config)['vectors'] as Config;
    const own = (name === '' ? vectors : ((vectors[name] ?? {}) as Config))['quantization_config'];
    return (own ?? this.config['quantization_config'] ?? {}) as { binary?: Config };
  }

  info(): Json {
    return {
      status: 'green',
      optimizer_status: 'ok',
      indexed_vectors_count: 0,
      points_count: this.points.size,
      segments_count: 2,
      config: this.config,
      payload_schema: Object.fromEntries(
        [...this.indexes].map(([field, index]) => [field, { ...index, points: this.#indexed(field) }]),
      ) as Json,
      update_queue: { length: 0 },
    };
  }

  update(body: Config): void {
    checkStrict(body);
    const params = this.config['params'] as Config;
    for (const [name, change] of Object.entries((body['vectors'] ?? {}) as Record<string, Config>)) {
      if (!this.dense.has(name)) throw wrongInput(`Not existing vector name error: ${name}`);
      merge(
        name === '' ? (params['vectors'] as Config) : ((params['vectors'] as Config)[name] as Config),
        change,
      );
    }
    for (const [name, change] of Object.entries((body['sparse_vectors'] ?? {}) as Record<string, Config>)) {
      const known = this.sparse.get(name);
      if (!known) throw wrongInput(`Not existing vector name error: ${name}`);
      merge((params['sparse_vectors'] as Config)[name] as Config, change);
      if (typeof change['modifier'] === 'string') known.modifier = change['modifier'];
    }
    for (const [from, to] of [
      ['hnsw_config', 'hnsw_config'],
      ['optimizers_config', 'optimizer_config'],
      ['strict_mode_config', 'strict_mode_config'],
      ['metadata', 'metadata'],
    ] as const) {
      if (!body[from]) continue;
      const target = { ...((this.config[to] ?? {}) as Config) };
      for (const [key, value] of Object.entries(body[from] as Config))
        if (value === null && to === 'metadata') Reflect.deleteProperty(target, key);
        else if (value !== null) target[key] = value;
      this.config[to] = target;
    }
    this.rates.set((body['strict_mode_config'] ?? {}) as Config);
    if (body['params']) merge(params, body['params'] as Config);
    if (body['quantization_config'] !== undefined && body['quantization_config'] !== null)
      this.config['quantization_config'] =
        body['quantization_config'] === 'Disabled' ? null : body['quantization_config'];
  }

  /** All points in the order of their ids; sorted once for each state. */
  ordered(): readonly Point[] {
    return this.#view().ordered;
  }

  /** How many points have these values in an indexed field, points that have several counted as often. */
  countHaving(field: string, values: readonly Json[]): number {
    const known = this.#known(field);
    return values.reduce<number>((sum, value) => sum + (known.get(value)?.length ?? 0), 0);
  }

  /** Points that have one of these values in an indexed field, in the order of their ids. */
  having(field: string, values: readonly Json[]): Point[] {
    const known = this.#known(field);
    const found = new Set(values.flatMap((value) => known.get(value) ?? []));
    return [...found].sort((a, b) => compareIds(a.id, b.id));
  }

  /** Points of these ids that are there, in the order of their ids. */
  named(ids: readonly PointId[]): Point[] {
    const found = [...new Set(ids)].flatMap((id) => this.points.get(id) ?? []);
    return found.sort((a, b) => compareIds(a.id, b.id));
  }

  #known(field: string): Map<Json, Point[]> {
    const { byValue } = this.#view();
    const known = byValue.get(field) ?? this.#valuesOf(field);
    byValue.set(field, known);
    return known;
  }

  #valuesOf(field: string): Map<Json, Point[]> {
    const byValue = new Map<Json, Point[]>();
    for (const point of this.points.values())
      for (const value of elementsAt(point.payload, field)) {
        const points = byValue.get(value);
        if (points) points.push(point);
        else byValue.set(value, [point]);
      }
    return byValue;
  }

  #view(): View {
    const state = `${this.operation} ${this.points.size}`;
    if (this.#kept?.state === state) return this.#kept;
    const ordered = [...this.points.values()].sort((a, b) => compareIds(a.id, b.id));
    this.#kept = { state, ordered, byValue: new Map(), having: new Map() };
    return this.#kept;
  }

  #indexed(field: string): number {
    const { having, ordered } = this.#view();
    const count =
      having.get(field) ??
      ordered.filter(({ payload }) => elementsAt(payload, field).some((value) => value !== null)).length;
    having.set(field, count);
    return count;
  }

  #readDense(vectors: Json): void {
    const isUnnamed = typeof (vectors as Config)['size'] === 'number';
    for (const [name, config] of isUnnamed
      ? [['', vectors] as const]
      : Object.entries(vectors as Record<string, Json>)) {
      const { size, distance, datatype, multivector_config: multi } = config as Config;
      const isTurbo = datatype === 'turbo4';
      if (!isTurbo) this.#noteDatatype(datatype);
      const isDescribed =
        typeof size === 'number' && size > 0 && DISTANCES.includes(distance as DenseConfig['distance']);
      if (!isDescribed) throw badFormat('data did not match any variant of untagged enum VectorsConfig');
      if (size > 65_536)
        throw invalid(`vectors.${isUnnamed ? '' : '?.'}size: value ${size} invalid, must be from 1 to 65536`);
      const metric = distance as DenseConfig['distance'];
      this.dense.set(name, { size, distance: metric, isMulti: Boolean(multi), isTurbo });
    }
  }

  addDense(name: string, config: Json): void {
    this.#readDense({ [name]: config });
    const params = this.config['params'] as Config;
    params['vectors'] = { ...(params['vectors'] as Config), [name]: config };
  }

  addSparse(name: string, config: Json): void {
    this.#readSparse({ [name]: config });
    const params = this.config['params'] as Config;
    params['sparse_vectors'] = { ...((params['sparse_vectors'] ?? {}) as Config), [name]: config };
  }

  dropVectors(name: string): void {
    this.dense.delete(name);
    this.sparse.delete(name);
    const params = this.config['params'] as Config;
    for (const kind of ['vectors', 'sparse_vectors'])
      if (params[kind]) {
        const { [name]: _, ...others } = params[kind] as Config;
        params[kind] = others;
      }
    for (const { vectors } of this.points.values()) vectors.delete(name);
  }

  /** Points of fewer bits are left out; a collection of them may be described. */
  #noteDatatype(datatype: Json | undefined): void {
    if (datatype && datatype !== 'float32') this.leftOut ??= `vectors stored as ${String(datatype)}`;
  }

  #readSparse(vectors: Config): void {
    for (const [at, [name, config]] of Object.entries(vectors).entries()) {
      const { modifier } = (config ?? {}) as { modifier?: string };
      if (modifier !== undefined && modifier !== 'idf' && modifier !== 'none')
        throw badFormat(`unknown variant \`${modifier}\`, expected \`none\` or \`idf\``);
      const datatype = ((config as Config | null)?.['index'] as Config | undefined)?.['datatype'];
      if (datatype === 'turbo4')
        throw invalid(
          `sparse_vectors[${at}].index.datatype: sparse vectors do not support the \`turbo4\` datatype`,
        );
      this.#noteDatatype(datatype);
      if (this.dense.has(name))
        throw wrongInput(`Dense and sparse vector names must be unique - duplicate found with '${name}'`);
      this.sparse.set(name, modifier === undefined ? {} : { modifier });
    }
  }
}

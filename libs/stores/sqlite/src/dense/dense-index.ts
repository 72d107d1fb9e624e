import { randomInt } from 'node:crypto';
import { AppError } from '@fumikura/errors';
import type { Fingerprint } from '@fumikura/model';
import type { Damage } from '@fumikura/ports';
import type { Database } from '../database.ts';
import { checkVectors } from './check-vectors.ts';
import { isMeanDue, recode, sampleMean, writeCodes } from './code-writer.ts';
import { isSameFingerprint, mismatch, requireDimension, withoutFingerprint } from './fingerprints.ts';
import { LoadedCodes } from './loaded-codes.ts';
import { cosinesWith, normalised, toInt8 } from './quantise.ts';
import { VectorTables } from './vector-tables.ts';
import type { DenseState } from './vector-tables.ts';

export { DENSE_SCHEMA } from './vector-tables.ts';

export interface DenseOptions {
  /** What scans; `typescript` also stands in where the engine has no SIMD. Both find the same. Default `wasm`. */
  readonly kernel?: 'wasm' | 'typescript';
}

export interface DenseHit {
  readonly chunkId: number;
  readonly cosine: number;
}

export interface VectorRow {
  /** From 0, never given twice. */
  readonly chunkId: number;
  /** Finite values, not all zero, of the fingerprint's dimension; any length, stored normalised. */
  readonly vector: Float32Array;
}

/**
 * Vectors of one file, synchronous, for one connection: 1-bit codes around a stored mean in memory for a first pass with
 * a 4-bit query, int8 in the file for the cosines. Throws AppError VECTOR_INVALID (invalid-input) for a vector with NaN,
 * infinities, zeros only or another dimension, STORE_DAMAGED (config) for rows that cannot be.
 */
export interface DenseIndex {
  /** Inside the caller's transaction; all or none. A chunk that is written again gets the new vector. */
  write(rows: readonly VectorRow[], version: number): void;
  /** Inside the caller's transaction: drops the vectors of dead chunks. Their codes stay; do not admit them. */
  remove(chunkIds: readonly number[]): void;
  /** Inside the caller's transaction: drops everything but the fingerprint. */
  clear(): void;
  /**
   * Makes the following scans see what the connection sees now, own writes and what a rollback undid included. Costs a
   * row when nothing changed, else a row a block and the changed blocks.
   */
  refresh(): void;
  /**
   * The best of the admitted chunks as of the last refresh: the `candidates` with the highest scores by code, with their
   * cosines, descending, ties by chunk id. Empty when stopped.
   * @param admitted a byte a chunk id; only where it is 1 a chunk may be found, beyond its end none is
   */
  scan(vector: Float32Array, admitted: Uint8Array, candidates: number, shouldStop: () => boolean): DenseHit[];
  /** The cosine of each chunk in the order asked for, within .004, NaN where it has no vector. */
  rescore(vector: Float32Array, chunkIds: Uint32Array): Float32Array;
  fingerprint(): Fingerprint | undefined;
  /** @throws AppError FINGERPRINT_MISMATCH (config) while vectors of another one exist */
  useFingerprint(fingerprint: Fingerprint): void;
  /** @throws AppError FINGERPRINT_MISMATCH (config) when the index is bound to another one */
  requireFingerprint(fingerprint: Fingerprint): void;
  /** Vectors stored. */
  count(): number;
  /** Empty when everything fits together, or when stopped. Reads every vector. */
  check(shouldStop?: () => boolean): Damage[];
}

export function createDenseIndex(db: Database, { kernel = 'wasm' }: DenseOptions = {}): DenseIndex {
  return new SqliteDenseIndex(new VectorTables(db), kernel);
}

class SqliteDenseIndex implements DenseIndex {
  readonly #tables: VectorTables;
  readonly #kernel: 'wasm' | 'typescript';
  #loaded: LoadedCodes | undefined;
  #seen = '';

  constructor(tables: VectorTables, kernel: 'wasm' | 'typescript') {
    this.#tables = tables;
    this.#kernel = kernel;
  }

  write(rows: readonly VectorRow[], version: number): void {
    if (rows.length === 0) return;
    const { dimension } = this.fingerprint() ?? fail(withoutFingerprint());
    const units = rows.map(({ chunkId, vector }) => ({
      chunkId: requireChunkId(chunkId),
      unit: normalised(vector, dimension),
    }));
    const before = this.#tables.state();
    let { count } = before;
    for (const { chunkId, unit } of units) if (this.#tables.setVector(chunkId, toInt8(unit))) count++;
    const state = { ...before, version, count, stamp: newStamp() };
    if (isMeanDue(before, count)) this.#centre(state, dimension);
    else {
      writeCodes(this.#tables, units, this.#tables.mean(dimension), state);
      this.#tables.setState(state);
    }
  }

  remove(chunkIds: readonly number[]): void {
    let removed = 0;
    for (const chunkId of chunkIds) if (this.#tables.removeVector(chunkId)) removed++;
    if (removed === 0) return;
    const state = this.#tables.state();
    this.#tables.setState({ ...state, count: state.count - removed, stamp: newStamp() });
  }

  clear(): void {
    this.#tables.clear();
    this.#tables.setState({ ...this.#tables.state(), count: 0, meanOf: 0, stamp: newStamp() });
  }

  refresh(): void {
    this.#tables.read(() => {
      const state = this.#tables.stateText();
      if (state === this.#seen) return;
      const fingerprint = this.fingerprint();
      if (!fingerprint || !this.#loaded || !isSameFingerprint(this.#loaded.fingerprint, fingerprint))
        this.#loaded = fingerprint && new LoadedCodes(fingerprint, this.#kernel);
      this.#loaded?.load(this.#tables);
      this.#seen = state;
    });
  }

  scan(
    vector: Float32Array,
    admitted: Uint8Array,
    candidates: number,
    shouldStop: () => boolean,
  ): DenseHit[] {
    if (!Number.isInteger(candidates) || candidates < 0)
      throw new AppError('INVALID_ARGUMENT', 'internal', `${candidates} candidates`);
    if (!this.#loaded) return [];
    const unit = normalised(vector, this.#loaded.fingerprint.dimension);
    const chunkIds = this.#loaded.best(unit, admitted, candidates, shouldStop);
    if (shouldStop()) return [];
    const cosines = this.#cosines(unit, chunkIds);
    return [...cosines]
      .map(([chunkId, value]) => ({ chunkId, cosine: value }))
      .sort((a, b) => b.cosine - a.cosine || a.chunkId - b.chunkId);
  }

  rescore(vector: Float32Array, chunkIds: Uint32Array): Float32Array {
    const fingerprint = this.fingerprint();
    if (!fingerprint) return new Float32Array(chunkIds.length).fill(NaN);
    const cosines = this.#cosines(normalised(vector, fingerprint.dimension), chunkIds);
    return Float32Array.from(chunkIds, (chunkId) => cosines.get(chunkId) ?? NaN);
  }

  fingerprint(): Fingerprint | undefined {
    return this.#tables.fingerprint();
  }

  useFingerprint(fingerprint: Fingerprint): void {
    requireDimension(fingerprint);
    const current = this.fingerprint();
    if (current && isSameFingerprint(current, fingerprint)) return;
    if (current && this.count() > 0) throw mismatch(current, fingerprint);
    // Codes of dead chunks may be left, in another size.
    this.clear();
    this.#tables.setFingerprint(fingerprint);
  }

  requireFingerprint(fingerprint: Fingerprint): void {
    const current = this.fingerprint();
    if (current && !isSameFingerprint(current, fingerprint)) throw mismatch(current, fingerprint);
  }

  count(): number {
    return this.#tables.state().count;
  }

  check(shouldStop: () => boolean = () => false): Damage[] {
    return this.#tables.read(() => checkVectors(this.#tables, shouldStop));
  }

  /** Fixes the mean and makes all codes around it; those of the first few vectors were made around zero. */
  #centre(state: DenseState, dimension: number): void {
    const { mean, meanOf } = sampleMean(this.#tables, dimension, state.count);
    recode(this.#tables, mean, state);
    this.#tables.setMean(mean);
    this.#tables.setState({ ...state, meanOf });
  }

  #cosines(unit: Float32Array, chunkIds: Uint32Array): ReadonlyMap<number, number> {
    const { chunks, vectors } = this.#tables.vectors(Array.from(chunkIds), unit.length);
    const cosines = cosinesWith(unit, vectors);
    return new Map(chunks.map((chunk, at) => [chunk, cosines[at] ?? 0]));
  }
}

function requireChunkId(chunkId: number): number {
  if (Number.isInteger(chunkId) && chunkId >= 0 && chunkId < 2 ** 32) return chunkId;
  throw new AppError('INVALID_ARGUMENT', 'internal', `chunk id ${chunkId} is no 32-bit number from 0`);
}

function newStamp(): number {
  return randomInt(2 ** 48 - 1);
}

function fail(error: AppError): never {
  throw error;
}

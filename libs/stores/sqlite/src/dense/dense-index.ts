import { AppError } from '@fumikura/errors';
import type { Fingerprint } from '@fumikura/model';
import type { Damage } from '@fumikura/ports';
import type { Database } from '../database.ts';
import { createBitScan } from './bit-scan.ts';
import type { BitScan } from './bit-scan.ts';
import { cosine, normalised, queryPlanes, signBits, strideOf, toInt8 } from './quantise.ts';

/** Bits for the first pass in blocks of 1,024 slots, whole vectors as int8 for the second. */
export const DENSE_SCHEMA = `
CREATE TABLE vector_block(b INTEGER PRIMARY KEY, ver INTEGER NOT NULL, has BLOB NOT NULL, bits BLOB NOT NULL);
CREATE INDEX vector_block_ver ON vector_block(ver);
CREATE TABLE vector(chunk INTEGER PRIMARY KEY, value BLOB NOT NULL);
CREATE TABLE vector_meta(name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
`;

const BLOCK = 1_024;
/** Vectors that fix the mean: enough for it to be stable, few enough to come with the first load. */
const MEAN_FROM = 256;

export interface DenseHit {
  readonly chunk: number;
  readonly cosine: number;
}

/** 1-bit codes around a stored mean, scanned with a 4-bit query, rescored by int8. */
export class DenseIndex {
  readonly #db: Database;
  readonly #kernel: 'wasm' | 'typescript';
  #scan: BitScan | undefined;
  #has = new Uint8Array(0);
  /** Maps of callers are kept between their searches; forgotten when vectors change. */
  #admittedWithVectors = new WeakMap<Uint8Array, Uint8Array>();
  #seen = -1;

  constructor(db: Database, kernel: 'wasm' | 'typescript' = 'wasm') {
    this.#db = db;
    this.#kernel = kernel;
  }

  fingerprint(): Fingerprint | undefined {
    const row = this.#db.get<{ value: Uint8Array }>(
      `SELECT value FROM vector_meta WHERE name = 'fingerprint'`,
    );
    return row && (JSON.parse(Buffer.from(row.value).toString('utf8')) as Fingerprint);
  }

  /** @throws AppError FINGERPRINT_MISMATCH (config) while vectors of another one exist */
  useFingerprint(fingerprint: Fingerprint): void {
    const { dimension } = fingerprint;
    if (!Number.isInteger(dimension) || dimension < 8 || dimension > 4_096) {
      throw new AppError('VECTOR_INVALID', 'invalid-input', `dimension ${dimension}`, {
        publicMessage: 'Vectors may have 8 to 4,096 dimensions.',
      });
    }
    const current = this.fingerprint();
    if (current && sameFingerprint(current, fingerprint)) return;
    if (current && this.count() > 0) throw mismatch(current, fingerprint);
    this.#put('fingerprint', Buffer.from(JSON.stringify(fingerprint)));
    this.#db.run(`DELETE FROM vector_meta WHERE name = 'mean'`);
    this.forget();
  }

  count(): number {
    return this.#db.get<{ n: number }>('SELECT count(*) AS n FROM vector')?.n ?? 0;
  }

  /** Inside the caller's transaction. */
  write(rows: readonly { readonly chunk: number; readonly vector: Float32Array }[], version: number): void {
    if (rows.length === 0) return;
    const { dimension } = this.fingerprint() ?? unset();
    const units = rows.map(({ chunk, vector }) => ({ chunk, unit: normalised(vector, dimension) }));
    const mean = this.#mean(
      dimension,
      units.map(({ unit }) => unit),
    );
    const stride = strideOf(dimension);
    const blocks = Map.groupBy(units, ({ chunk }) => Math.floor(chunk / BLOCK));
    for (const [b, members] of blocks) {
      const row = this.#db.get<{ has: Uint8Array; bits: Uint8Array }>(
        'SELECT has, bits FROM vector_block WHERE b = ?',
        b,
      );
      const has = row ? Uint8Array.from(row.has) : new Uint8Array(BLOCK);
      const bits = row ? Uint8Array.from(row.bits) : new Uint8Array(BLOCK * stride);
      for (const { chunk, unit } of members) {
        has[chunk % BLOCK] = 1;
        bits.set(signBits(unit, mean), (chunk % BLOCK) * stride);
        this.#db.run('INSERT OR REPLACE INTO vector(chunk, value) VALUES(?, ?)', chunk, toInt8(unit));
      }
      this.#db.run(
        'INSERT OR REPLACE INTO vector_block(b, ver, has, bits) VALUES(?, ?, ?, ?)',
        b,
        version,
        has,
        bits,
      );
    }
  }

  /** Forgets the vectors of dead chunks; their bits stay and are never admitted. */
  remove(firstChunk: number, slots: number): void {
    this.#db.run('DELETE FROM vector WHERE chunk >= ? AND chunk < ?', firstChunk, firstChunk + slots);
  }

  refresh(version: number): void {
    if (version === this.#seen) return;
    const fingerprint = this.fingerprint();
    if (fingerprint) {
      const stride = strideOf(fingerprint.dimension);
      this.#scan ??= createBitScan(stride, this.#kernel);
      for (const { b, has, bits } of this.#db.all<{ b: number; has: Uint8Array; bits: Uint8Array }>(
        'SELECT b, has, bits FROM vector_block WHERE ver > ?',
        this.#seen,
      )) {
        this.#reserve((b + 1) * BLOCK);
        this.#has.set(has, b * BLOCK);
        this.#scan.set(b * BLOCK, bits);
      }
    }
    this.#admittedWithVectors = new WeakMap();
    this.#seen = version;
  }

  forget(): void {
    this.#scan = undefined;
    this.#has = new Uint8Array(0);
    this.#seen = -1;
  }

  /** The best admitted chunks by rescored cosine, descending; ties by chunk. */
  search(
    vector: Float32Array,
    fingerprint: Fingerprint,
    admitted: Uint8Array,
    candidates: number,
  ): DenseHit[] {
    const current = this.fingerprint();
    if (!current || !this.#scan) return [];
    if (!sameFingerprint(current, fingerprint)) throw mismatch(current, fingerprint);
    const unit = normalised(vector, current.dimension);
    const mean = this.#mean(current.dimension, []);
    const offset = 15 * strideOf(current.dimension) * 8;
    const scores = this.#scan.scan(queryPlanes(unit, mean), this.#withVectors(admitted), offset);
    const chosen = largest(scores, candidates, offset * 2);
    return this.#rescored(unit, chosen).sort((a, b) => b.cosine - a.cosine || a.chunk - b.chunk);
  }

  /** Cosine of each chunk that has a vector. */
  rescore(vector: Float32Array, chunks: readonly number[]): ReadonlyMap<number, number> {
    const { dimension } = this.fingerprint() ?? unset();
    return new Map(
      this.#rescored(normalised(vector, dimension), chunks).map((hit) => [hit.chunk, hit.cosine]),
    );
  }

  check(): Damage[] {
    const lost = this.#db.get<{ n: number }>(
      'SELECT count(*) AS n FROM vector WHERE NOT EXISTS (SELECT 1 FROM vector_block WHERE b = vector.chunk / 1024)',
    );
    return lost && lost.n > 0
      ? [{ what: `${lost.n} vectors are in no block`, remedy: 'Rebuild the index.' }]
      : [];
  }

  #rescored(unit: Float32Array, chunks: readonly number[]): DenseHit[] {
    const rows = this.#db.allIn<{ chunk: number; value: Uint8Array }>(
      'SELECT chunk, value FROM vector WHERE chunk',
      chunks,
    );
    return rows.map(({ chunk, value }) => ({ chunk, cosine: cosine(unit, value) }));
  }

  /** Chunks without a vector have no code to score. */
  #withVectors(admitted: Uint8Array): Uint8Array {
    const known = this.#admittedWithVectors.get(admitted);
    if (known) return known;
    const both = new Uint8Array(admitted.length);
    for (let chunk = 0; chunk < both.length; chunk++)
      both[chunk] = (admitted[chunk] as number) & (this.#has[chunk] ?? 0);
    this.#admittedWithVectors.set(admitted, both);
    return both;
  }

  /** Fixed by the first load that is large enough; zero before. Codes made around another mean stay comparable: the rescoring decides. */
  #mean(dimension: number, units: readonly Float32Array[]): Float32Array {
    const row = this.#db.get<{ value: Uint8Array }>(`SELECT value FROM vector_meta WHERE name = 'mean'`);
    if (row) return new Float32Array(Uint8Array.from(row.value).buffer);
    const mean = new Float32Array(dimension);
    if (units.length < MEAN_FROM || this.count() > 0) return mean;
    for (const unit of units)
      for (let at = 0; at < dimension; at++) mean[at] = (mean[at] ?? 0) + (unit[at] ?? 0) / units.length;
    this.#put('mean', new Uint8Array(mean.buffer));
    return mean;
  }

  #put(name: string, value: Uint8Array): void {
    this.#db.run('INSERT OR REPLACE INTO vector_meta(name, value) VALUES(?, ?)', name, value);
  }

  #reserve(chunks: number): void {
    if (chunks <= this.#has.length) return;
    const larger = new Uint8Array(Math.ceil(chunks * 1.25));
    larger.set(this.#has);
    this.#has = larger;
  }
}

/** Counting select: chunks of the `count` largest scores, ties by chunk. */
function largest(scores: Int32Array, count: number, maximum: number): number[] {
  const histogram = new Uint32Array(maximum + 1);
  // eslint-disable-next-line @typescript-eslint/prefer-for-of -- an iterator over a million numbers is several times slower
  for (let chunk = 0; chunk < scores.length; chunk++) {
    const score = scores[chunk] as number;
    if (score >= 0) histogram[score] = (histogram[score] as number) + 1;
  }
  let threshold = maximum + 1;
  let above = 0;
  while (threshold > 0 && above + (histogram[threshold - 1] ?? 0) <= count)
    above += histogram[--threshold] ?? 0;
  let atThreshold = count - above;
  const chosen: number[] = [];
  for (let chunk = 0; chunk < scores.length; chunk++) {
    const score = scores[chunk] as number;
    if (score < threshold - 1 || score < 0) continue;
    if (score >= threshold) chosen.push(chunk);
    else if (score === threshold - 1 && atThreshold-- > 0) chosen.push(chunk);
  }
  return chosen;
}

function sameFingerprint(a: Fingerprint, b: Fingerprint): boolean {
  return (
    a.model === b.model &&
    a.dimension === b.dimension &&
    a.promptForm === b.promptForm &&
    a.chunkerVersion === b.chunkerVersion
  );
}

function mismatch(current: Fingerprint, wanted: Fingerprint): AppError {
  return new AppError(
    'FINGERPRINT_MISMATCH',
    'config',
    `index has ${JSON.stringify(current)}, asked for ${JSON.stringify(wanted)}`,
    {
      publicMessage: `The index holds vectors of ${current.model} (${current.dimension} dimensions), not of ${wanted.model} (${wanted.dimension}). Rebuild it for the other model.`,
    },
  );
}

function unset(): never {
  throw new AppError('FINGERPRINT_MISMATCH', 'config', 'vectors without a fingerprint', {
    publicMessage: 'The index does not know which model its vectors come from. Configure the embedder first.',
  });
}

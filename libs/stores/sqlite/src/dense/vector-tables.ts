import { AppError } from '@fumikura/errors';
import type { Fingerprint } from '@fumikura/model';
import type { Database } from '../database.ts';
import { BLOCK, codeBytes, storedBytes } from './quantise.ts';

/**
 * `vector`: whole vectors as int8. `vector_block`: their codes, for the first pass; `present` has a 1 for each slot that
 * ever had a vector. `stamp` is of no meaning but new with every write: a version whose transaction was rolled back is
 * given again, and must not be taken for what was seen before. `vector_meta`: fingerprint, mean, state.
 */
export const DENSE_SCHEMA = `
CREATE TABLE vector_block(
  b INTEGER PRIMARY KEY, ver INTEGER NOT NULL, stamp INTEGER NOT NULL, present BLOB NOT NULL, codes BLOB NOT NULL);
CREATE INDEX vector_block_stamp ON vector_block(b, ver, stamp);
CREATE TABLE vector(chunk INTEGER PRIMARY KEY, value BLOB NOT NULL);
CREATE TABLE vector_meta(name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
`;

/** Changes with every write, so that equal states mean that nothing has to be read again. */
export interface DenseState {
  /** Index version of the last write. */
  readonly version: number;
  readonly stamp: number;
  /** Vectors stored. */
  readonly count: number;
  /** From how many vectors the mean was made; 0 while it is zero. */
  readonly meanOf: number;
}

export interface CodeBlock {
  readonly present: Uint8Array;
  readonly codes: Uint8Array;
}

export interface BlockStamp {
  readonly b: number;
  readonly ver: number;
  readonly stamp: number;
}

const EMPTY: DenseState = { version: 0, stamp: 0, count: 0, meanOf: 0 };

/** The rows of the dense index, and nothing about what they mean. */
export interface StoredVectors {
  readonly chunks: readonly number[];
  /** As `toInt8` made them, one behind the other. */
  readonly vectors: Uint8Array;
}

export class VectorTables {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Everything inside sees one state of the file. */
  read<T>(work: () => T): T {
    return this.#db.read(work);
  }

  stateText(): string {
    return this.#meta('state')?.toString('utf8') ?? '';
  }

  state(): DenseState {
    const text = this.stateText();
    return text === '' ? EMPTY : parsed<DenseState>(text, 'state');
  }

  setState(state: DenseState): void {
    this.#setMeta('state', Buffer.from(JSON.stringify(state)));
  }

  fingerprint(): Fingerprint | undefined {
    const value = this.#meta('fingerprint');
    return value && parsed<Fingerprint>(value.toString('utf8'), 'fingerprint');
  }

  setFingerprint(fingerprint: Fingerprint): void {
    const { model, dimension, promptForm, chunkerVersion } = fingerprint;
    this.#setMeta(
      'fingerprint',
      Buffer.from(JSON.stringify({ model, dimension, promptForm, chunkerVersion })),
    );
  }

  /** Zero until one is fixed. */
  mean(dimension: number): Float32Array {
    const value = this.#meta('mean');
    if (!value) return new Float32Array(dimension);
    if (value.length !== dimension * 4) throw damaged('the mean has another dimension');
    return new Float32Array(Uint8Array.from(value).buffer);
  }

  setMean(mean: Float32Array): void {
    this.#setMeta('mean', new Uint8Array(mean.buffer, mean.byteOffset, mean.byteLength));
  }

  stamps(): BlockStamp[] {
    return this.#db.all<BlockStamp>('SELECT b, ver, stamp FROM vector_block ORDER BY b');
  }

  block(b: number, dimension: number): CodeBlock | undefined {
    const row = this.#db.get<CodeBlock>('SELECT present, codes FROM vector_block WHERE b = ?', b);
    if (row && (row.present.length !== BLOCK || row.codes.length !== BLOCK * codeBytes(dimension)))
      throw damaged(`block ${b} of the vectors has another size`);
    return row;
  }

  setBlock(b: number, { version, stamp }: DenseState, { present, codes }: CodeBlock): void {
    this.#db.run(
      'INSERT OR REPLACE INTO vector_block(b, ver, stamp, present, codes) VALUES(?, ?, ?, ?, ?)',
      ...[b, version, stamp, present, codes],
    );
  }

  /** @returns true when the chunk had no vector before */
  setVector(chunk: number, value: Uint8Array): boolean {
    const added = this.#db.change('INSERT OR IGNORE INTO vector(chunk, value) VALUES(?, ?)', chunk, value);
    if (added === 0) this.#db.run('UPDATE vector SET value = ? WHERE chunk = ?', value, chunk);
    return added > 0;
  }

  /** @returns true when there was one */
  removeVector(chunk: number): boolean {
    return this.#db.change('DELETE FROM vector WHERE chunk = ?', chunk) > 0;
  }

  /**
   * The stored vectors of these chunks, as far as they have one, in the order of `chunks` that is told with them. All in one
   * value: hundreds of small ones would take as long again as finding them.
   */
  vectors(chunks: readonly number[], dimension: number): StoredVectors {
    const row = this.#db.get<{ chunks: string | null; vectors: Uint8Array | null }>(
      `SELECT group_concat(v.chunk) AS chunks, CAST(group_concat(v.value, '') AS BLOB) AS vectors
       FROM json_each(?) AS key JOIN vector AS v ON v.chunk = key.value`,
      JSON.stringify(chunks),
    );
    const found = row?.chunks?.split(',').map(Number) ?? [];
    const vectors = row?.vectors ?? new Uint8Array(0);
    if (vectors.length !== found.length * storedBytes(dimension)) throw damaged('vectors have another size');
    return { chunks: found, vectors };
  }

  /** All of them, by chunk. */
  everyVector(): Iterable<{ readonly chunk: number; readonly value: Uint8Array }> {
    return this.#db.iterate('SELECT chunk, value FROM vector ORDER BY chunk');
  }

  /** Vectors, codes and mean; the fingerprint stays. */
  clear(): void {
    for (const sql of ['vector', 'vector_block', `vector_meta WHERE name = 'mean'`])
      this.#db.exec(`DELETE FROM ${sql}`);
  }

  #meta(name: string): Buffer | undefined {
    const row = this.#db.get<{ value: Uint8Array }>('SELECT value FROM vector_meta WHERE name = ?', name);
    return row && Buffer.from(row.value.buffer, row.value.byteOffset, row.value.byteLength);
  }

  #setMeta(name: string, value: Uint8Array): void {
    this.#db.run('INSERT OR REPLACE INTO vector_meta(name, value) VALUES(?, ?)', name, value);
  }
}

function parsed<T>(text: string, name: string): T {
  try {
    return JSON.parse(text) as T;
  } catch (cause) {
    throw damaged(`the ${name} of the vectors cannot be read`, cause);
  }
}

function damaged(what: string, cause?: unknown): AppError {
  return new AppError('STORE_DAMAGED', 'config', what, {
    publicMessage: `The index is damaged: ${what}. Run "fumi doctor".`,
    cause,
  });
}

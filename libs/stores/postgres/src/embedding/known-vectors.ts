import { AppError } from '@fumikura/errors';
import type { Fingerprint } from '@fumikura/model';
import type { KnownVector } from '@fumikura/ports';
import { sql } from 'kysely';
import type { Connection, Executor } from '../connection.ts';
import { keyOf } from '../keys.ts';

/** Kept beyond twice the chunks there are, so that a small installation forgets nothing it may want again. */
const KEPT_AT_LEAST = 20_000;
const MOST = 127;

/** Vectors by the hash of what was embedded, by model; int8 with a scale of their own. */
export class KnownVectors {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  async get(
    db: Executor,
    fingerprint: Fingerprint,
    hashes: readonly string[],
  ): Promise<(Float32Array | undefined)[]> {
    const { rows } = await sql<{ hash: Buffer; scale: number; value: Buffer }>`SELECT hash, scale, value
      FROM ${this.#table()} WHERE model = ${modelOf(fingerprint)} AND hash = ANY(${hashes.map(keyOf)}::bytea[])`.execute(
      db,
    );
    const known = new Map(
      rows.map(({ hash, scale, value }) => [hash.toString('hex'), unpacked(value, scale)]),
    );
    return hashes.map((hash) => known.get(keyOf(hash).toString('hex')));
  }

  /** @throws AppError VECTOR_INVALID (invalid-input) */
  async add(db: Executor, fingerprint: Fingerprint, vectors: readonly KnownVector[]): Promise<void> {
    if (vectors.length === 0) return;
    const distinct = [...new Map(vectors.map((each) => [each.hash, each])).values()];
    const made = distinct.map(({ hash, vector }) => ({ hash: keyOf(hash), ...packed(vector, fingerprint) }));
    await sql`INSERT INTO ${this.#table()}(model, hash, scale, value)
      SELECT ${modelOf(fingerprint)}::bytea, hash, scale, value
      FROM unnest(${made.map(({ hash }) => hash)}::bytea[], ${made.map(({ scale }) => scale)}::real[],
        ${made.map(({ value }) => value)}::bytea[]) AS n(hash, scale, value)
      ON CONFLICT (model, hash) DO UPDATE SET scale = excluded.scale, value = excluded.value`.execute(db);
  }

  /** The oldest go first. @returns how many */
  async prune(db: Executor, chunks: number): Promise<number> {
    const kept = Math.max(KEPT_AT_LEAST, 2 * chunks);
    const { numAffectedRows = 0n } = await sql`DELETE FROM ${this.#table()} WHERE place <=
      (SELECT place FROM ${this.#table()} ORDER BY place DESC OFFSET ${kept} LIMIT 1)`.execute(db);
    return Number(numAffectedRows);
  }

  #table() {
    return this.#connection.table('embed_vector');
  }
}

/** How texts are cut decides which of them there are, not what one is turned into. */
function modelOf({ model, dimension, promptForm }: Fingerprint): Buffer {
  return keyOf(JSON.stringify([model, dimension, promptForm]));
}

function packed(vector: Float32Array, { dimension }: Fingerprint): { scale: number; value: Buffer } {
  const length = Math.hypot(...vector);
  if (vector.length !== dimension || !Number.isFinite(length) || length === 0)
    throw new AppError('VECTOR_INVALID', 'invalid-input', `${vector.length} values of length ${length}`, {
      publicMessage: `A vector cannot be stored: it has to have ${dimension} finite values, not all of them zero.`,
    });
  const largest = vector.reduce((most, value) => Math.max(most, Math.abs(value)), 0) / length;
  const scale = Math.fround(largest / MOST);
  const steps = Int8Array.from(vector, (value) => Math.round(value / length / scale));
  return { scale, value: Buffer.from(steps.buffer) };
}

function unpacked(value: Buffer, scale: number): Float32Array {
  return Float32Array.from(
    new Int8Array(value.buffer, value.byteOffset, value.length),
    (step) => step * scale,
  );
}

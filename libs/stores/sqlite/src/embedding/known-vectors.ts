import type { Fingerprint } from '@fumikura/model';
import type { KnownVector } from '@fumikura/ports';
import type { Database } from '../database.ts';
import { fromInt8, normalised, toInt8 } from '../dense/quantise.ts';

/** Kept beyond twice the chunks there are, so that a small installation forgets nothing it may want again. */
const KEPT_AT_LEAST = 20_000;

/** Vectors by the hash of what was embedded, by fingerprint. Writes belong into a transaction. */
export class KnownVectors {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  get(fingerprint: Fingerprint, hashes: readonly string[]): (Float32Array | undefined)[] {
    const model = this.#model(fingerprint);
    return hashes.map((hash) => {
      const row = this.#db.get<{ value: Uint8Array }>(
        'SELECT value FROM embed_vector WHERE model = ? AND hash = ?',
        model ?? -1,
        hash,
      );
      return row && fromInt8(row.value);
    });
  }

  add(fingerprint: Fingerprint, vectors: readonly KnownVector[]): void {
    if (vectors.length === 0) return;
    this.#db.run('INSERT OR IGNORE INTO embed_model(fingerprint) VALUES(?)', keyOf(fingerprint));
    const model = this.#model(fingerprint) ?? -1;
    for (const { hash, vector } of vectors)
      this.#db.run(
        'INSERT OR REPLACE INTO embed_vector(model, hash, value) VALUES(?, ?, ?)',
        ...[model, hash, toInt8(normalised(vector, fingerprint.dimension))],
      );
  }

  /** The oldest go first. @returns how many */
  prune(chunks: number): number {
    const { n = 0 } = this.#db.get<{ n: number }>('SELECT count(*) AS n FROM embed_vector') ?? {};
    const surplus = n - Math.max(KEPT_AT_LEAST, 2 * chunks);
    if (surplus <= 0) return 0;
    return this.#db.change(
      'DELETE FROM embed_vector WHERE place IN (SELECT place FROM embed_vector ORDER BY place LIMIT ?)',
      surplus,
    );
  }

  #model(fingerprint: Fingerprint): number | undefined {
    return this.#db.get<{ model: number }>(
      'SELECT model FROM embed_model WHERE fingerprint = ?',
      keyOf(fingerprint),
    )?.model;
  }
}

/** How texts are cut decides which of them there are, not what one is turned into. */
function keyOf({ model, dimension, promptForm }: Fingerprint): string {
  return JSON.stringify([model, dimension, promptForm]);
}

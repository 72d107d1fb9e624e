import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { AppError } from '@fumikura/errors';
import type { Embedded, Embedder } from '@fumikura/ports';

/** Texts after which what was made is kept: a measurement of hours that is ended goes on there. */
const KEPT_AT_ONCE = 256;

/**
 * The same embedder with a file of what it made before, by text: a measurement that is repeated costs no inference. Not
 * for installations, which keep their vectors in their own database.
 */
export function withVectorFile(embedder: Embedder, file: string): Embedder {
  mkdirSync(dirname(file), { recursive: true });
  const db = new DatabaseSync(file, { timeout: 30_000 });
  db.exec(
    'PRAGMA journal_mode = WAL; CREATE TABLE IF NOT EXISTS vector(key BLOB PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID',
  );
  const get = db.prepare('SELECT value FROM vector WHERE key = ?');
  const put = db.prepare('INSERT OR REPLACE INTO vector(key, value) VALUES(?, ?)');
  const { model, dimension, promptForm } = embedder.identity;
  const keyOf = (text: string, as: string) =>
    createHash('sha256')
      .update(JSON.stringify([model, dimension, promptForm, as, text]))
      .digest();
  return {
    ...embedder,
    embed: async (texts, options) => {
      const keys = texts.map((text) => keyOf(text, options.as));
      const results: (Embedded | undefined)[] = keys.map((key) => known(get.get(key)));
      const missing = texts.flatMap((_, at) => (results[at] ? [] : [at]));
      if (missing.length === 0) return { results: results.map(made), tokens: 0 };
      let tokens = 0;
      for (let from = 0; from < missing.length; from += KEPT_AT_ONCE) {
        const part = missing.slice(from, from + KEPT_AT_ONCE);
        const answer = await embedder.embed(
          part.map((at) => texts[at] ?? ''),
          options,
        );
        tokens += answer.tokens;
        db.exec('BEGIN IMMEDIATE');
        for (const [place, at] of part.entries()) {
          const result = answer.results[place];
          results[at] = result;
          if (result && 'vector' in result) put.run(keys[at] ?? '', bytesOf(result.vector));
        }
        db.exec('COMMIT');
      }
      return { results: results.map(made), tokens };
    },
    close: async () => {
      db.close();
      await embedder.close();
    },
  };
}

function known(row: Record<string, unknown> | undefined): Embedded | undefined {
  if (!row) return undefined;
  return { vector: new Float32Array(Uint8Array.from(row['value'] as Uint8Array).buffer) };
}

function made(result: Embedded | undefined): Embedded {
  if (result) return result;
  throw new AppError(
    'EMBEDDER_ANSWER_INVALID',
    'internal',
    'an embedder answered for fewer texts than were asked',
  );
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array {
  return new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);
}

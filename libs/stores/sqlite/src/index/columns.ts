import type { Database } from '../database.ts';

const BLOCK = 1_024;
export const DEAD = -1;
/** No time known: matches no time filter. */
export const NO_TIME = -2_147_483_648;

/** What the index knows of a document beside its words. Value ids are rows of `index_value`. */
export interface DocColumns {
  readonly firstChunk: number;
  readonly slots: number;
  readonly words: number;
  readonly bigrams: number;
  readonly titleWords: number;
  readonly titleBigrams: number;
  readonly source: number;
  readonly kind: number;
  readonly language: number;
  /** Minutes since 1970, or NO_TIME. */
  readonly updated: number;
}

const DOC_FIELDS = [
  'firstChunk',
  'slots',
  'words',
  'bigrams',
  'titleWords',
  'titleBigrams',
  'source',
  'kind',
  'language',
  'updated',
] as const;

/** Growing 32-bit column; grows by a quarter, because at a million slots a doubling would be felt. */
class Column<T extends Int32Array | Float32Array | Uint16Array> {
  values: T;
  readonly #make: (length: number) => T;

  constructor(make: (length: number) => T) {
    this.#make = make;
    this.values = make(BLOCK);
  }

  reserve(length: number): void {
    if (length <= this.values.length) return;
    const larger = this.#make(Math.ceil((length * 1.25) / BLOCK) * BLOCK);
    larger.set(this.values as never);
    this.values = larger;
  }
}

/** The columns every scan needs, in memory, as of the last refresh. */
export class Columns {
  readonly acl = new Column((length) => new Int32Array(length).fill(DEAD));
  readonly doc = new Column((length) => new Int32Array(length));
  readonly words = new Column((length) => new Uint16Array(length));
  readonly bigrams = new Column((length) => new Uint16Array(length));
  readonly docs = Object.fromEntries(
    DOC_FIELDS.map((field) => [field, new Column((length) => new Int32Array(length))]),
  ) as Record<(typeof DOC_FIELDS)[number], Column<Int32Array>>;
  #seen = -1;

  /** Reads what changed since the last call; its cost is the number of changed blocks. */
  refresh(db: Database, version: number): void {
    if (version === this.#seen) return;
    for (const row of db.all<{ b: number; acl: Uint8Array; data: Uint8Array }>(
      'SELECT b, acl, data FROM chunk_block WHERE ver > ?',
      this.#seen,
    )) {
      this.#loadChunks(row.b, row.acl, row.data);
    }
    for (const row of db.all<{ b: number; data: Uint8Array }>(
      'SELECT b, data FROM doc_block WHERE ver > ?',
      this.#seen,
    )) {
      this.#loadDocs(row.b, row.data);
    }
    this.#seen = version;
  }

  /** After a rollback: what was read inside the transaction never was. */
  forget(): void {
    this.#seen = -1;
  }

  #loadChunks(b: number, acl: Uint8Array, data: Uint8Array): void {
    const from = b * BLOCK;
    for (const column of [this.acl, this.doc, this.words, this.bigrams]) column.reserve(from + BLOCK);
    this.acl.values.set(int32(acl), from);
    this.doc.values.set(int32(data.subarray(0, BLOCK * 4)), from);
    this.words.values.set(uint16(data.subarray(BLOCK * 4, BLOCK * 6)), from);
    this.bigrams.values.set(uint16(data.subarray(BLOCK * 6, BLOCK * 8)), from);
  }

  #loadDocs(b: number, data: Uint8Array): void {
    for (const [index, field] of DOC_FIELDS.entries()) {
      const column = this.docs[field];
      column.reserve((b + 1) * BLOCK);
      column.values.set(int32(data.subarray(index * BLOCK * 4, (index + 1) * BLOCK * 4)), b * BLOCK);
    }
  }
}

/** Changes slots of blocks inside a write transaction; each block is read and written once. */
export class BlockWriter {
  readonly #db: Database;
  readonly #version: number;
  readonly #chunks = new Map<
    number,
    { acl: Int32Array; doc: Int32Array; words: Uint16Array; bigrams: Uint16Array; onlyAcl: boolean }
  >();
  readonly #docs = new Map<number, Int32Array>();

  constructor(db: Database, version: number) {
    this.#db = db;
    this.#version = version;
  }

  setAcl(chunk: number, acl: number): void {
    this.#chunkBlock(chunk).acl[chunk % BLOCK] = acl;
  }

  docOf(chunk: number): number {
    return this.#chunkBlock(chunk).doc[chunk % BLOCK] ?? 0;
  }

  setChunk(chunk: number, acl: number, doc: number, words: number, bigrams: number): void {
    const block = this.#chunkBlock(chunk);
    const slot = chunk % BLOCK;
    block.onlyAcl = false;
    block.acl[slot] = acl;
    block.doc[slot] = doc;
    block.words[slot] = Math.min(65_535, words);
    block.bigrams[slot] = Math.min(65_535, bigrams);
  }

  chunkLengths(chunk: number): { words: number; bigrams: number } {
    const block = this.#chunkBlock(chunk);
    return { words: block.words[chunk % BLOCK] ?? 0, bigrams: block.bigrams[chunk % BLOCK] ?? 0 };
  }

  setDoc(doc: number, columns: DocColumns): void {
    const block = this.#docBlock(doc);
    for (const [index, field] of DOC_FIELDS.entries()) block[index * BLOCK + (doc % BLOCK)] = columns[field];
  }

  doc(doc: number): DocColumns {
    const block = this.#docBlock(doc);
    const entries = DOC_FIELDS.map((field, index) => [field, block[index * BLOCK + (doc % BLOCK)] ?? 0]);
    return Object.fromEntries(entries) as unknown as DocColumns;
  }

  flush(): void {
    for (const [b, { acl, doc, words, bigrams, onlyAcl }] of this.#chunks) {
      if (onlyAcl) {
        this.#db.run('UPDATE chunk_block SET ver = ?, acl = ? WHERE b = ?', this.#version, bytesOf(acl), b);
        continue;
      }
      const data = Buffer.concat([bytesOf(doc), bytesOf(words), bytesOf(bigrams)]);
      this.#db.run(
        'INSERT OR REPLACE INTO chunk_block(b, ver, acl, data) VALUES(?, ?, ?, ?)',
        b,
        this.#version,
        bytesOf(acl),
        data,
      );
    }
    for (const [b, data] of this.#docs) {
      this.#db.run(
        'INSERT OR REPLACE INTO doc_block(b, ver, data) VALUES(?, ?, ?)',
        b,
        this.#version,
        bytesOf(data),
      );
    }
    this.#chunks.clear();
    this.#docs.clear();
  }

  #chunkBlock(chunk: number) {
    const b = Math.floor(chunk / BLOCK);
    const known = this.#chunks.get(b);
    if (known) return known;
    const row = this.#db.get<{ acl: Uint8Array; data: Uint8Array }>(
      'SELECT acl, data FROM chunk_block WHERE b = ?',
      b,
    );
    const made = {
      acl: row ? int32(row.acl) : new Int32Array(BLOCK).fill(DEAD),
      doc: row ? int32(row.data.subarray(0, BLOCK * 4)) : new Int32Array(BLOCK),
      words: row ? uint16(row.data.subarray(BLOCK * 4, BLOCK * 6)) : new Uint16Array(BLOCK),
      bigrams: row ? uint16(row.data.subarray(BLOCK * 6, BLOCK * 8)) : new Uint16Array(BLOCK),
      onlyAcl: row !== undefined,
    };
    this.#chunks.set(b, made);
    return made;
  }

  #docBlock(doc: number): Int32Array {
    const b = Math.floor(doc / BLOCK);
    const known = this.#docs.get(b);
    if (known) return known;
    const row = this.#db.get<{ data: Uint8Array }>('SELECT data FROM doc_block WHERE b = ?', b);
    const made = row ? int32(row.data) : new Int32Array(BLOCK * DOC_FIELDS.length);
    this.#docs.set(b, made);
    return made;
  }
}

/** Copies: rows of SQLite lie at any address, typed arrays need an aligned one. */
function int32(bytes: Uint8Array): Int32Array {
  return new Int32Array(Uint8Array.from(bytes).buffer);
}

function uint16(bytes: Uint8Array): Uint16Array {
  return new Uint16Array(Uint8Array.from(bytes).buffer);
}

function bytesOf(array: Int32Array | Uint16Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

/**
 * Every word there is a body list of, with about as many entries as the list has: counted when a row begins. Posting rows
 * are too large to look for words among them.
 */
export const VOCABULARY_SCHEMA = `
CREATE TABLE IF NOT EXISTS vocabulary(term TEXT PRIMARY KEY, entries INTEGER NOT NULL) WITHOUT ROWID;`;

/**
 * Postings: body lists under their term, title lists under U+0003 + term. A row holds entries from `first` to `last`;
 * gaps of its data count from `first - 1`. `docs` counts documents whose first entry of the list lies in the row.
 * Blocks: columns of 1,024 slots each, kept in memory by every reader and read again when `ver` moved.
 */
export const INDEX_SCHEMA = `
CREATE TABLE posting(
  term TEXT NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, entries INTEGER NOT NULL, docs INTEGER NOT NULL,
  data BLOB NOT NULL, PRIMARY KEY(term, first)) WITHOUT ROWID;
CREATE TABLE delta(doc INTEGER PRIMARY KEY, data BLOB NOT NULL);
CREATE TABLE chunk_block(b INTEGER PRIMARY KEY, ver INTEGER NOT NULL, acl BLOB NOT NULL, data BLOB NOT NULL);
CREATE INDEX chunk_block_ver ON chunk_block(ver);
CREATE TABLE doc_block(b INTEGER PRIMARY KEY, ver INTEGER NOT NULL, data BLOB NOT NULL);
CREATE INDEX doc_block_ver ON doc_block(ver);
CREATE TABLE index_doc(doc INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE);
CREATE TABLE index_value(value INTEGER PRIMARY KEY, field TEXT NOT NULL, text TEXT NOT NULL, UNIQUE(field, text));
CREATE TABLE index_doc_value(value INTEGER NOT NULL, doc INTEGER NOT NULL, PRIMARY KEY(value, doc)) WITHOUT ROWID;
${VOCABULARY_SCHEMA}
CREATE TABLE index_meta(name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
`;

export const TITLE_LIST = '\u0003';

/**
 * embed_waiting: documents whose chunks have no vectors, in the order they came. embed_vector: what was embedded before,
 * by the hash of its text; int8, as in the index. embed_day: what was spent. embed_state: names of `EmbeddingState`.
 */
export const EMBEDDING_SCHEMA = `
CREATE TABLE embed_waiting(place INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE);
CREATE TABLE embed_model(model INTEGER PRIMARY KEY, fingerprint TEXT NOT NULL UNIQUE);
CREATE TABLE embed_vector(place INTEGER PRIMARY KEY, model INTEGER NOT NULL, hash TEXT NOT NULL, value BLOB NOT NULL,
  UNIQUE(model, hash));
CREATE TABLE embed_refusal(id TEXT NOT NULL, ordinal INTEGER NOT NULL, reason TEXT NOT NULL,
  PRIMARY KEY(id, ordinal)) WITHOUT ROWID;
CREATE TABLE embed_day(day TEXT PRIMARY KEY, texts INTEGER NOT NULL, tokens INTEGER NOT NULL, usd REAL NOT NULL) WITHOUT ROWID;
CREATE TABLE embed_state(name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
`;

/**
 * acl: one row per distinct set of lists and denials; ids only grow and are never used again. facet: how many documents
 * of each ACL carry a value, and source: how many it has, both kept with every write because every reply shows them.
 * document.stamp rises with every write that the index hears of, so that an index made beside the living one finds what
 * changed meanwhile. setting: names of callers start with `app:`.
 */
export const CATALOG_SCHEMA = `
CREATE TABLE setting(name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
INSERT INTO setting(name, value) VALUES('access-version', '0'), ('stamp', '0');
CREATE TABLE source(id TEXT PRIMARY KEY, checkpoint TEXT, last_completed TEXT,
  documents INTEGER NOT NULL DEFAULT 0, chunks INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
CREATE TABLE acl(acl_id INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE, lists INTEGER NOT NULL);
CREATE TABLE acl_list(acl_id INTEGER NOT NULL, list INTEGER NOT NULL, PRIMARY KEY(acl_id, list)) WITHOUT ROWID;
CREATE TABLE acl_deny(principal TEXT NOT NULL, acl_id INTEGER NOT NULL, PRIMARY KEY(principal, acl_id)) WITHOUT ROWID;
CREATE TABLE list(list INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, source TEXT, read_at TEXT);
CREATE TABLE list_member(principal TEXT NOT NULL, list INTEGER NOT NULL, PRIMARY KEY(principal, list)) WITHOUT ROWID;
CREATE INDEX list_member_list ON list_member(list);
CREATE TABLE document(
  doc INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, source TEXT NOT NULL, acl_id INTEGER NOT NULL,
  version TEXT NOT NULL, content_hash TEXT NOT NULL, similarity TEXT NOT NULL, synced_at TEXT NOT NULL,
  chunks INTEGER NOT NULL, stamp INTEGER NOT NULL, head TEXT NOT NULL);
CREATE INDEX document_source ON document(source, id);
CREATE INDEX document_stamp ON document(stamp);
CREATE TABLE document_text(doc INTEGER PRIMARY KEY, text BLOB NOT NULL, structure BLOB NOT NULL);
CREATE TABLE facet(field TEXT NOT NULL, value TEXT NOT NULL, acl_id INTEGER NOT NULL, documents INTEGER NOT NULL,
  PRIMARY KEY(field, value, acl_id)) WITHOUT ROWID;
CREATE TABLE lease(source TEXT PRIMARY KEY, holder TEXT NOT NULL, token INTEGER NOT NULL, expires_at INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE run(id TEXT PRIMARY KEY, source TEXT NOT NULL, started_at TEXT NOT NULL, record TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX run_source ON run(source, started_at);
CREATE INDEX run_time ON run(started_at);
CREATE TABLE dead_letter(document_id TEXT PRIMARY KEY, source TEXT NOT NULL, code TEXT NOT NULL, reason TEXT NOT NULL,
  attempts INTEGER NOT NULL, first_at TEXT NOT NULL, last_at TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX dead_letter_source ON dead_letter(source);
`;

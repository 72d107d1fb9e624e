/** STRICT, so that a wrong type is refused where it is written. */
export const SCHEMA = `
CREATE TABLE IF NOT EXISTS state(id INTEGER PRIMARY KEY CHECK (id = 1), version INTEGER NOT NULL) STRICT;
INSERT OR IGNORE INTO state VALUES(1, 1);
CREATE TABLE IF NOT EXISTS person(
  origin TEXT NOT NULL, id TEXT NOT NULL, person TEXT NOT NULL UNIQUE, user_name TEXT NOT NULL, external_id TEXT,
  name TEXT, email TEXT,
  is_active INTEGER NOT NULL, is_deleted INTEGER NOT NULL, record TEXT NOT NULL,
  created_at TEXT NOT NULL, changed_at TEXT NOT NULL, version INTEGER NOT NULL,
  PRIMARY KEY(origin, id)
) STRICT;
CREATE UNIQUE INDEX IF NOT EXISTS person_user_name ON person(origin, user_name COLLATE NOCASE) WHERE is_deleted = 0;
CREATE INDEX IF NOT EXISTS person_external_id ON person(origin, external_id) WHERE is_deleted = 0;
CREATE TABLE IF NOT EXISTS people_group(
  origin TEXT NOT NULL, id TEXT NOT NULL, group_id TEXT NOT NULL UNIQUE, name TEXT NOT NULL, external_id TEXT,
  record TEXT NOT NULL, created_at TEXT NOT NULL, changed_at TEXT NOT NULL, version INTEGER NOT NULL,
  PRIMARY KEY(origin, id)
) STRICT;
CREATE INDEX IF NOT EXISTS group_name ON people_group(origin, name COLLATE NOCASE);
CREATE TABLE IF NOT EXISTS member(
  origin TEXT NOT NULL, group_id TEXT NOT NULL, member TEXT NOT NULL, PRIMARY KEY(origin, group_id, member)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS reading(origin TEXT PRIMARY KEY, claimed_ms INTEGER NOT NULL, record TEXT) STRICT;
CREATE INDEX IF NOT EXISTS member_of ON member(origin, member);
`;

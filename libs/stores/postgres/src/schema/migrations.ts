/** One step forward; released ones are never changed. `{schema}` stands for the quoted schema. */
export interface Migration {
  readonly name: string;
  readonly sql: string;
  /**
   * It only adds what versions without it may leave unfilled: those go on, and may start, over tables that have it.
   * Whatever takes away or changes meaning comes a version later, without this.
   */
  readonly isAddition?: true;
}

/**
 * `key` is the first half of the SHA-256 of an id or value: ids of files may be longer than an index takes. Order by id is
 * order by bytes. `acl.acl_id` grows in the order of commits, because ACLs are made under the lock of `access_version`.
 * `document.version` is the version that the index has to hold; `pending` is what an index may hold beside.
 */
export const MIGRATIONS: readonly Migration[] = [
  {
    name: '1-catalog',
    sql: `
CREATE TABLE {schema}.setting(name text PRIMARY KEY, value text NOT NULL);
CREATE TABLE {schema}.access_version(is_one boolean PRIMARY KEY DEFAULT true CHECK (is_one), value bigint NOT NULL);
INSERT INTO {schema}.access_version(value) VALUES(0);
CREATE SEQUENCE {schema}.document_version;
CREATE TABLE {schema}.source(id text COLLATE "C" PRIMARY KEY, checkpoint text, last_completed text,
  documents bigint NOT NULL DEFAULT 0, chunks bigint NOT NULL DEFAULT 0);
CREATE TABLE {schema}.acl(acl_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, key bytea NOT NULL UNIQUE,
  value text NOT NULL, lists integer[] NOT NULL);
CREATE TABLE {schema}.acl_deny(principal text COLLATE "C" NOT NULL, acl_id integer NOT NULL, PRIMARY KEY(principal, acl_id));
CREATE TABLE {schema}.list(list integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, id text COLLATE "C" NOT NULL UNIQUE,
  source text COLLATE "C", read_at text);
CREATE TABLE {schema}.list_member(principal text COLLATE "C" NOT NULL, list integer NOT NULL, PRIMARY KEY(principal, list));
CREATE INDEX list_member_list ON {schema}.list_member(list);
CREATE TABLE {schema}.document(key bytea PRIMARY KEY, id text COLLATE "C" NOT NULL, source text COLLATE "C" NOT NULL,
  acl_id integer NOT NULL, acl_version bigint NOT NULL, version bigint NOT NULL, source_version text NOT NULL,
  content_hash text NOT NULL, similarity text NOT NULL, synced_at text NOT NULL, chunks integer NOT NULL, head text NOT NULL,
  text bytea NOT NULL, structure bytea NOT NULL);
ALTER TABLE {schema}.document ALTER COLUMN text SET STORAGE EXTERNAL, ALTER COLUMN structure SET STORAGE EXTERNAL;
CREATE INDEX document_source ON {schema}.document(source, left(id, 200));
CREATE INDEX document_order ON {schema}.document(left(id, 200));
CREATE TABLE {schema}.facet(field text COLLATE "C" NOT NULL, key bytea NOT NULL, acl_id integer NOT NULL, value text COLLATE "C" NOT NULL,
  documents bigint NOT NULL, PRIMARY KEY(field, key, acl_id));
CREATE TABLE {schema}.lease(source text COLLATE "C" PRIMARY KEY, holder text NOT NULL, token bigint NOT NULL,
  expires_at timestamptz(3) NOT NULL);
CREATE TABLE {schema}.run(id text COLLATE "C" PRIMARY KEY, source text COLLATE "C" NOT NULL, started_at text COLLATE "C" NOT NULL,
  record text NOT NULL);
CREATE INDEX run_source ON {schema}.run(source, started_at);
CREATE INDEX run_time ON {schema}.run(started_at);
CREATE TABLE {schema}.dead_letter(key bytea PRIMARY KEY, document_id text COLLATE "C" NOT NULL, source text COLLATE "C" NOT NULL,
  code text NOT NULL, reason text NOT NULL, attempts integer NOT NULL, first_at text NOT NULL, last_at text NOT NULL);
CREATE INDEX dead_letter_source ON {schema}.dead_letter(source);
CREATE TABLE {schema}.directory_run(source text COLLATE "C" PRIMARY KEY, run text NOT NULL, record text NOT NULL);
CREATE TABLE {schema}.directory_account(source text COLLATE "C" NOT NULL, run text COLLATE "C" NOT NULL,
  principal text COLLATE "C" NOT NULL, email text COLLATE "C", account text NOT NULL, PRIMARY KEY(source, run, principal));
CREATE INDEX directory_account_principal ON {schema}.directory_account(principal);
CREATE INDEX directory_account_email ON {schema}.directory_account(email) WHERE email IS NOT NULL;
CREATE TABLE {schema}.directory_member(member text COLLATE "C" NOT NULL, held_by text COLLATE "C" NOT NULL,
  source text COLLATE "C" NOT NULL, run text COLLATE "C" NOT NULL, PRIMARY KEY(member, held_by, run));
CREATE INDEX directory_member_run ON {schema}.directory_member(source, run);
CREATE TABLE {schema}.directory_group(source text COLLATE "C" NOT NULL, run text COLLATE "C" NOT NULL,
  principal text COLLATE "C" NOT NULL, reason text, PRIMARY KEY(source, run, principal));
CREATE TABLE {schema}.pending(key bytea NOT NULL, version bigint NOT NULL, document_id text COLLATE "C" NOT NULL,
  source text COLLATE "C" NOT NULL, batch uuid NOT NULL,
  state text NOT NULL CHECK (state IN ('writing', 'superseded', 'abandoned', 'settling')),
  started_at timestamptz NOT NULL DEFAULT clock_timestamp(), PRIMARY KEY(key, version));
CREATE INDEX pending_batch ON {schema}.pending(batch);
CREATE INDEX pending_time ON {schema}.pending(started_at);
`,
  },
  {
    name: '2-jobs',
    sql: `
ALTER TABLE {schema}.source ADD COLUMN access_checkpoint text, ADD COLUMN last_check text;
CREATE TABLE {schema}.job(source text COLLATE "C" NOT NULL, pass text COLLATE "C" NOT NULL, record text NOT NULL,
  PRIMARY KEY(source, pass));
CREATE TABLE {schema}.request(seq bigserial PRIMARY KEY, source text COLLATE "C" NOT NULL, key bytea NOT NULL,
  what text NOT NULL, at timestamptz NOT NULL DEFAULT clock_timestamp(), UNIQUE(source, key));
CREATE TABLE {schema}.delivery(source text COLLATE "C" NOT NULL, key bytea NOT NULL,
  at timestamptz NOT NULL DEFAULT clock_timestamp(), PRIMARY KEY(source, key));
CREATE INDEX delivery_time ON {schema}.delivery(at);
`,
  },
  {
    name: '3-state',
    sql: `
CREATE TABLE {schema}.state(space text COLLATE "C" NOT NULL, key text COLLATE "C" NOT NULL, value text NOT NULL,
  version bigserial NOT NULL, expires_at timestamptz(3), PRIMARY KEY(space, key));
CREATE INDEX state_expiry ON {schema}.state(expires_at) WHERE expires_at IS NOT NULL;
`,
  },
  {
    name: '4-spaces',
    sql: `
INSERT INTO {schema}.facet(field, key, acl_id, value, documents)
  SELECT 'space', substring(sha256(convert_to(d.space, 'UTF8')) from 1 for 16), d.acl_id, d.space, count(*)
  FROM (SELECT acl_id, head::json -> 'breadcrumbs' ->> 0 AS space FROM {schema}.document
    WHERE position('\\u0000' in head) = 0) AS d
  WHERE d.space <> '' GROUP BY d.space, d.acl_id;
`,
  },
  {
    name: '5-named-texts',
    sql: `
CREATE TABLE {schema}.named_text(kind text COLLATE "C" NOT NULL, name text COLLATE "C" NOT NULL, value text NOT NULL,
  PRIMARY KEY(kind, name));
`,
  },
  {
    name: '4-embeddings',
    sql: `
CREATE TABLE {schema}.embed_waiting(place bigserial PRIMARY KEY, key bytea NOT NULL UNIQUE REFERENCES {schema}.document(key) ON DELETE CASCADE);
CREATE TABLE {schema}.embed_refusal(key bytea NOT NULL REFERENCES {schema}.document(key) ON DELETE CASCADE,
  ordinal integer NOT NULL, reason text NOT NULL, PRIMARY KEY(key, ordinal));
CREATE TABLE {schema}.embed_vector(place bigserial PRIMARY KEY, model bytea NOT NULL, hash bytea NOT NULL, scale real NOT NULL,
  value bytea NOT NULL, UNIQUE(model, hash));
CREATE TABLE {schema}.embed_day(day text PRIMARY KEY, texts bigint NOT NULL, tokens bigint NOT NULL, usd double precision NOT NULL);
CREATE TABLE {schema}.embed_state(name text PRIMARY KEY, value text NOT NULL);
INSERT INTO {schema}.embed_state(name, value) VALUES('bound', 'null');
`,
  },
  {
    // A process of the version before still reads and writes it under its old name.
    name: '6-tokens',
    sql: `
INSERT INTO {schema}.state(space, key, value) SELECT kind, name, value FROM {schema}.named_text ON CONFLICT DO NOTHING;
DROP TABLE {schema}.named_text;
CREATE VIEW {schema}.named_text AS SELECT space AS kind, key AS name, value FROM {schema}.state WHERE space = 'token';
`,
  },
  {
    name: '7-access-history',
    sql: `
CREATE TABLE {schema}.access_history(seq bigserial PRIMARY KEY, at text COLLATE "C" NOT NULL, subject bytea, acl_id integer,
  record text NOT NULL);
CREATE INDEX access_history_at ON {schema}.access_history(at);
CREATE TABLE {schema}.access_history_start(is_one boolean PRIMARY KEY DEFAULT true CHECK (is_one), at text NOT NULL);
INSERT INTO {schema}.access_history_start(at)
  VALUES(to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'));
`,
  },
];

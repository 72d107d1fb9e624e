import type { Database } from '../database.ts';

/**
 * What each version of the readers changed, for the latest versions: what was computed for a caller is corrected by it
 * instead of computed anew. A version without its row stands for "anything".
 */
export const ACCESS_CHANGE_SCHEMA = `
CREATE TABLE access_change(version INTEGER PRIMARY KEY, lists TEXT NOT NULL);
`;

/** Versions remembered, and lists of one version: beyond, computing anew is as fast. */
const KEPT_VERSIONS = 1_000;
const MAX_LISTS = 100;

export class AccessChanges {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  version(): string {
    return (
      this.#db.get<{ value: string }>(`SELECT value FROM setting WHERE name = 'access-version'`)?.value ?? '0'
    );
  }

  /** The next version. Inside a transaction. @param lists whose members changed; none for new ACLs or memberships of groups */
  next(lists: readonly number[] = []): void {
    this.#db.run(
      `INSERT INTO setting(name, value) VALUES('access-version', '1')
       ON CONFLICT(name) DO UPDATE SET value = CAST(CAST(value AS INTEGER) + 1 AS TEXT)`,
    );
    const version = Number(this.version());
    if (lists.length <= MAX_LISTS)
      this.#db.run(
        'INSERT OR REPLACE INTO access_change(version, lists) VALUES(?, ?)',
        ...[version, JSON.stringify(lists)],
      );
    this.#db.run('DELETE FROM access_change WHERE version <= ?', version - KEPT_VERSIONS);
  }

  /** Lists whose members changed after `from` up to `to`; undefined when that is not known any more. */
  between(from: string, to: string): ReadonlySet<number> | undefined {
    const [after, last] = [Number(from), Number(to)];
    if (last < after || last - after > KEPT_VERSIONS) return undefined;
    const rows = this.#db.all<{ lists: string }>(
      'SELECT lists FROM access_change WHERE version > ? AND version <= ?',
      ...[after, last],
    );
    if (rows.length !== last - after) return undefined;
    return new Set(rows.flatMap(({ lists }) => JSON.parse(lists) as number[]));
  }
}

import type { DocumentId, SourceId } from '@fumikura/model';
import type { JobRecord, Pass, ReadingNews, ReadingRequest } from '@fumikura/ports';
import type { Database } from '../database.ts';

/** request.what: a document id, or `pass:<name>`; delivery: what webhooks brought, so that it is not taken twice. */
export const JOBS_SCHEMA = `
ALTER TABLE source ADD COLUMN access_checkpoint TEXT;
ALTER TABLE source ADD COLUMN last_check TEXT;
CREATE TABLE job(source TEXT NOT NULL, pass TEXT NOT NULL, record TEXT NOT NULL, PRIMARY KEY(source, pass)) WITHOUT ROWID;
CREATE TABLE request(seq INTEGER PRIMARY KEY AUTOINCREMENT, source TEXT NOT NULL, what TEXT NOT NULL, at INTEGER NOT NULL,
  UNIQUE(source, what));
CREATE TABLE delivery(source TEXT NOT NULL, id TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY(source, id)) WITHOUT ROWID;
CREATE INDEX delivery_time ON delivery(at);
`;

/** Longer than any source sends the same delivery again. */
const DELIVERY_KEPT_MS = 30 * 86_400_000;
const PASS = 'pass:';

/** What is to be read again, and how the passes went. */
export class JobStore {
  readonly #db: Database;
  readonly #now: () => number;

  constructor(db: Database, now: () => number) {
    this.#db = db;
    this.#now = now;
  }

  jobs(): JobRecord[] {
    return this.#db
      .all<{ record: string }>('SELECT record FROM job ORDER BY source, pass')
      .map(({ record }) => JSON.parse(record) as JobRecord);
  }

  put(job: JobRecord): void {
    this.#db.run(
      'INSERT OR REPLACE INTO job(source, pass, record) VALUES(?, ?, ?)',
      ...[job.source, job.pass, JSON.stringify(job)],
    );
  }

  /** @returns false for a delivery that was taken before */
  request(source: SourceId, { deliveryId, items, passes }: ReadingNews): boolean {
    const now = this.#now();
    return this.#db.write(() => {
      this.#db.run('DELETE FROM delivery WHERE at < ?', now - DELIVERY_KEPT_MS);
      if (deliveryId !== undefined && !this.#isNew(source, deliveryId, now)) return false;
      for (const what of [...items, ...passes.map((pass) => `${PASS}${pass}`)]) this.#ask(source, what, now);
      return true;
    });
  }

  requested(source: SourceId | undefined, limit: number): ReadingRequest[] {
    return this.#db
      .all<{ seq: number; source: SourceId; what: string; at: number }>(
        'SELECT seq, source, what, at FROM request WHERE ?1 IS NULL OR source = ?1 ORDER BY seq LIMIT ?2',
        ...[source ?? null, limit],
      )
      .map(({ what, at, ...facts }) => ({
        ...facts,
        at: new Date(at).toISOString(),
        ...(what.startsWith(PASS) ? { pass: what.slice(PASS.length) as Pass } : { item: what as DocumentId }),
      }));
  }

  met(seqs: readonly number[]): void {
    this.#db.run('DELETE FROM request WHERE seq IN (SELECT value FROM json_each(?))', JSON.stringify(seqs));
  }

  forget(source: SourceId): void {
    for (const table of ['job', 'request', 'delivery'])
      this.#db.run(`DELETE FROM ${table} WHERE source = ?`, source);
  }

  #isNew(source: SourceId, id: string, now: number): boolean {
    const row = this.#db.get(
      'INSERT INTO delivery(source, id, at) VALUES(?, ?, ?) ON CONFLICT DO NOTHING RETURNING id',
      ...[source, id, now],
    );
    return row !== undefined;
  }

  /** A new row, so that whoever is meeting the old wish does not strike out this one; its age stays. */
  #ask(source: SourceId, what: string, now: number): void {
    const before = this.#db.get<{ at: number }>(
      'DELETE FROM request WHERE source = ? AND what = ? RETURNING at',
      ...[source, what],
    );
    this.#db.run(
      'INSERT INTO request(source, what, at) VALUES(?, ?, ?)',
      ...[source, what, before?.at ?? now],
    );
  }
}

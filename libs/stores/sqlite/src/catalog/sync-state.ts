import { AppError } from '@fumikura/errors';
import type { JsonValue, SourceId } from '@fumikura/model';
import type {
  CheckpointOf,
  DeadLetter,
  Lease,
  RunRecord,
  SourceCheck,
  SourceRecord,
  StoreBatch,
} from '@fumikura/ports';
import type { Database } from '../database.ts';

/** Runs kept of a source. */
const KEPT_RUNS = 100;

const COLUMN: Readonly<Record<CheckpointOf, string>> = { content: 'checkpoint', access: 'access_checkpoint' };

interface SourceRow {
  readonly id: SourceId;
  readonly last_completed: string | null;
  readonly last_check: string | null;
  readonly documents: number;
  readonly chunks: number;
}

/** Sources, checkpoints, leases, runs, dead letters. */
export class SyncState {
  readonly #db: Database;
  readonly #now: () => number;

  constructor(db: Database, now: () => number) {
    this.#db = db;
    this.#now = now;
  }

  ensureSource(id: SourceId): void {
    this.#db.run('INSERT OR IGNORE INTO source(id) VALUES(?)', id);
  }

  sources(): SourceRecord[] {
    return this.#db
      .all<SourceRow>('SELECT id, last_completed, last_check, documents, chunks FROM source ORDER BY id')
      .map(({ id, last_completed: last, last_check: check, documents, chunks }) => {
        const dead = this.#db.get<{ n: number }>(
          'SELECT count(*) AS n FROM dead_letter WHERE source = ?',
          id,
        );
        const [lastRun] = this.runs(id, 1);
        return {
          id,
          documents,
          chunks,
          deadLetters: dead?.n ?? 0,
          ...(lastRun && { lastRun }),
          ...(last && { lastCompletedAt: last }),
          ...(check && { check: JSON.parse(check) as NonNullable<SourceRecord['check']> }),
        };
      });
  }

  hasDocuments(): boolean {
    return this.#db.get('SELECT 1 FROM source WHERE documents > 0 LIMIT 1') !== undefined;
  }

  forget(id: SourceId): void {
    for (const table of ['run', 'dead_letter']) this.#db.run(`DELETE FROM ${table} WHERE source = ?`, id);
    // The lease stays, held by nobody: a token that was given out must never be given out again.
    this.#db.run(`UPDATE lease SET holder = '', token = token + 1, expires_at = 0 WHERE source = ?`, id);
    this.#db.run('DELETE FROM source WHERE id = ?', id);
  }

  putCheck(id: SourceId, check: SourceCheck): void {
    const at = new Date(this.#now()).toISOString();
    this.#db.run('UPDATE source SET last_check = ? WHERE id = ?', JSON.stringify({ ...check, at }), id);
  }

  checkpoint(id: SourceId, of: CheckpointOf): JsonValue | undefined {
    const text = this.#db.get<{ checkpoint: string | null }>(
      `SELECT ${COLUMN[of]} AS checkpoint FROM source WHERE id = ?`,
      id,
    )?.checkpoint;
    return text === null || text === undefined ? undefined : (JSON.parse(text) as JsonValue);
  }

  setCheckpoint(id: SourceId, checkpoint: JsonValue | undefined, of: CheckpointOf): void {
    this.#db.run(
      `UPDATE source SET ${COLUMN[of]} = ? WHERE id = ?`,
      checkpoint === undefined ? null : JSON.stringify(checkpoint),
      id,
    );
  }

  acquireLease(source: SourceId, holder: string, ttlMs: number): Lease {
    return this.#db.write(() => {
      const current = this.#lease(source);
      if (current && current.holder !== holder && Date.parse(current.expiresAt) > this.#now()) return current;
      return this.#putLease(source, holder, (current?.token ?? 0) + 1, ttlMs);
    });
  }

  renewLease(lease: Lease, ttlMs: number): Lease {
    return this.#db.write(() => {
      this.requireLease(lease);
      return this.#putLease(lease.source, lease.holder, lease.token, ttlMs);
    });
  }

  releaseLease({ source, holder, token }: Lease): void {
    // Kept with its token, so that the next holder's is higher and late writes of this one are refused.
    this.#db.run(
      'UPDATE lease SET expires_at = 0 WHERE source = ? AND holder = ? AND token = ?',
      source,
      holder,
      token,
    );
  }

  /** @throws AppError LEASE_LOST (conflict) */
  requireLease({ source, holder, token }: Lease): void {
    const current = this.#lease(source);
    if (current?.token === token && current.holder === holder) return;
    throw new AppError(
      'LEASE_LOST',
      'conflict',
      `lease ${token} of ${source} is held by ${current?.holder ?? 'nobody'}`,
      {
        publicMessage: `Another process took over the sync of ${source}.`,
      },
    );
  }

  putRun(run: RunRecord): void {
    this.#db.run(
      'INSERT OR REPLACE INTO run(id, source, started_at, record) VALUES(?, ?, ?, ?)',
      run.id,
      run.source,
      run.startedAt,
      JSON.stringify(run),
    );
    if (run.outcome === 'completed' && run.passes.includes('content'))
      this.#db.run(
        'UPDATE source SET last_completed = ? WHERE id = ?',
        run.endedAt ?? run.startedAt,
        run.source,
      );
    this.#db.run(
      'DELETE FROM run WHERE source = ? AND id NOT IN (SELECT id FROM run WHERE source = ? ORDER BY started_at DESC LIMIT ?)',
      ...[run.source, run.source, KEPT_RUNS],
    );
  }

  runs(source: SourceId | undefined, limit: number): RunRecord[] {
    return (
      this.#db
        .all<{ record: string }>(
          `SELECT record FROM run ${source === undefined ? '' : 'WHERE source = ?'} ORDER BY started_at DESC, id DESC LIMIT ?`,
          ...(source === undefined ? [] : [source]),
          limit,
        )
        // Older records do not say what was read.
        .map(({ record }) => ({ passes: [], ...(JSON.parse(record) as Omit<RunRecord, 'passes'>) }))
    );
  }

  putDeadLetters(source: SourceId, letters: NonNullable<StoreBatch['deadLetters']>): void {
    const now = new Date(this.#now()).toISOString();
    for (const { documentId, code, reason } of letters) {
      this.#db.run(
        `INSERT INTO dead_letter(document_id, source, code, reason, attempts, first_at, last_at) VALUES(?, ?, ?, ?, 1, ?, ?)
         ON CONFLICT(document_id) DO UPDATE SET code = excluded.code, reason = excluded.reason, attempts = attempts + 1, last_at = excluded.last_at`,
        ...[documentId, source, code, reason, now, now],
      );
    }
  }

  clearDeadLetter(documentId: string): void {
    this.#db.run('DELETE FROM dead_letter WHERE document_id = ?', documentId);
  }

  deadLetters(source: SourceId | undefined, limit: number): DeadLetter[] {
    return this.#db.all<DeadLetter>(
      `SELECT document_id AS documentId, source, code, reason, attempts, first_at AS firstAt, last_at AS lastAt
       FROM dead_letter WHERE ?1 IS NULL OR source = ?1 ORDER BY last_at DESC, document_id LIMIT ?2`,
      source ?? null,
      limit,
    );
  }

  /** Own names of the store are kept apart from those of its callers. */
  setting(name: string): string | undefined {
    return this.#db.get<{ value: string }>('SELECT value FROM setting WHERE name = ?', `app:${name}`)?.value;
  }

  settings(): { name: string; value: string }[] {
    return this.#db.all(
      `SELECT substr(name, 5) AS name, value FROM setting WHERE name LIKE 'app:%' ORDER BY name`,
    );
  }

  /** @returns what holds: the first value written */
  makeSetting(name: string, value: string): string {
    this.#db.run('INSERT OR IGNORE INTO setting(name, value) VALUES(?, ?)', `app:${name}`, value);
    return this.setting(name) ?? value;
  }

  #lease(source: SourceId): Lease | undefined {
    const row = this.#db.get<{ holder: string; token: number; expires_at: number }>(
      'SELECT holder, token, expires_at FROM lease WHERE source = ?',
      source,
    );
    return (
      row && {
        source,
        holder: row.holder,
        token: row.token,
        expiresAt: new Date(row.expires_at).toISOString(),
      }
    );
  }

  #putLease(source: SourceId, holder: string, token: number, ttlMs: number): Lease {
    const expiresAt = this.#now() + ttlMs;
    this.#db.run(
      'INSERT OR REPLACE INTO lease(source, holder, token, expires_at) VALUES(?, ?, ?, ?)',
      source,
      holder,
      token,
      expiresAt,
    );
    return { source, holder, token, expiresAt: new Date(expiresAt).toISOString() };
  }
}

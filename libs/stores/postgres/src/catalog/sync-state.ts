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
import { sql } from 'kysely';
import type { Connection, Executor } from '../connection.ts';
import { keyOf, storable } from '../keys.ts';

/** Runs kept of a source. */
const KEPT_RUNS = 100;

interface LeaseRow {
  readonly holder: string;
  readonly token: number;
  readonly expires_at: Date;
}

const COLUMN: Readonly<Record<CheckpointOf, string>> = { content: 'checkpoint', access: 'access_checkpoint' };

/** Sources, checkpoints, leases, runs, dead letters, settings. Leases run by the clock of the database, which all share. */
export class SyncState {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  async ensureSource(db: Executor, id: SourceId): Promise<void> {
    await sql`INSERT INTO ${this.#table('source')}(id) VALUES(${id}) ON CONFLICT DO NOTHING`.execute(db);
  }

  /** Until the transaction ends nobody else changes documents of these sources. */
  async lockSources(db: Executor, ids: readonly SourceId[]): Promise<void> {
    await sql`SELECT 1 FROM ${this.#table('source')} WHERE id = ANY(${ids}::text[]) ORDER BY id FOR UPDATE`.execute(
      db,
    );
  }

  async countIn(db: Executor, source: SourceId, documents: number, chunks: number): Promise<void> {
    await sql`UPDATE ${this.#table('source')} SET documents = documents + ${documents}, chunks = chunks + ${chunks}
      WHERE id = ${source}`.execute(db);
  }

  async sources(db: Executor): Promise<SourceRecord[]> {
    const { rows } = await sql<{
      id: SourceId;
      last_completed: string | null;
      last_check: string | null;
      documents: number;
      chunks: number;
      dead: number;
      record: string | null;
    }>`SELECT s.id, s.last_completed, s.last_check, s.documents, s.chunks,
        (SELECT count(*) FROM ${this.#table('dead_letter')} AS l WHERE l.source = s.id) AS dead,
        (SELECT record FROM ${this.#table('run')} AS r WHERE r.source = s.id ORDER BY started_at DESC, id DESC LIMIT 1) AS record
      FROM ${this.#table('source')} AS s ORDER BY s.id`.execute(db);
    return rows.map(({ id, last_completed: last, last_check: check, documents, chunks, dead, record }) => ({
      id,
      documents,
      chunks,
      deadLetters: dead,
      ...(record !== null && { lastRun: JSON.parse(record) as RunRecord }),
      ...(last !== null && { lastCompletedAt: last }),
      ...(check !== null && { check: JSON.parse(check) as NonNullable<SourceRecord['check']> }),
    }));
  }

  async forget(db: Executor, id: SourceId): Promise<void> {
    for (const table of ['run', 'dead_letter'])
      await sql`DELETE FROM ${this.#table(table)} WHERE source = ${id}`.execute(db);
    // The lease stays, held by nobody: a token that was given out must never be given out again.
    await sql`UPDATE ${this.#table('lease')} SET holder = '', token = token + 1, expires_at = 'epoch'
      WHERE source = ${id}`.execute(db);
    await sql`DELETE FROM ${this.#table('source')} WHERE id = ${id}`.execute(db);
  }

  async putCheck(db: Executor, id: SourceId, check: SourceCheck): Promise<void> {
    const text = JSON.stringify({ ...check, at: new Date().toISOString() });
    await sql`UPDATE ${this.#table('source')} SET last_check = ${text} WHERE id = ${id}`.execute(db);
  }

  async checkpoint(db: Executor, id: SourceId, of: CheckpointOf): Promise<JsonValue | undefined> {
    const { rows } = await sql<{
      checkpoint: string | null;
    }>`SELECT ${sql.id(COLUMN[of])} AS checkpoint FROM ${this.#table('source')}
      WHERE id = ${id}`.execute(db);
    const text = rows[0]?.checkpoint;
    return text === null || text === undefined ? undefined : (JSON.parse(text) as JsonValue);
  }

  async setCheckpoint(
    db: Executor,
    id: SourceId,
    checkpoint: JsonValue | undefined,
    of: CheckpointOf,
  ): Promise<void> {
    const text = checkpoint === undefined ? null : JSON.stringify(checkpoint);
    await sql`UPDATE ${this.#table('source')} SET ${sql.id(COLUMN[of])} = ${text} WHERE id = ${id}`.execute(
      db,
    );
  }

  async acquireLease(db: Executor, source: SourceId, holder: string, ttlMs: number): Promise<Lease> {
    const { rows } =
      await sql<LeaseRow>`INSERT INTO ${this.#table('lease')} AS l(source, holder, token, expires_at)
      VALUES(${source}, ${holder}, 1, clock_timestamp() + ${ttlMs} * interval '1 ms')
      ON CONFLICT (source) DO UPDATE SET holder = excluded.holder, token = l.token + 1, expires_at = excluded.expires_at
      WHERE l.holder = excluded.holder OR l.expires_at <= clock_timestamp()
      RETURNING holder, token, expires_at`.execute(db);
    return leaseOf(source, rows[0] ?? (await this.#lease(db, source)));
  }

  async renewLease(db: Executor, { source, holder, token }: Lease, ttlMs: number): Promise<Lease> {
    const { rows } = await sql<LeaseRow>`UPDATE ${this.#table('lease')}
      SET expires_at = clock_timestamp() + ${ttlMs} * interval '1 ms'
      WHERE source = ${source} AND holder = ${holder} AND token = ${token}
      RETURNING holder, token, expires_at`.execute(db);
    return leaseOf(source, rows[0] ?? lost(source, token));
  }

  /** Kept with its token, so that the next holder's is higher and late writes of this one are refused. */
  async releaseLease(db: Executor, { source, holder, token }: Lease): Promise<void> {
    await sql`UPDATE ${this.#table('lease')} SET expires_at = 'epoch'
      WHERE source = ${source} AND holder = ${holder} AND token = ${token}`.execute(db);
  }

  /** Holds until the transaction ends: nobody takes the lease over in between. @throws AppError LEASE_LOST (conflict) */
  async requireLease(db: Executor, { source, holder, token }: Lease): Promise<void> {
    const { rows } = await sql<LeaseRow>`SELECT holder, token, expires_at FROM ${this.#table('lease')}
      WHERE source = ${source} FOR SHARE`.execute(db);
    if (rows[0]?.token !== token || rows[0].holder !== holder) lost(source, token);
  }

  async putRun(db: Executor, run: RunRecord): Promise<void> {
    await sql`INSERT INTO ${this.#table('run')}(id, source, started_at, record)
      VALUES(${run.id}, ${run.source}, ${run.startedAt}, ${JSON.stringify(run)})
      ON CONFLICT (id) DO UPDATE SET source = excluded.source, started_at = excluded.started_at, record = excluded.record`.execute(
      db,
    );
    if (run.outcome === 'completed' && run.passes.includes('content'))
      await sql`UPDATE ${this.#table('source')} SET last_completed = ${run.endedAt ?? run.startedAt}
        WHERE id = ${run.source}`.execute(db);
    await sql`DELETE FROM ${this.#table('run')} WHERE source = ${run.source} AND id NOT IN (
      SELECT id FROM ${this.#table('run')} WHERE source = ${run.source} ORDER BY started_at DESC LIMIT ${KEPT_RUNS})`.execute(
      db,
    );
  }

  async runs(db: Executor, source: SourceId | undefined, limit: number): Promise<RunRecord[]> {
    const { rows } = await sql<{ record: string }>`SELECT record FROM ${this.#table('run')}
      WHERE ${source ?? null}::text IS NULL OR source = ${source ?? null}
      ORDER BY started_at DESC, id DESC LIMIT ${limit}`.execute(db);
    return rows.map(({ record }) => JSON.parse(record) as RunRecord);
  }

  async putDeadLetters(
    db: Executor,
    source: SourceId,
    letters: NonNullable<StoreBatch['deadLetters']>,
  ): Promise<void> {
    const now = new Date().toISOString();
    for (const { documentId, code, reason } of letters) {
      await sql`INSERT INTO ${this.#table('dead_letter')} AS l(key, document_id, source, code, reason, attempts, first_at, last_at)
        VALUES(${keyOf(documentId)}, ${storable(documentId)}, ${source}, ${code}, ${storable(reason)}, 1, ${now}, ${now})
        ON CONFLICT (key) DO UPDATE SET code = excluded.code, reason = excluded.reason, attempts = l.attempts + 1,
          last_at = excluded.last_at`.execute(db);
    }
  }

  async clearDeadLetters(db: Executor, ids: readonly string[]): Promise<void> {
    await sql`DELETE FROM ${this.#table('dead_letter')} WHERE key = ANY(${ids.map(keyOf)}::bytea[])`.execute(
      db,
    );
  }

  async deadLetters(db: Executor, source: SourceId | undefined, limit: number): Promise<DeadLetter[]> {
    const { rows } = await sql<DeadLetter>`SELECT document_id AS "documentId", source, code, reason, attempts,
        first_at AS "firstAt", last_at AS "lastAt" FROM ${this.#table('dead_letter')}
      WHERE ${source ?? null}::text IS NULL OR source = ${source ?? null}
      ORDER BY last_at DESC, document_id LIMIT ${limit}`.execute(db);
    return rows;
  }

  async setting(db: Executor, name: string): Promise<string | undefined> {
    const { rows } = await sql<{ value: string }>`SELECT value FROM ${this.#table('setting')}
      WHERE name = ${name}`.execute(db);
    return rows[0]?.value;
  }

  async settings(db: Executor): Promise<{ name: string; value: string }[]> {
    const { rows } = await sql<{
      name: string;
      value: string;
    }>`SELECT name, value FROM ${this.#table('setting')}
      ORDER BY name`.execute(db);
    return rows;
  }

  /** @returns what holds: the first value written */
  async makeSetting(db: Executor, name: string, value: string): Promise<string> {
    await sql`INSERT INTO ${this.#table('setting')}(name, value) VALUES(${name}, ${value})
      ON CONFLICT DO NOTHING`.execute(db);
    return (await this.setting(db, name)) ?? value;
  }

  async #lease(db: Executor, source: SourceId): Promise<LeaseRow> {
    const { rows } = await sql<LeaseRow>`SELECT holder, token, expires_at FROM ${this.#table('lease')}
      WHERE source = ${source}`.execute(db);
    return rows[0] ?? lost(source, 0);
  }

  #table(name: string) {
    return this.#connection.table(name);
  }
}

function leaseOf(source: SourceId, { holder, token, expires_at: expiresAt }: LeaseRow): Lease {
  return { source, holder, token, expiresAt: expiresAt.toISOString() };
}

function lost(source: SourceId, token: number): never {
  throw new AppError('LEASE_LOST', 'conflict', `lease ${token} of ${source} is no longer ours`, {
    publicMessage: `Another process took over the sync of ${source}.`,
  });
}

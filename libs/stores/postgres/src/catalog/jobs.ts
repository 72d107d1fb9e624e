import type { DocumentId, SourceId } from '@fumikura/model';
import type { JobRecord, Pass, ReadingNews, ReadingRequest } from '@fumikura/ports';
import { sql } from 'kysely';
import type { Connection, Executor } from '../connection.ts';
import { keyOf, storable } from '../keys.ts';

/** Longer than any source sends the same delivery again. */
const DELIVERY_KEPT = '30 days';
const PASS = 'pass:';

/** What is to be read again, and how the passes went. */
export class JobStore {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  async jobs(db: Executor): Promise<JobRecord[]> {
    const { rows } = await sql<{ record: string }>`SELECT record FROM ${this.#table('job')}
      ORDER BY source, pass`.execute(db);
    return rows.map(({ record }) => JSON.parse(record) as JobRecord);
  }

  async put(db: Executor, job: JobRecord): Promise<void> {
    await sql`INSERT INTO ${this.#table('job')}(source, pass, record)
      VALUES(${job.source}, ${job.pass}, ${JSON.stringify(job)})
      ON CONFLICT (source, pass) DO UPDATE SET record = excluded.record`.execute(db);
  }

  /** Inside a transaction. @returns false for a delivery that was taken before */
  async request(
    db: Executor,
    source: SourceId,
    { deliveryId, items, passes }: ReadingNews,
  ): Promise<boolean> {
    await sql`DELETE FROM ${this.#table('delivery')}
      WHERE at < clock_timestamp() - ${DELIVERY_KEPT}::interval`.execute(db);
    if (deliveryId !== undefined && !(await this.#isNew(db, source, deliveryId))) return false;
    for (const what of [...items, ...passes.map((pass) => `${PASS}${pass}`)])
      await this.#ask(db, source, what);
    return true;
  }

  async requested(db: Executor, source: SourceId | undefined, limit: number): Promise<ReadingRequest[]> {
    const { rows } = await sql<{ seq: number; source: SourceId; what: string; at: Date }>`
      SELECT seq, source, what, at FROM ${this.#table('request')}
      WHERE ${source ?? null}::text IS NULL OR source = ${source ?? null} ORDER BY seq LIMIT ${limit}`.execute(
      db,
    );
    return rows.map(({ what, at, ...facts }) => ({
      ...facts,
      at: at.toISOString(),
      ...(what.startsWith(PASS) ? { pass: what.slice(PASS.length) as Pass } : { item: what as DocumentId }),
    }));
  }

  async met(db: Executor, requests: readonly Pick<ReadingRequest, 'seq'>[]): Promise<void> {
    await sql`DELETE FROM ${this.#table('request')}
      WHERE seq = ANY(${requests.map(({ seq }) => seq)}::bigint[])`.execute(db);
  }

  /** Inside a transaction. */
  async forget(db: Executor, source: SourceId): Promise<void> {
    for (const table of ['job', 'request', 'delivery'])
      await sql`DELETE FROM ${this.#table(table)} WHERE source = ${source}`.execute(db);
  }

  async #isNew(db: Executor, source: SourceId, id: string): Promise<boolean> {
    const { rows } =
      await sql`INSERT INTO ${this.#table('delivery')}(source, key) VALUES(${source}, ${keyOf(id)})
      ON CONFLICT DO NOTHING RETURNING source`.execute(db);
    return rows.length > 0;
  }

  /** A new number, so that whoever is meeting the old wish does not strike out this one; its age stays. */
  async #ask(db: Executor, source: SourceId, what: string): Promise<void> {
    await sql`INSERT INTO ${this.#table('request')}(source, key, what)
      VALUES(${source}, ${keyOf(what)}, ${storable(what)})
      ON CONFLICT (source, key) DO UPDATE SET seq = nextval(pg_get_serial_sequence(${`${this.#connection.schema}.request`}, 'seq'))`.execute(
      db,
    );
  }

  #table(name: string) {
    return this.#connection.table(name);
  }
}

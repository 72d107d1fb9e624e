import { setTimeout as wait } from 'node:timers/promises';
import { AppError } from '@fumikura/errors';
import { sql } from 'kysely';
import type { Connection, Executor } from '../connection.ts';
import { MIGRATIONS } from './migrations.ts';
import type { Migration } from './migrations.ts';

export interface MigrateOptions {
  /** Runs every step and takes all back. */
  readonly dryRun?: boolean;
  readonly migrations?: readonly Migration[];
}

/** Two minutes of a table that is never free for a moment. */
const ATTEMPTS = 60;
const BETWEEN_ATTEMPTS_MS = 1_000;

class TakenBack extends Error {
  readonly steps: readonly string[];
  constructor(steps: readonly string[]) {
    super('dry run');
    this.steps = steps;
  }
}

/**
 * Brings the tables up to date, forward only, all steps in one transaction under a lock of the whole database, so that
 * any number of processes may start at the same time.
 * @returns names of the steps that were due
 * @throws AppError STORE_NEWER (config)
 */
export async function migrate(
  connection: Connection,
  { dryRun = false, migrations = MIGRATIONS }: MigrateOptions = {},
): Promise<readonly string[]> {
  if ((await dueSteps(connection, migrations)).length === 0) return [];
  for (let attempt = 1; ; attempt++) {
    try {
      return await applyAll(connection, migrations, dryRun);
    } catch (error) {
      if (error instanceof AppError && error.cause instanceof TakenBack) return error.cause.steps;
      const isBusy = error instanceof AppError && error.code === 'STORE_LOCKED';
      if (!isBusy || attempt >= ATTEMPTS) throw error;
      await wait(BETWEEN_ATTEMPTS_MS);
    }
  }
}

function applyAll(
  connection: Connection,
  migrations: readonly Migration[],
  dryRun: boolean,
): Promise<readonly string[]> {
  return connection.write(async (db) => {
    // Released with the transaction: a session's lock would stay behind in a pooler.
    await sql`SELECT pg_advisory_xact_lock(hashtextextended(${`fumikura migrate ${connection.schema}`}, 0))`.execute(
      db,
    );
    // Whoever reads waits behind a step that waits for its table: better to give way and come again.
    await sql`SET LOCAL lock_timeout = '1s'`.execute(db);
    const steps = await apply(db, connection, migrations);
    if (dryRun) throw new TakenBack(steps);
    return steps;
  });
}

/** Steps that are due, by name. @throws AppError STORE_NEWER (config) */
export function dueSteps(connection: Connection, migrations = MIGRATIONS): Promise<readonly string[]> {
  return connection.read(async (db) => {
    const name = `${quoted(connection.schema)}.migration`;
    const { rows } = await sql<{
      exists: boolean;
    }>`SELECT to_regclass(${name}) IS NOT NULL AS exists`.execute(db);
    return due(rows[0]?.exists === true ? await done(db, connection) : [], migrations);
  });
}

async function apply(
  db: Executor,
  connection: Connection,
  migrations: readonly Migration[],
): Promise<readonly string[]> {
  const schema = quoted(connection.schema);
  const { rows } = await sql<{
    exists: boolean;
  }>`SELECT to_regnamespace(${schema}) IS NOT NULL AS exists`.execute(db);
  // Asked first: the right to create schemas is not needed where an administrator has made ours.
  if (rows[0]?.exists !== true) await sql`CREATE SCHEMA ${sql.id(connection.schema)}`.execute(db);
  await sql`CREATE TABLE IF NOT EXISTS ${connection.table('migration')}(name text PRIMARY KEY,
    done_at timestamptz NOT NULL DEFAULT now())`.execute(db);
  await sql`ALTER TABLE ${connection.table('migration')}
    ADD COLUMN IF NOT EXISTS is_addition boolean NOT NULL DEFAULT false`.execute(db);
  const steps = due(await done(db, connection), migrations);
  for (const { name, sql: text, isAddition = false } of migrations.filter((each) =>
    steps.includes(each.name),
  )) {
    await sql.raw(text.replaceAll('{schema}', schema)).execute(db);
    await sql`INSERT INTO ${connection.table('migration')}(name, is_addition)
      VALUES(${name}, ${isAddition})`.execute(db);
  }
  return steps;
}

interface Done {
  readonly name: string;
  readonly is_addition: boolean;
}

/** Also of tables that were made before steps said what they are. */
async function done(db: Executor, connection: Connection): Promise<readonly Done[]> {
  const { rows } = await sql<Done>`SELECT name, coalesce((to_jsonb(m) ->> 'is_addition')::boolean, false)
    AS is_addition FROM ${connection.table('migration')} AS m`.execute(db);
  return rows;
}

function due(steps: readonly Done[], migrations: readonly Migration[]): readonly string[] {
  const unknown = steps.find(
    ({ name, is_addition: isAddition }) => !isAddition && !migrations.some((each) => each.name === name),
  );
  if (unknown !== undefined)
    throw new AppError('STORE_NEWER', 'config', `unknown migration ${unknown.name}`, {
      publicMessage: `The catalog was brought up to date by a newer Fumikura (step ${unknown.name}). Install the newer version.`,
    });
  const names = new Set(steps.map(({ name }) => name));
  return migrations.map(({ name }) => name).filter((name) => !names.has(name));
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

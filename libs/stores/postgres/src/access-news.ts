import pg from 'pg';
import { sql } from 'kysely';
import { clientConfig } from './connection.ts';
import type { Connection, ConnectionOptions, Executor } from './connection.ts';

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;

/** Tells every process of the installation, when the transaction commits, that lists, ACLs or memberships changed. */
export async function announce(db: Executor, { schema }: Connection): Promise<void> {
  await sql`SELECT pg_notify(${channelOf(schema)}, '')`.execute(db);
}

/**
 * Calls back after such changes, on a connection of its own: behind a pooler that gives connections out by transaction it
 * hears nothing, which costs time and no correctness, because every answer compares versions anyway.
 * @returns the way to stop it
 */
export function listen(
  options: ConnectionOptions & { readonly schema: string },
  onChanged: () => void,
): () => Promise<void> {
  let client: pg.Client | undefined;
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;
  const again = (waitMs: number) => {
    client = undefined;
    if (!isStopped) timer = setTimeout(() => void connect(waitMs), waitMs).unref();
  };
  const connect = async (waitMs: number) => {
    const made = new pg.Client(clientConfig(options));
    client = made;
    made.on('notification', onChanged);
    try {
      // Before it is connected an error arrives as a rejection, afterwards as an event in front of the end.
      made.on('error', () => undefined);
      await made.connect();
      made.once('end', () => again(FIRST_WAIT_MS));
      await made.query(`LISTEN ${made.escapeIdentifier(channelOf(options.schema))}`);
      // Whatever happened while nobody listened.
      onChanged();
    } catch {
      // Nobody is told: answers do not depend on it, and whatever is wrong is met by the next one that asks.
      made.removeAllListeners('end');
      await made.end().catch(() => undefined);
      again(Math.min(LONGEST_WAIT_MS, waitMs * 2));
    }
  };
  void connect(FIRST_WAIT_MS);
  return async () => {
    isStopped = true;
    clearTimeout(timer);
    await client?.end().catch(() => undefined);
  };
}

function channelOf(schema: string): string {
  return `fumikura_access_${schema}`.slice(0, 63);
}

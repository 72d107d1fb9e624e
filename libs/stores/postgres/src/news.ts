import type { DocumentId } from '@fumikura/model';
import pg from 'pg';
import { sql } from 'kysely';
import { clientConfig } from './connection.ts';
import type { Connection, ConnectionOptions, Executor } from './connection.ts';

/** A notification takes 8,000 bytes at most. */
const MAX_BYTES = 7_500;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;

/** Tells every process of the installation, when the transaction commits, that lists, ACLs or memberships changed. */
export async function announce(db: Executor, { schema }: Connection): Promise<void> {
  await sql`SELECT pg_notify(${channelOf(schema)}, '')`.execute(db);
}

/** Tells every process, when the transaction commits, which documents it touched. */
export async function announceDocuments(
  db: Executor,
  { schema }: Connection,
  ids: readonly DocumentId[],
): Promise<void> {
  const parts = payloadsOf(ids);
  if (parts.length > 0)
    await sql`SELECT pg_notify(${documentsChannelOf(schema)}, part) FROM unnest(${parts}::text[]) AS part`.execute(
      db,
    );
}

/** JSON lists that fit; an id that is longer than a notification is announced to nobody. */
export function payloadsOf(ids: readonly DocumentId[]): string[] {
  const parts: string[] = [];
  let part = '';
  for (const id of new Set(ids)) {
    const text = JSON.stringify(id);
    if (Buffer.byteLength(text) > MAX_BYTES) continue;
    if (part !== '' && Buffer.byteLength(part) + Buffer.byteLength(text) >= MAX_BYTES) {
      parts.push(`[${part}]`);
      part = '';
    }
    part = part === '' ? text : `${part},${text}`;
  }
  return part === '' ? parts : [...parts, `[${part}]`];
}

/**
 * Calls back after such changes, on a connection of its own: behind a pooler that gives connections out by transaction it
 * hears nothing: rights are compared with every answer anyway, and who waits for changed documents is not told.
 * @returns the way to stop it
 */
export function listen(
  options: ConnectionOptions & { readonly schema: string },
  { onAccess, onDocuments }: NewsListeners,
): () => Promise<void> {
  const access = channelOf(options.schema);
  const documents = documentsChannelOf(options.schema);
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
    made.on('notification', ({ channel, payload = '' }) => {
      if (channel === access) onAccess();
      else onDocuments(JSON.parse(payload) as DocumentId[]);
    });
    try {
      // Before it is connected an error arrives as a rejection, afterwards as an event in front of the end.
      made.on('error', () => undefined);
      await made.connect();
      made.once('end', () => again(FIRST_WAIT_MS));
      for (const channel of [access, documents]) await made.query(`LISTEN ${made.escapeIdentifier(channel)}`);
      // Whatever happened while nobody listened.
      onAccess();
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

export interface NewsListeners {
  onAccess(): void;
  onDocuments(ids: readonly DocumentId[]): void;
}

function documentsChannelOf(schema: string): string {
  return `fumikura_documents_${schema}`.slice(0, 63);
}

function channelOf(schema: string): string {
  return `fumikura_access_${schema}`.slice(0, 63);
}

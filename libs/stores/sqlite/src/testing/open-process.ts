// Opens a store with the options given as JSON, searches, writes, and prints what happened as JSON.
import { toAppError } from '@fumikura/errors';
import { createSqliteStore } from '../store.ts';
import type { SqliteStoreOptions } from '../store.ts';
import { found, numbered, SOURCE } from './documents.ts';

export interface Outcome {
  readonly open: string;
  readonly openMessage?: string;
  readonly found?: readonly string[];
  readonly write?: string;
  readonly writeMessage?: string;
}

process.stdout.write(
  JSON.stringify(await outcome(JSON.parse(process.argv[2] ?? '{}') as SqliteStoreOptions)),
);

async function outcome(options: SqliteStoreOptions): Promise<Outcome> {
  try {
    const store = await createSqliteStore(options);
    const hits = await found(store, 'word');
    const written = await attempt(() => store.commit({ source: SOURCE, upserts: [numbered(999)] }));
    await store.close();
    return {
      open: 'ok',
      found: hits,
      write: written.code,
      ...(written.message !== undefined && { writeMessage: written.message }),
    };
  } catch (error) {
    const { code, publicMessage } = toAppError(error);
    return { open: code, openMessage: publicMessage };
  }
}

async function attempt(work: () => Promise<void>): Promise<{ code: string; message?: string }> {
  try {
    await work();
    return { code: 'ok' };
  } catch (error) {
    const { code, publicMessage } = toAppError(error);
    return { code, message: publicMessage };
  }
}

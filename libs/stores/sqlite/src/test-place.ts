import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSqliteStore } from './store.ts';
import type { SqliteStore, SqliteStoreOptions } from './store.ts';

/** A fresh file in a folder of its own, opened as often as a test wants. */
export async function temporaryPlace(options: Partial<SqliteStoreOptions> = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'fumi-store-'));
  const file = join(folder, 'store.db');
  return {
    folder,
    file,
    open: (more: Partial<SqliteStoreOptions> = {}): Promise<SqliteStore> =>
      createSqliteStore({ file, ...options, ...more }),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

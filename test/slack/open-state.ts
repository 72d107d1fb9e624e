import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SharedState } from '@fumikura/ports';
import { createSqliteStore } from '@fumikura/store-sqlite';

/** The state of an installation that nobody else uses. */
export async function openState(): Promise<{ readonly state: SharedState; close(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'fumi-slack-'));
  const store = await createSqliteStore({ file: join(folder, 'fumi.db'), inline: true });
  return {
    state: store.catalog.state,
    close: async () => {
      await store.close();
      await rm(folder, { recursive: true });
    },
  };
}

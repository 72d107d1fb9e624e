import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { searchIndexContract } from '@fumikura/testkit';
import { createSqliteStore } from './index.ts';

searchIndexContract(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'fumi-index-'));
  const store = await createSqliteStore({ file: join(folder, 'index.db'), inline: true });
  return {
    index: store.index,
    close: async () => {
      await store.close();
      await rm(folder, { recursive: true });
    },
  };
});

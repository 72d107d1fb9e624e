import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { Database } from './database.ts';

it('keeps as many pages at hand as it is told, 32 MiB of them otherwise', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'fumi-database-'));
  try {
    for (const [options, kibibytes] of [
      [{}, 32_768],
      [{ cacheBytes: 4 * 1_024 * 1_024 }, 4_096],
    ] as const) {
      const db = new Database({ file: join(folder, 'x.db'), ...options });
      // Below zero: kibibytes instead of pages.
      assert.equal(db.get<{ cache_size: number }>('PRAGMA cache_size')?.cache_size, -kibibytes);
      db.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

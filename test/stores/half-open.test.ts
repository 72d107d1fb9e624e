import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { setImmediate as soon } from 'node:timers/promises';
import { createPostgresCatalog } from '@fumikura/store-postgres';
import { postgresMissing, startPostgres } from '@fumikura/testkit';
import { startFaultProxy } from '../scale/fault-proxy.ts';

const READ_TIMEOUT_MS = 1_000;
const CONNECTIONS = 6;

describe('connections to PostgreSQL whose other end is gone', { skip: postgresMissing() ?? false }, () => {
  it('[scale.half-open] cost one wait together, not one each', { timeout: 300_000 }, async (test) => {
    const server = await startPostgres();
    const folder = decodeURIComponent(new URL(server.url).hostname);
    const way = await startFaultProxy({ path: join(folder, '.s.PGSQL.5432') });
    // Time passes when it is told to: a machine that is slow makes nobody wait in vain.
    test.mock.timers.enable({ apis: ['setTimeout'] });
    const store = await createPostgresCatalog({
      url: `postgres://fumi@127.0.0.1:${way.port}/postgres`,
      listens: false,
      maxConnections: CONNECTIONS,
      readTimeoutMs: READ_TIMEOUT_MS,
    });
    const readAtOnce = () =>
      Promise.all(Array.from({ length: CONNECTIONS }, () => store.catalog.accessVersion()));
    try {
      await readAtOnce();
      way.set('half-open');
      const read = store.catalog.accessVersion();
      while (way.swallowed === 0) await soon();
      test.mock.timers.tick(READ_TIMEOUT_MS);
      assert.equal(await read, '0', 'the read is asked again on a new connection');
      const { swallowed } = way;
      await readAtOnce();
      assert.equal(way.swallowed, swallowed, 'nothing more is asked on a connection that is gone');
    } finally {
      await store.close();
      await way.close();
      await server.stop();
    }
  });
});

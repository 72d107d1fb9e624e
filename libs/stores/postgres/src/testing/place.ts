import { randomUUID } from 'node:crypto';
import { startPostgres } from '@fumikura/testkit';
import type { PostgresServer } from '@fumikura/testkit';
import pg from 'pg';
import { createPostgresCatalog } from '../postgres-catalog.ts';
import type { PostgresCatalogOptions } from '../postgres-catalog.ts';

/** One server for all tests of a file, a schema for each place. */
export class TestServer {
  #server: Promise<PostgresServer> | undefined;

  server(): Promise<PostgresServer> {
    return (this.#server ??= startPostgres());
  }

  async place(more: Partial<PostgresCatalogOptions> = {}) {
    const { url } = await this.server();
    const schema = `test_${randomUUID().slice(0, 8)}`;
    const options = { url, schema, maxConnections: 4, ...more };
    return {
      options,
      open: (own: Partial<PostgresCatalogOptions> = {}) => createPostgresCatalog({ ...options, ...own }),
      remove: async () => void (await this.run(`DROP SCHEMA IF EXISTS ${schema} CASCADE`)),
    };
  }

  /** As the owner of everything. */
  async run(sql: string): Promise<readonly Record<string, unknown>[]> {
    const client = new pg.Client({ connectionString: (await this.server()).url });
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(sql)).rows;
    } finally {
      await client.end();
    }
  }

  async stop(): Promise<void> {
    await (await this.#server)?.stop();
  }
}

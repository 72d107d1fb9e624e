import { randomUUID } from 'node:crypto';
import { after, describe } from 'node:test';
import { createPairedStore } from '@fumikura/store-paired';
import { createPostgresCatalog } from '@fumikura/store-postgres';
import { createQdrantIndex } from '@fumikura/store-qdrant';
import { postgresMissing, startPostgres, storeContract } from '@fumikura/testkit';
import { startQdrant } from '../simulators/qdrant/server.ts';

describe('PostgreSQL and Qdrant as one', { skip: postgresMissing() ?? false }, () => {
  let server: ReturnType<typeof startPostgres> | undefined;
  after(async () => (await server)?.stop());

  storeContract({
    name: 'paired',
    make: async () => {
      const { url } = await (server ??= startPostgres());
      const qdrant = await startQdrant({ judged: false });
      const schema = `pair_${randomUUID().slice(0, 8)}`;
      return {
        open: async () =>
          createPairedStore({
            catalog: await createPostgresCatalog({ url, schema, maxConnections: 4 }),
            index: await createQdrantIndex({ url: qdrant.url, attempts: 1 }),
          }),
        remove: () => qdrant.close(),
      };
    },
  });
});

import { randomUUID } from 'node:crypto';
import { after, describe } from 'node:test';
import { createPairedStore } from '@fumikura/store-paired';
import { createPostgresCatalog } from '@fumikura/store-postgres';
import { createQdrantIndex } from '@fumikura/store-qdrant';
import { embeddingStoreContract, postgresMissing, startPostgres, storeContract } from '@fumikura/testkit';
import { indexServer } from './index-server.ts';

describe('PostgreSQL and Qdrant as one', { skip: postgresMissing() ?? false }, () => {
  let server: ReturnType<typeof startPostgres> | undefined;
  after(async () => (await server)?.stop());

  const make = async () => {
    const { url } = await (server ??= startPostgres());
    const index = await indexServer();
    const schema = `pair_${randomUUID().slice(0, 8)}`;
    return {
      open: async () =>
        createPairedStore({
          catalog: await createPostgresCatalog({ url, schema, maxConnections: 4 }),
          index: await createQdrantIndex({ ...index.options, attempts: 1 }),
        }),
      remove: () => index.close(),
    };
  };
  storeContract({ name: 'paired', make });
  embeddingStoreContract({ name: 'paired', make });
});

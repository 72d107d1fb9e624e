import { randomUUID } from 'node:crypto';
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { createPairedStore } from '@fumikura/store-paired';
import { createPostgresCatalog } from '@fumikura/store-postgres';
import { createIndexPlaces, createQdrantIndex } from '@fumikura/store-qdrant';
import {
  ALICE,
  allowList,
  BOB,
  documentWrite,
  embeddingStoreContract,
  filterFor,
  FINGERPRINT,
  lexical,
  postgresMissing,
  seeded,
  startPostgres,
  storeContract,
  vectorOf,
} from '@fumikura/testkit';
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
  it('[index.beside] an index made beside is asked after a switch, with what was written and closed meanwhile, and the one before after a rollback', async () => {
    const { url } = await (server ??= startPostgres());
    const index = await indexServer();
    const options = { ...index.options, attempts: 1 };
    const store = await createPairedStore({
      catalog: await createPostgresCatalog({ url, schema: `beside_${randomUUID().slice(0, 8)}` }),
      index: await createQdrantIndex(options),
      places: createIndexPlaces(options),
    });
    const signal = new AbortController().signal;
    const found = async (principal: typeof ALICE) => {
      const access = await filterFor(store.catalog, principal);
      const { candidates } = await store.index.search(lexical('word', { candidates: 50 }), access, signal);
      return candidates.map(({ documentId }) => documentId.at(-1)).sort();
    };
    const source = 'test:wiki';
    const [all, hers] = [{ allow: ['all'] }, { allow: ['hers'] }];
    const write = (name: string, vectors?: Float32Array[]) => ({
      ...documentWrite(`${source}/${name}`, all, { parts: [`word of ${name}`] }),
      ...(vectors && { vectors }),
    });
    try {
      await store.embeddings.bind(FINGERPRINT);
      const lists = [allowList('all', ALICE, BOB), allowList('hers', ALICE)];
      await store.commit({
        source,
        lists,
        upserts: [write('a', [vectorOf(seeded(1))]), write('b'), write('c')],
      });
      assert.equal((await store.beside.rebuild(signal)).missing, 3);
      await store.commit({ source, upserts: [write('d')], removals: [`${source}/b`] });
      await store.commit({ source, acls: [{ id: `${source}/c`, acl: hers }] });
      await store.beside.switch(signal);
      // Readers look the alias up once a second.
      await wait(1_100);
      assert.deepEqual(
        [await found(ALICE), await found(BOB)],
        [
          ['a', 'c', 'd'],
          ['a', 'd'],
        ],
      );
      assert.equal((await store.export.documents([`${source}/a`]))[0]?.vectors?.length, 1);
      assert.deepEqual(await store.index.check(signal), []);
      await store.commit({ source, upserts: [write('e')], acls: [{ id: `${source}/d`, acl: hers }] });
      await store.beside.rollback(signal);
      await wait(1_100);
      assert.deepEqual(
        [await found(ALICE), await found(BOB)],
        [
          ['a', 'c', 'd', 'e'],
          ['a', 'e'],
        ],
      );
      assert.deepEqual(await store.index.check(signal), []);
      await store.beside.rebuild(signal);
      await store.beside.switch(signal);
      await wait(1_100);
      assert.deepEqual(await found(BOB), ['a', 'e']);
    } finally {
      await store.close();
      await index.close();
    }
  });

  storeContract({ name: 'paired', make });
  embeddingStoreContract({ name: 'paired', make });
});

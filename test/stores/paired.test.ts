import { randomUUID } from 'node:crypto';
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { createPairedStore } from '@fumikura/store-paired';
import { createPostgresCatalog } from '@fumikura/store-postgres';
import { createSqliteStore } from '@fumikura/store-sqlite';
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
  until,
} from '@fumikura/testkit';
import { analyseQuery } from '@fumikura/text';
import { indexServer } from './index-server.ts';

const signal = new AbortController().signal;

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
          index: await createQdrantIndex(index.options),
        }),
      remove: () => index.close(),
    };
  };
  it('[index.beside] an index made beside is asked after a switch, with what was written and closed meanwhile, and the one before after a rollback', async () => {
    const { url } = await (server ??= startPostgres());
    const index = await indexServer();
    const { options } = index;
    const store = await createPairedStore({
      catalog: await createPostgresCatalog({ url, schema: `beside_${randomUUID().slice(0, 8)}` }),
      index: await createQdrantIndex(options),
      places: createIndexPlaces(options),
    });
    const found = async (principal: typeof ALICE) => {
      const access = await filterFor(store.catalog, principal);
      const { candidates } = await store.index.search(lexical('word', { candidates: 50 }), access, signal);
      return candidates.map(({ documentId }) => documentId.at(-1)).sort();
    };
    /** Readers look the alias up once a second. */
    const shows = (alice: readonly string[], bob: readonly string[]) =>
      until(async () => isDeepStrictEqual([await found(ALICE), await found(BOB)], [alice, bob]), {
        what: `${alice.join()} for one and ${bob.join()} for the other`,
      });
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
      await shows(['a', 'c', 'd'], ['a', 'd']);
      assert.equal((await store.export.documents([`${source}/a`]))[0]?.vectors?.length, 1);
      assert.deepEqual(await store.index.check(signal), []);
      await store.commit({ source, upserts: [write('e')], acls: [{ id: `${source}/d`, acl: hers }] });
      await store.beside.rollback(signal);
      await shows(['a', 'c', 'd', 'e'], ['a', 'e']);
      assert.deepEqual(await store.index.check(signal), []);
      await store.beside.rebuild(signal);
      await store.beside.switch(signal);
      await shows(['a', 'c', 'd', 'e'], ['a', 'e']);
    } finally {
      await store.close();
      await index.close();
    }
  });

  it('counts what matches as the embedded engine does', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'fumi-facets-'));
    const { open, remove } = await make();
    const stores = [await open(), await createSqliteStore({ file: join(folder, 'facets.db'), inline: true })];
    const random = seeded(7);
    const pick = (values: readonly string[]) => values[Math.floor(random() * values.length)] ?? '';
    const source = 'test:wiki';
    const upserts = Array.from({ length: 80 }, (_, at) =>
      documentWrite(
        `${source}/${at}`,
        { allow: [pick(['all', 'hers'])] },
        {
          title: pick(['narwhal', 'heading', 'plain']),
          kind: pick(['page', 'mail']),
          labels: [pick(['red', 'blue']), pick(['big', 'small'])],
          breadcrumbs: [pick(['Sea', 'Land'])],
          parts: [`${pick(['whale', 'seal'])} ${pick(['north', 'south'])} ${pick(['ice', 'sand'])}`],
        },
      ),
    );
    const lists = [allowList('all', ALICE, BOB), allowList('hers', ALICE)];
    const fields = ['source', 'space', 'kind', 'label'] as const;
    const requests = [
      { fields, limit: 10 },
      { query: analyseQuery('whale north'), fields, limit: 10 },
      { query: analyseQuery('narwhal'), fields, limit: 10 },
      { query: analyseQuery('absent seal'), fields, limit: 2 },
      { query: analyseQuery('ice'), filter: { spaces: ['Sea'], kinds: ['page'] }, fields, limit: 10 },
      { filter: { labels: ['red'], excluded: { spaces: ['Land'] } }, fields, limit: 10 },
      { query: analyseQuery('never written'), fields, limit: 10 },
    ];
    try {
      for (const store of stores) await store.commit({ source, lists, upserts });
      for (const [at, request] of requests.entries())
        for (const principal of [ALICE, BOB]) {
          const [paired, embedded] = await Promise.all(
            stores.map(async ({ index, catalog }) =>
              index.explore?.facets?.(request, await filterFor(catalog, principal), signal),
            ),
          );
          assert.deepEqual(paired, embedded, `request ${at} of ${principal}`);
          assert.ok(at === 6 || (paired?.documents ?? 0) > 0);
        }
    } finally {
      for (const store of stores) await store.close();
      await remove();
      await rm(folder, { recursive: true });
    }
  });

  storeContract({ name: 'paired', make });
  embeddingStoreContract({ name: 'paired', make });
});

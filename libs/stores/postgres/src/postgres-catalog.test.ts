import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import type { PendingBatch, StoreBatch } from '@fumikura/ports';
import {
  ALICE,
  allowList,
  BOB,
  documentWrite,
  filterFor,
  headOf,
  postgresMissing,
  rejectsWith,
} from '@fumikura/testkit';
import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { Connection } from './connection.ts';
import { createPostgresCatalog, planPostgresMigration } from './postgres-catalog.ts';
import type { PostgresCatalog } from './postgres-catalog.ts';
import { migrate } from './schema/migrate.ts';
import { MIGRATIONS } from './schema/migrations.ts';
import { TestServer } from './testing/place.ts';

const SOURCE = 'test:wiki';
const ALL = { allow: ['all'] };
const LISTS = [allowList('all', ALICE, BOB)];
const [A, B] = [`${SOURCE}/a`, `${SOURCE}/b`];

function batch(more: Partial<StoreBatch>): StoreBatch {
  return { source: SOURCE, lists: LISTS, ...more };
}

describe('PostgreSQL catalog', { skip: postgresMissing() ?? false }, () => {
  const server = new TestServer();
  after(() => server.stop());

  const using = async (
    work: (store: PostgresCatalog, open: () => Promise<PostgresCatalog>) => Promise<void>,
  ) => {
    const place = await server.place();
    const opened: PostgresCatalog[] = [];
    const open = async () => {
      const store = await place.open();
      opened.push(store);
      return store;
    };
    try {
      await work(await open(), open);
    } finally {
      for (const store of opened) await store.close();
      await place.remove();
    }
  };
  const textOf = async ({ catalog }: PostgresCatalog, id: string) =>
    (await catalog.text(id, await filterFor(catalog, ALICE)))?.text;

  it('tells what a migration would do and changes nothing; many may migrate at once', async () => {
    const place = await server.place();
    assert.deepEqual(
      await planPostgresMigration(place.options),
      MIGRATIONS.map(({ name }) => name),
    );
    await rejectsWith('STORE_OLDER', () => place.open({ mayMigrate: false }));
    const stores = await Promise.all(Array.from({ length: 6 }, () => place.open()));
    assert.deepEqual(await planPostgresMigration(place.options), []);
    await Promise.all(stores.map((store) => store.close()));
    await (await place.open({ mayMigrate: false })).close();
    const tomorrow = (name: string, isAddition: boolean) =>
      server.run(`INSERT INTO ${place.options.schema}.migration VALUES('${name}', now(), ${isAddition})`);
    await tomorrow('98-that-adds', true);
    await (await place.open()).close();
    await tomorrow('99-that-changes', false);
    await rejectsWith('STORE_NEWER', () => place.open());
    await place.remove();
  });

  it('a step that waits for its table lets readers pass, and is done when the table is free', async () => {
    const place = await server.place();
    const store = await place.open();
    await store.commit(batch({ upserts: [documentWrite(A, ALL, { parts: ['text'] })] }));
    const { schema, url } = place.options;
    const holder = new pg.Client({ connectionString: url });
    await holder.connect();
    await holder.query(`BEGIN; SELECT * FROM ${schema}.document`);
    const connection = new Connection(place.options);
    const step = { name: '99-next', sql: 'ALTER TABLE {schema}.document ADD COLUMN next text' };
    let isDone = false;
    const migrated = migrate(connection, { migrations: [...MIGRATIONS, step] }).finally(
      () => (isDone = true),
    );
    for (let round = 0; round < 15; round++) {
      // One that stood behind the migration would wait for what is committed only below.
      assert.equal(await textOf(store, A), 'text');
      await wait(200);
    }
    assert.ok(!isDone);
    await holder.query('COMMIT');
    assert.deepEqual(await migrated, ['99-next']);
    await holder.end();
    await connection.close();
    await store.close();
    await place.remove();
  });

  it('says what is wrong with the way to it', async () => {
    const { options, remove } = await server.place();
    await rejectsWith('STORE_UNREACHABLE', () =>
      createPostgresCatalog({ ...options, url: 'postgres://fumi@127.0.0.1:1/x' }),
    );
    await rejectsWith('STORE_REFUSED', () =>
      createPostgresCatalog({ ...options, url: options.url.replace(/postgres$/, 'nowhere') }),
    );
    await remove();
  });

  it('an account with the rights of docs/operations.md alone can do everything but change tables', async () => {
    const { options, open, remove } = await server.place();
    await (await open()).close();
    const { schema, url } = options;
    await server.run(`CREATE ROLE fumi_app LOGIN; GRANT USAGE ON SCHEMA ${schema} TO fumi_app;
      GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${schema} TO fumi_app;
      GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA ${schema} TO fumi_app;
      ALTER DEFAULT PRIVILEGES IN SCHEMA ${schema} GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO fumi_app;
      CREATE TABLE ${schema}.of_a_later_version(id int)`);
    const [mayWrite] = await server.run(
      `SELECT has_table_privilege('fumi_app', '${schema}.of_a_later_version', 'INSERT') AS it`,
    );
    assert.deepEqual(mayWrite, { it: true });
    const store = await open({ url: url.replace('fumi@', 'fumi_app@'), mayMigrate: false });
    await store.commit(batch({ upserts: [documentWrite(A, ALL, { parts: ['text'] })] }));
    assert.equal(await textOf(store, A), 'text');
    assert.equal(await store.catalog.removeSource(SOURCE), 1);
    await store.close();
    await remove();
  });

  it('shows nothing of a batch before it is confirmed, and nothing of one that was given up', () =>
    using(async (store, open) => {
      const other = await open();
      const upserts = [documentWrite(A, ALL, { parts: ['text'] })];
      const pending = await store.journal.begin(batch({ upserts, checkpoint: 1 }));
      assert.deepEqual(
        pending.writes.map(({ document }) => document.documentId),
        [A],
      );
      assert.equal(await textOf(other, A), undefined);
      const given = await store.journal.abandon(pending);
      assert.deepEqual(
        given.map(({ documentId, version }) => [documentId, version]),
        [[A, pending.writes[0]?.version]],
      );
      await rejectsWith('STORE_CONFLICT', () => store.journal.confirm(pending));
      assert.equal(await textOf(other, A), undefined);
      assert.equal(await other.catalog.checkpoint(SOURCE), undefined);
    }));

  it('of two batches under way the later one holds, whichever is confirmed first', () =>
    using(async (store, open) => {
      const other = await open();
      const write = (text: string) => batch({ upserts: [documentWrite(A, ALL, { parts: [text] })] });
      for (const isOlderFirst of [true, false]) {
        const older = await store.journal.begin(write('older'));
        const newer = await other.journal.begin(write('newer'));
        const order: [PostgresCatalog, PendingBatch][] = [
          [store, older],
          [other, newer],
        ];
        for (const [by, pending] of isOlderFirst ? order : order.toReversed())
          await by.journal.settled(await by.journal.confirm(pending));
        assert.equal(await textOf(store, A), 'newer');
        assert.equal((await store.journal.confirmed([A])).get(A)?.version, newer.writes[0]?.version);
        assert.deepEqual(await store.journal.unsettled({ olderThanMs: 0 }, 10), []);
      }
    }));

  it('a write that was under way does not bring back what was removed meanwhile', () =>
    using(async (store, open) => {
      const other = await open();
      for (const remove of [
        () => other.commit(batch({ removals: [A] })),
        () => other.catalog.removeSource(SOURCE),
      ]) {
        await store.commit(batch({ upserts: [documentWrite(A, ALL, { parts: ['first'] })] }));
        const pending = await store.journal.begin(
          batch({ upserts: [documentWrite(A, ALL, { parts: ['late'] })] }),
        );
        await remove();
        const [settlement] = await store.journal.confirm(pending);
        assert.equal(await textOf(store, A), undefined);
        assert.ok((settlement?.below ?? 0) > (pending.writes[0]?.version ?? 0), 'its chunks are taken away');
        await store.journal.settled(settlement ? [settlement] : []);
      }
    }));

  it('gives up what a process left half-way and drives on what it confirmed', () =>
    using(async (store, open) => {
      const left = await store.journal.begin(batch({ upserts: [documentWrite(A, ALL)] }));
      await store.commit(batch({ upserts: [documentWrite(B, ALL)] }));
      await store.journal.confirm(await store.journal.begin(batch({ upserts: [documentWrite(B, ALL)] })));
      await store.close();
      const other = await open();
      assert.deepEqual(
        await other.journal.unsettled({ olderThanMs: 60_000 }, 10),
        [],
        'its writer may still live',
      );
      const found = await other.journal.unsettled({ olderThanMs: 0 }, 10);
      const of = (id: string) => found.find(({ documentId }) => documentId === id);
      assert.equal(found.length, 2);
      assert.equal(of(A)?.version, left.writes[0]?.version);
      assert.equal(of(A)?.below, undefined, 'versions that others write now are left alone');
      assert.equal(of(B)?.below, of(B)?.confirmed?.version);
      await other.journal.settled(found);
      assert.deepEqual(await other.journal.unsettled({ olderThanMs: 0 }, 10), []);
    }));

  it('leaves nothing to settle of a new document, and everything of one that the index may hold otherwise', () =>
    using(async (store, open) => {
      const other = await open();
      const confirm = async (...ids: string[]) =>
        store.journal.confirm(
          await store.journal.begin(batch({ upserts: ids.map((id) => documentWrite(id, ALL)) })),
        );
      // Its writer may have written to the index already.
      const under = await other.journal.begin(batch({ upserts: [documentWrite(B, ALL)] }));
      const settlements = await confirm(A, B);
      assert.deepEqual(
        settlements.map(({ documentId, below }) => [documentId, below]),
        [[B, (await store.journal.confirmed([B])).get(B)?.version]],
      );
      await other.journal.settled(await other.journal.confirm(under));
      await store.journal.settled(settlements);
      const again = await confirm(A);
      assert.deepEqual(
        again.map(({ documentId }) => documentId),
        [A],
        'its version before is there',
      );
      await store.journal.settled(again);
      const removed = await store.journal.confirm(await store.journal.begin(batch({ removals: [A] })));
      assert.deepEqual(
        (await confirm(A)).map(({ documentId }) => documentId),
        [A],
        'its removal is not settled',
      );
      await store.journal.settled(removed);
    }));

  it('new facts laid over a body that was replaced meanwhile are laid over the new one', () =>
    using(async (store, open) => {
      const other = await open();
      const write = documentWrite(A, ALL, { parts: ['first'], title: 'First' });
      await store.commit(batch({ upserts: [write] }));
      const heads = [{ ...headOf(write), labels: ['x'] }];
      const replacement = documentWrite(A, ALL, { parts: ['second'], title: 'Second' });
      const under = await other.journal.begin(batch({ upserts: [replacement] }));
      const pending = await store.journal.begin(batch({ heads }));
      assert.equal(pending.writes[0]?.vectorsOf, (await store.journal.confirmed([A])).get(A)?.version);
      await other.journal.settled(await other.journal.confirm(under));
      await rejectsWith('STORE_CONFLICT', () => store.journal.confirm(pending));
      await store.commit(batch({ heads }));
      const [record] = await store.catalog.readable([A], await filterFor(store.catalog, ALICE));
      assert.deepEqual([record?.title, record?.labels], ['Second', ['x']]);
      assert.equal(await textOf(store, A), 'second');
    }));

  it('ids longer than an index takes, and with the same beginning, are kept apart and in order', () =>
    using(async (store) => {
      const beginning = `${SOURCE}/${'é/long folder '.repeat(300)}`;
      const ids = ['c', 'a', 'b', ''].map((end) => `${beginning}${end}!`);
      await store.commit(
        batch({ upserts: ids.map((id) => documentWrite(id, ALL, { parts: [id.slice(-2)] })) }),
      );
      const sorted = ids.toSorted();
      assert.deepEqual(await store.catalog.listIds(SOURCE, undefined, 10), sorted);
      assert.deepEqual(await store.catalog.listIds(SOURCE, sorted[1], 10), sorted.slice(2));
      assert.equal(await textOf(store, ids[0] ?? ''), 'c!');
    }));

  it('new ACLs made by many at once are all seen by who looks on', () =>
    using(async (store, open) => {
      const others = await Promise.all([open(), open(), open()]);
      const seen: Promise<unknown>[] = [];
      for (let round = 0; round < 12; round++) {
        const writes = others.map((each, at) => {
          const list = `list${round}-${at}`;
          return each.commit({
            source: `test:s${at}`,
            lists: [allowList(list, ALICE)],
            upserts: [documentWrite(`test:s${at}/${round}`, { allow: [list] })],
          });
        });
        seen.push(store.catalog.readableAcls([ALICE]), ...writes);
        await Promise.all(writes);
      }
      await Promise.all(seen);
      const [mine, fresh] = [await store.catalog.readableAcls([ALICE]), await open()];
      assert.equal(mine.aclIds.length, 36);
      assert.deepEqual(mine, await fresh.catalog.readableAcls([ALICE]));
    }));

  it('[sync.lease] runs by the clock of the database', () =>
    using(async (store) => {
      const { expiresAt } = await store.catalog.acquireLease(SOURCE, 'me', 100);
      assert.ok(Math.abs(Date.parse(expiresAt) - Date.now()) < 60_000);
      await wait(150);
      assert.equal((await store.catalog.acquireLease(SOURCE, 'you', 100)).holder, 'you');
    }));

  it('goes on after the server crashed, with everything that was confirmed', () =>
    using(async (store) => {
      await store.commit(batch({ upserts: [documentWrite(A, ALL, { parts: ['kept'] })], checkpoint: 7 }));
      await (await server.server()).crash();
      assert.equal(await textOf(store, A), 'kept');
      assert.equal(await store.catalog.checkpoint(SOURCE), 7);
      await store.commit(batch({ upserts: [documentWrite(B, ALL, { parts: ['more'] })] }));
      assert.equal(await textOf(store, B), 'more');
    }));
});

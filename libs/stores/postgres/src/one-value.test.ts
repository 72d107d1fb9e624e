import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { postgresMissing } from '@fumikura/testkit';
import { sql } from 'kysely';
import { Connection } from './connection.ts';
import { TestServer } from './testing/place.ts';

const NAMES = sql<{ name: string }>`SELECT name FROM pg_prepared_statements`;

describe('the one value of a table', { skip: postgresMissing() ?? false }, () => {
  const server = new TestServer();
  after(() => server.stop());

  /** One connection alone, so that what is left on it is met again. */
  const using = async (mayPrepare: boolean, work: (connection: Connection) => Promise<void>) => {
    const { url } = await server.server();
    const schema = `one_${mayPrepare}`;
    await server.run(
      `CREATE SCHEMA ${schema}; CREATE TABLE ${schema}.t (v bigint); INSERT INTO ${schema}.t VALUES (1)`,
    );
    const connection = new Connection({ url, schema, maxConnections: 1, mayPrepare });
    try {
      await work(connection);
    } finally {
      await connection.close();
      await server.run(`DROP SCHEMA ${schema} CASCADE`);
    }
  };
  const namesOn = async (connection: Connection) =>
    (await connection.read((db) => NAMES.execute(db))).rows.map(({ name }) => name);

  it('is read by a statement that the connection keeps, and is always the one of now', () =>
    using(true, async (connection) => {
      assert.equal(await connection.value('t', 'v'), 1);
      await server.run('UPDATE one_true.t SET v = 2');
      assert.equal(await connection.value('t', 'v'), 2);
      assert.equal((await namesOn(connection)).length, 1);
    }));

  it('is read all the same when the statement is lost, as behind a pooler, and no other is left then', () =>
    using(true, async (connection) => {
      assert.equal(await connection.value('t', 'v'), 1);
      await connection.read((db) => sql`DEALLOCATE ALL`.execute(db));
      assert.equal(await connection.value('t', 'v'), 1);
      assert.equal(await connection.value('t', 'v'), 1);
      assert.deepEqual(await namesOn(connection), []);
    }));

  it('is read when somebody else has left the same statement on the session', () =>
    using(true, async (connection) => {
      assert.equal(await connection.value('t', 'v'), 1);
      const [name = ''] = await namesOn(connection);
      const { url } = await server.server();
      const other = new Connection({ url, schema: 'one_true', maxConnections: 1 });
      try {
        await other.read((db) => sql`PREPARE ${sql.id(name)} AS SELECT 7`.execute(db));
        assert.equal(await other.value('t', 'v'), 1);
      } finally {
        await other.close();
      }
    }));

  it('leaves nothing on a connection that is shared', () =>
    using(false, async (connection) => {
      assert.equal(await connection.value('t', 'v'), 1);
      assert.deepEqual(await namesOn(connection), []);
    }));
});

import assert from 'node:assert/strict';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { describe, it } from 'node:test';
import { createPostgresCatalog } from '@fumikura/store-postgres';
import {
  ALICE,
  allowList,
  documentWrite,
  filterFor,
  postgresMissing,
  startPostgres,
} from '@fumikura/testkit';

const SOURCE = 'test:wiki';
/** What would lie on the connection after the transaction, where a pooler gives it to somebody else. */
const LEFT_BEHIND =
  /^\s*(?:SET\s+(?!LOCAL|TRANSACTION)|LISTEN|PREPARE|DECLARE .* WITH HOLD|CREATE\s+TEMP)|pg_(?:try_)?advisory_lock(?!\w)/iu;

/** One message of a client: its kind, and what follows its length (postgresql.org/docs/current/protocol-message-formats.html). */
interface Message {
  readonly kind: string;
  readonly body: Buffer;
}

describe('behind a pooler by transaction', { skip: postgresMissing() ?? false, timeout: 240_000 }, () => {
  it('[scale.pooler] statements have no names and nothing is left on a connection', async () => {
    const server = await startPostgres();
    const seen: Message[] = [];
    const folder = decodeURIComponent(new URL(server.url).hostname);
    const way = await listenedWay(`${folder}/.s.PGSQL.5432`, (message) => seen.push(message));
    const url = `postgres://fumi@127.0.0.1:${way.port}/postgres`;
    const store = await createPostgresCatalog({ url, listens: false });
    try {
      await store.commit({
        source: SOURCE,
        lists: [allowList('all', ALICE)],
        upserts: [documentWrite(`${SOURCE}/a`, { allow: ['all'] })],
        checkpoint: 1,
      });
      assert.notEqual(await store.catalog.accessVersion(), '0');
      const filter = await filterFor(store.catalog, ALICE);
      assert.equal((await store.catalog.readable([`${SOURCE}/a`], filter)).length, 1);
      assert.ok((await store.catalog.fieldValues('kind', filter, 5)).length > 0);
      const lease = await store.catalog.acquireLease(SOURCE, 'me', 10_000);
      await store.catalog.releaseLease(await store.catalog.renewLease(lease, 10_000));
      await store.catalog.state.put('search', { key: 'key', value: 'value' });
      await store.embeddings.bind(
        { model: 'm', dimension: 4, promptForm: 'none', chunkerVersion: '1' },
        async () => undefined,
      );
      await store.catalog.removeSource(SOURCE);
    } finally {
      await store.close();
      await way.close();
      await server.stop();
    }
    const parsed = seen.filter(({ kind }) => kind === 'P').map(({ body }) => partsOf(body));
    assert.ok(parsed.length > 20, `${parsed.length} statements were seen`);
    assert.deepEqual(
      parsed.filter(([name]) => name !== ''),
      [],
      'no statement has a name',
    );
    const texts = [
      ...parsed.map(([, text]) => text ?? ''),
      ...seen.filter(({ kind }) => kind === 'Q').map(({ body }) => partsOf(body)[0] ?? ''),
    ];
    assert.deepEqual(
      texts.filter((text) => LEFT_BEHIND.test(text)),
      [],
    );
    assert.ok(texts.some((text) => /pg_advisory_xact_lock/u.test(text)));
  });
});

function partsOf(body: Buffer): string[] {
  return body.toString('utf8').split('\0');
}

/** A way to a server on which each message of a client is heard. */
async function listenedWay(path: string, hear: (message: Message) => void) {
  const open = new Set<Socket>();
  const server = createServer((client) => {
    const other = connect({ path });
    for (const socket of [client, other]) {
      open.add(socket);
      socket.on('error', () => undefined).on('close', () => open.delete(socket));
    }
    const listen = listener(hear);
    client.on('data', (part: Buffer) => listen(part));
    client.pipe(other).pipe(client);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
}

/** Takes a stream apart; its first message, which opens the conversation, has no kind. */
function listener(hear: (message: Message) => void): (part: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0);
  let isOpened = false;
  return (part) => {
    rest = Buffer.concat([rest, part]);
    for (;;) {
      const kindBytes = isOpened ? 1 : 0;
      if (rest.length < kindBytes + 4) return;
      const end = kindBytes + rest.readInt32BE(kindBytes);
      if (rest.length < end) return;
      if (isOpened) hear({ kind: rest.toString('latin1', 0, 1), body: rest.subarray(5, end) });
      isOpened = true;
      rest = rest.subarray(end);
    }
  };
}

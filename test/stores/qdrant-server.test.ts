import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { createServer as createSecure } from 'node:https';
import type { AddressInfo, Server, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, it } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { createQdrantIndex } from '@fumikura/store-qdrant';
import type { QdrantIndex, QdrantIndexOptions } from '@fumikura/store-qdrant';
import { FINGERPRINT, lexical, rejectsWith, testAccess, testDocument } from '@fumikura/testkit';
import { QdrantStandIn, startQdrant } from '../simulators/qdrant/server.ts';

const signal = new AbortController().signal;
const running: (() => Promise<void>)[] = [];

async function start(options: Partial<QdrantIndexOptions> = {}) {
  const simulator = await startQdrant({ judged: false });
  running.push(() => simulator.close());
  const index = await createQdrantIndex({ url: simulator.url, attempts: 1, ...options });
  running.unshift(() => index.close());
  return { simulator, index };
}

async function found(index: QdrantIndex, query: string): Promise<string[]> {
  const { candidates } = await index.search(lexical(query), testAccess([1]), signal);
  return candidates.map(({ documentId }) => documentId);
}

/** Listens on loopback, and hands what comes to a stand-in. */
async function listen(made: (handle: RequestListener) => Server): Promise<number> {
  const standIn = new QdrantStandIn();
  const server = made((incoming, outgoing) => void answer(standIn, incoming, outgoing));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  running.push(() => new Promise((resolve) => server.close(() => resolve())));
  return (server.address() as AddressInfo).port;
}

async function answer(standIn: QdrantStandIn, incoming: IncomingMessage, outgoing: ServerResponse) {
  const parts: Buffer[] = [];
  for await (const part of incoming) parts.push(part as Buffer);
  const raw = Buffer.concat(parts);
  const url = new URL(incoming.url ?? '/', 'http://stand-in');
  const method = incoming.method ?? 'GET';
  const { status, body } = standIn.answer({ method, url, headers: {}, raw, body: undefined });
  outgoing.writeHead(status, { 'content-type': 'application/json' });
  outgoing.end(JSON.stringify(body));
}

describe('Qdrant adapter and its server', () => {
  afterEach(async () => {
    for (const end of running.splice(0)) await end();
  });

  it('shows the confirmed version whatever order writers and their clean-ups come in', async () => {
    const writer = (version: number) => [
      (index: QdrantIndex) =>
        index.stage([{ version, document: testDocument('a', ['word one', 'word two'], 1) }]),
      (index: QdrantIndex) => index.settle([{ documentId: 'a', note: 1, below: version }]),
    ];
    const [older, newer] = [writer(10), writer(20)];
    for (const order of ['0011', '0101', '0110', '1001', '1010', '1100']) {
      const { index } = await start();
      const left = [[...older], [...newer]];
      for (const who of order) await left[Number(who)]?.shift()?.(index);
      const states = new Map([['a', { version: 20, aclId: 1, aclVersion: 20 }]]);
      const ask = () =>
        index.searchConfirmed(lexical('word'), testAccess([1]), () => Promise.resolve(states), signal);
      assert.equal((await ask()).candidates.length, 1, order);
      // The late writer is told that its version lost, and takes it away.
      await index.settle([{ documentId: 'a', note: 2, below: 20 }]);
      assert.deepEqual(
        (await index.held(['a'])).map(({ version, chunks }) => [version, chunks]),
        [[20, 2]],
        order,
      );
    }
  });

  it('counts terms that share a number', async () => {
    const { index } = await start();
    assert.equal((await index.stats()).collisions, 0);
    await index.write({ upserts: [testDocument('a', 'luvufakok fufomoduk', 1)] });
    // In the chunk and in the whole.
    assert.equal((await index.stats()).collisions, 2);
    assert.deepEqual(await found(index, 'luvufakok fufomoduk'.split(' ')[1] ?? ''), ['a']);
  });

  it('makes collections strict, spread and replicated as they are set', async () => {
    const { simulator, index } = await start({ shards: 3, replicas: 2, writeConsistency: 2, onDisk: true });
    await index.useFingerprint(FINGERPRINT);
    const [collection] = simulator.standIn.collections.values();
    const { vectors, ...params } = collection?.config['params'] as Record<string, unknown>;
    assert.deepEqual(
      [params['shard_number'], params['replication_factor'], params['write_consistency_factor']],
      [3, 2, 2],
    );
    assert.equal((vectors as Record<string, Record<string, unknown>>)['dense']?.['on_disk'], true);
    const [name = ''] = simulator.standIn.collections.keys();
    const filter = { must: [{ key: 'unheard', match: { value: 1 } }] };
    const refused = await fetch(`${simulator.url}/collections/${name}/points/count`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ filter }),
    });
    assert.equal(refused.status, 400);
    assert.match(await refused.text(), /Index required/);
  });

  it('says that a quota is used up, and when to come again', async () => {
    const { simulator, index } = await start();
    await index.write({ upserts: [testDocument('a', 'word', 1)] });
    const [name = ''] = simulator.standIn.collections.keys();
    await fetch(`${simulator.url}/collections/${name}`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ strict_mode_config: { read_rate_limit: 1 } }),
    });
    const error = await rejectsWith('STORE_LOCKED', async () => {
      for (let times = 0; times < 2; times++) await found(index, 'word');
    });
    assert.ok((error.retryAfterMs ?? 0) >= 1_000, `${error.retryAfterMs}`);
  });

  it('asks a server no more that failed again and again, for a while', async () => {
    const { simulator, index } = await start();
    simulator.disturb(() => ({ status: 503, body: { status: { error: 'down' } } }));
    for (let times = 0; times < 8; times++)
      await rejectsWith('STORE_UNREACHABLE', () => found(index, 'word'));
    simulator.disturb(undefined);
    simulator.forgetRequests();
    const error = await rejectsWith('STORE_UNREACHABLE', () => found(index, 'word'));
    assert.match(error.message, /not asked/);
    assert.equal(simulator.requests.length, 0);
  });

  it('asks for everything under the path of its address, with its key', async () => {
    const seen: { path: string; key: unknown }[] = [];
    const port = await listen((handle) =>
      createServer((incoming, outgoing) => {
        seen.push({ path: incoming.url ?? '', key: incoming.headers['api-key'] });
        incoming.url = incoming.url?.replace(/^\/below\/it\//, '/') ?? '';
        handle(incoming, outgoing);
      }),
    );
    const apiKey = { reveal: () => 'a-key' };
    const index = await createQdrantIndex({ url: `http://127.0.0.1:${port}/below/it/`, apiKey });
    running.unshift(() => index.close());
    await index.write({ upserts: [testDocument('a', 'word', 1)] });
    assert.deepEqual(await found(index, 'word'), ['a']);
    assert.ok(seen.some(({ path }) => path.endsWith('/query/batch')));
    assert.deepEqual(
      seen.filter(({ path, key }) => !path.startsWith('/below/it/') || key !== 'a-key'),
      [],
    );
  });

  it('does not wait for ever for an answer to a search', async () => {
    const port = await listen((handle) =>
      createServer((incoming, outgoing) => {
        if (!incoming.url?.endsWith('/query/batch')) handle(incoming, outgoing);
      }),
    );
    const index = await createQdrantIndex({ url: `http://127.0.0.1:${port}`, timeoutMs: 5_000, attempts: 1 });
    running.unshift(() => index.close());
    await rejectsWith('STORE_UNREACHABLE', () => found(index, 'word'));
  });

  it('ends idle connections by itself, before the server does it', { timeout: 120_000 }, async () => {
    const open = new Set<Socket>();
    let ended = 0;
    const port = await listen((handle) => {
      const server = createServer(handle);
      // This server ends none: those that are gone were ended by the other side.
      server.keepAliveTimeout = 0;
      return server.on('connection', (socket) => {
        open.add(socket);
        socket.on('end', () => ended++).on('close', () => open.delete(socket));
      });
    });
    const index = await createQdrantIndex({ url: `http://127.0.0.1:${port}`, attempts: 1 });
    running.unshift(() => index.close());
    await index.useFingerprint(FINGERPRINT);
    await index.write({ upserts: [testDocument('a', 'word', 1)], acls: [{ documentId: 'a', aclId: 2 }] });
    while (open.size > 0) await wait(10);
    assert.ok(ended > 0);
    assert.deepEqual(await index.check(signal), []);
  });

  it('uses no connection again for what is asked by the client of the server', async () => {
    const keeping: string[] = [];
    const isChange = ({ method, url }: IncomingMessage) =>
      method !== 'GET' && !/\/points(?:[/?]|$)/.test(url ?? '');
    const port = await listen((handle) =>
      createServer((incoming, outgoing) => {
        if (isChange(incoming)) keeping.push(`${incoming.headers.connection}`);
        handle(incoming, outgoing);
      }),
    );
    const index = await createQdrantIndex({ url: `http://127.0.0.1:${port}`, attempts: 1 });
    running.unshift(() => index.close());
    await index.useFingerprint(FINGERPRINT);
    assert.ok(keeping.length > 10);
    assert.deepEqual(
      keeping.filter((each) => each !== 'close'),
      [],
    );
  });

  it('goes on when the server has closed a connection that was idle', async () => {
    const port = await listen((handle) =>
      createServer((incoming, outgoing) => {
        outgoing.on('finish', () => setTimeout(() => incoming.socket.destroy(), 30));
        handle(incoming, outgoing);
      }),
    );
    const index = await createQdrantIndex({ url: `http://127.0.0.1:${port}` });
    running.unshift(() => index.close());
    for (let times = 0; times < 3; times++) {
      assert.deepEqual(await found(index, 'word'), []);
      await wait(28 + times * 2);
    }
  });

  const openssl = spawnSync('openssl', ['version']).status === 0;
  const skip = openssl ? false : 'no openssl to make a certificate';
  it('speaks to a server whose certificate it can check, and to no other', { skip }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'fumi-qdrant-tls-'));
    const before = getCACertificates('default');
    running.push(() => {
      setDefaultCACertificates(before);
      rmSync(folder, { recursive: true });
      return Promise.resolve();
    });
    const [keyFile, certFile] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const made = spawnSync('openssl', [
      ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=index'],
      ...['-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', keyFile, '-out', certFile],
    ]);
    assert.equal(made.status, 0, String(made.stderr));
    const cert = readFileSync(certFile, 'utf8');
    const port = await listen((handle) => createSecure({ key: readFileSync(keyFile), cert }, handle));
    const open = () => createQdrantIndex({ url: `https://127.0.0.1:${port}`, attempts: 1 });
    await rejectsWith('STORE_UNREACHABLE', open);
    setDefaultCACertificates([...before, cert]);
    const index = await open();
    assert.equal((await index.stats()).chunks, 0);
    await index.close();
  });
});

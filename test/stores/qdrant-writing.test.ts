import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import { setImmediate as soon, setTimeout as wait } from 'node:timers/promises';
import { createQdrantIndex } from '@fumikura/store-qdrant';
import { rejectsWith, testDocument } from '@fumikura/testkit';
import { QdrantStandIn } from '../simulators/qdrant/server.ts';

const LIMIT = { timeout: 120_000 };
/** Four batches and a bit. */
const DOCUMENTS = 400;

interface HeldWrite {
  readonly bytes: number;
  /** Hands the write to the server. */
  pass(): void;
  refuse(): void;
}

/** A server that answers everything but writes of points, which lie in `held` until somebody lets them go. */
async function startHolding(test: TestContext) {
  const standIn = new QdrantStandIn();
  const held: HeldWrite[] = [];
  const server = createServer(
    (incoming, outgoing) =>
      void bodyOf(incoming).then((raw) => {
        const pass = () => answer(standIn, incoming, raw, outgoing);
        const isWrite = incoming.method === 'PUT' && (incoming.url ?? '').includes('/points?');
        if (!isWrite) return pass();
        held.push({ bytes: raw.byteLength, pass, refuse: () => void outgoing.writeHead(400).end('{}') });
      }),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const index = await createQdrantIndex({ url: `http://127.0.0.1:${port}`, attempts: 1 });
  test.after(async () => {
    await index.close();
    server.closeAllConnections();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  });
  const arrived = async (count: number) => {
    while (held.length < count) await soon();
  };
  return { index, held, arrived };
}

async function bodyOf(incoming: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of incoming) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

function answer(standIn: QdrantStandIn, incoming: IncomingMessage, raw: Buffer, outgoing: ServerResponse) {
  const url = new URL(incoming.url ?? '/', 'http://stand-in');
  const method = incoming.method ?? 'GET';
  const { status, body } = standIn.answer({ method, url, headers: {}, raw, body: undefined });
  outgoing.writeHead(status, { 'content-type': 'application/json' });
  outgoing.end(JSON.stringify(body));
}

function documents() {
  const words = (of: number) => Array.from({ length: 180 }, (_, at) => `w${of}x${at}`).join(' ');
  return Array.from({ length: DOCUMENTS }, (_, at) => ({
    version: 1,
    document: testDocument(`d${at}`, words(at), 1),
  }));
}

describe('Writes to Qdrant', () => {
  it('are of about a megabyte, two at a time', LIMIT, async (test) => {
    const { index, held, arrived } = await startHolding(test);
    let isDone = false;
    const staged = index.stage(documents()).then(() => (isDone = true));
    await arrived(2);
    // A third one would come while none is answered.
    await wait(100);
    assert.equal(held.length, 2);
    const sizes: number[] = [];
    while (!isDone) {
      for (const { bytes, pass } of held.splice(0)) {
        sizes.push(bytes);
        pass();
      }
      await soon();
    }
    await staged;
    assert.ok(sizes.length >= 4 && Math.max(...sizes) < 1_500_000, sizes.join());
    assert.ok(Math.max(...sizes) > 500_000, sizes.join());
    assert.equal((await index.stats()).chunks, DOCUMENTS);
  });

  it('end with the first one that fails: nothing is written once the caller knows', LIMIT, async (test) => {
    const { index, held, arrived } = await startHolding(test);
    const order: string[] = [];
    const told = rejectsWith('UNEXPECTED', () => index.stage(documents())).then(() => order.push('told'));
    await arrived(2);
    const [refused, other] = held;
    refused?.refuse();
    // Who does not wait for the other one is told meanwhile.
    await wait(100);
    order.push('written');
    other?.pass();
    await told;
    assert.deepEqual(order, ['written', 'told']);
    const { chunks } = await index.stats();
    assert.ok(chunks > 0 && chunks < DOCUMENTS, `${chunks}`);
    await index.close();
    assert.equal(held.length, 2, 'nothing else was sent');
  });
});

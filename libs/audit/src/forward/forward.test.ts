import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createHttp } from 'node:http';
import { createServer as createPlain } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { createServer as createSecure } from 'node:tls';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, beforeEach, describe, it } from 'node:test';
import { silentLogger } from '@fumikura/logging';
import { until } from '@fumikura/testkit';
import { backlogOf, createAuditTrail, forwardAudit, httpTarget, syslogTarget } from '../index.ts';
import type { ForwardTarget } from '../index.ts';
import { prune } from '../retention.ts';
import { segmentsOf } from '../segments.ts';

const { signal } = new AbortController();
const message = (record: object) => JSON.stringify(record);
const root = mkdtempSync(join(tmpdir(), 'fumi-forward-'));
let folder = '';
let folders = 0;
beforeEach(() => {
  folder = join(root, String(folders++));
});
after(() => rmSync(root, { recursive: true }));

async function write(names: readonly string[], segmentBytes?: number): Promise<void> {
  const trail = createAuditTrail({
    folder,
    logger: silentLogger,
    queryText: 'keep',
    keepDays: 0,
    ...(segmentBytes !== undefined && { segmentBytes }),
  });
  for (const via of names) await trail.record({ action: 'search', via, outcome: 'done' });
  await trail.close();
}

function memory(fail: () => boolean = () => false): ForwardTarget & { readonly got: string[] } {
  const got: string[] = [];
  return {
    id: 'siem',
    got,
    deliver: async (records) => {
      if (fail()) throw new Error('away');
      got.push(...records.map(({ via }) => via));
    },
  };
}

const names = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, number) => `${prefix}${number}`);

describe('[audit.forward] records go elsewhere', () => {
  it('each once and in order, over processes and segments', async () => {
    const target = memory();
    await write(names('a', 30), 2_000);
    assert.equal((await forwardAudit(folder, target, signal)).records, 30);
    assert.equal((await forwardAudit(folder, target, signal)).records, 0);
    await write(names('b', 5), 2_000);
    await forwardAudit(folder, target, signal);
    assert.deepEqual(target.got, [...names('a', 30), ...names('b', 5)]);
    assert.equal(await backlogOf(folder, 'siem'), 0);
  });

  it('and wait on the disk while the target is away, however long', async () => {
    let isAway = true;
    const target = memory(() => isAway);
    for (let round = 0; round < 3; round++) {
      await write(names(`r${round}-`, 700));
      await assert.rejects(forwardAudit(folder, target, signal), /away/u);
    }
    assert.equal(await backlogOf(folder, 'siem'), 2_100);
    isAway = false;
    await forwardAudit(folder, target, signal);
    assert.equal(new Set(target.got).size, 2_100);
  });

  it('again from where the target was, when it fails in the middle', async () => {
    await write(names('a', 1_200));
    let batches = 0;
    const target = memory(() => ++batches === 2);
    await assert.rejects(forwardAudit(folder, target, signal), /away/u);
    await forwardAudit(folder, target, signal);
    assert.deepEqual(target.got, names('a', 1_200));
  });

  it('by one process at a time', async () => {
    await write(names('a', 3));
    let go: (() => void) | undefined;
    const slow: ForwardTarget = { id: 'siem', deliver: () => new Promise<void>((resolve) => (go = resolve)) };
    const first = forwardAudit(folder, slow, signal);
    await until(() => go);
    assert.equal((await forwardAudit(folder, memory(), signal)).isElsewhere, true);
    go?.();
    assert.equal((await first).records, 3);
  });

  it('and stay, however old, until they are there', async () => {
    await write(names('a', 60), 2_000);
    const chain = join(folder, 'writers', '001');
    const before = (await segmentsOf(chain)).length;
    const options = { folder, before: Date.now() + 1_000, now: Date.now, forwardTo: ['siem'] };
    assert.equal((await prune(options)).segments, 0);
    await forwardAudit(folder, memory(), signal);
    assert.equal((await prune(options)).segments, before - 1);
  });
});

async function listening<T extends Server>(server: T): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** Messages by the lengths in front of them. */
function framesOf(bytes: Buffer): string[] {
  const frames: string[] = [];
  for (let at = 0; at < bytes.length;) {
    const space = bytes.indexOf(32, at);
    const length = Number(bytes.toString('utf8', at, space));
    frames.push(bytes.toString('utf8', space + 1, space + 1 + length));
    at = space + 1 + length;
  }
  return frames;
}

describe('[audit.forward] over syslog', () => {
  const collect = (received: Buffer[]) => (socket: Socket) => {
    socket.on('data', (part: Buffer) => received.push(part)).on('error', () => undefined);
  };

  it('speaks RFC 5424 with lengths', async () => {
    const received: Buffer[] = [];
    const server = createPlain(collect(received));
    const target = {
      id: 'siem',
      deliver: syslogTarget({ url: `tcp://127.0.0.1:${await listening(server)}`, message }),
    };
    await write(['search_knowledge', '検索']);
    await forwardAudit(folder, target, signal);
    server.close();
    const frames = framesOf(Buffer.concat(received));
    assert.equal(frames.length, 2);
    for (const frame of frames)
      assert.match(
        frame,
        /^<110>1 \d{4}-\d\d-\d\dT[\d:.]+Z \S+ fumikura - search \[meta sequenceId="\d+"\] \uFEFF\{.*\}$/u,
      );
    assert.match(frames[1] ?? '', /検索/u);
  });

  it('counts nothing of a connection that broke off', async () => {
    const server = createPlain((socket) => socket.once('data', () => socket.resetAndDestroy()));
    const target = {
      id: 'siem',
      deliver: syslogTarget({ url: `tcp://127.0.0.1:${await listening(server)}`, message }),
    };
    await write(names('a', 200));
    await assert.rejects(forwardAudit(folder, target, signal));
    server.close();
    assert.equal(await backlogOf(folder, 'siem'), 200);
  });

  const openssl = spawnSync('openssl', ['version']).status === 0;
  it(
    'trusts its own authority alone over TLS',
    { skip: openssl ? false : 'no openssl to make a certificate' },
    async () => {
      const file = (name: string) => join(root, name);
      const made = spawnSync('openssl', [
        ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=localhost'],
        ...['-addext', 'subjectAltName=DNS:localhost', '-keyout', file('key.pem'), '-out', file('ca.pem')],
      ]);
      assert.equal(made.status, 0, made.stderr.toString());
      const [key, ca] = [readFileSync(file('key.pem')), readFileSync(file('ca.pem'), 'utf8')];
      const received: Buffer[] = [];
      const server = createSecure({ key, cert: ca }, collect(received)).on('tlsClientError', () => undefined);
      const url = `tls://localhost:${await listening(server)}`;
      await write(['a']);
      await assert.rejects(
        forwardAudit(folder, { id: 'siem', deliver: syslogTarget({ url, message }) }, signal),
      );
      assert.equal(received.length, 0);
      await forwardAudit(folder, { id: 'siem', deliver: syslogTarget({ url, ca, message }) }, signal);
      server.close();
      assert.equal(framesOf(Buffer.concat(received)).length, 1);
    },
  );
});

describe('[audit.forward] over HTTP', () => {
  it('posts lines with its credential, and takes nothing but a success', async () => {
    const seen: { authorization: string | undefined; lines: number }[] = [];
    const statuses = [500, 302, 401, 204];
    const server = createHttp((request, response) => {
      const parts: Buffer[] = [];
      request
        .on('data', (part: Buffer) => parts.push(part))
        .on('end', () => {
          const { authorization } = request.headers;
          seen.push({ authorization, lines: Buffer.concat(parts).toString().split('\n').length - 1 });
          response.writeHead(statuses.shift() ?? 204, { location: 'http://127.0.0.1:1/' }).end();
        });
    });
    const url = `http://127.0.0.1:${await listening(server)}/`;
    const target = { id: 'siem', deliver: httpTarget({ url, authorization: 'Splunk x', message }) };
    await write(names('a', 7));
    for (let round = 0; round < 3; round++)
      await assert.rejects(forwardAudit(folder, target, signal), /answered/u);
    assert.equal((await forwardAudit(folder, target, signal)).records, 7);
    server.close();
    assert.deepEqual(
      seen,
      Array.from({ length: 4 }, () => ({ authorization: 'Splunk x', lines: 7 })),
    );
  });
});

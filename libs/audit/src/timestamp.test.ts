import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { stampedDigest, TIMESTAMPS_FILE, timestamping } from './timestamp.ts';

const head = { writer: 'w', seq: 7, hash: 'h', at: '2026-05-01T00:00:00.000Z', key: 'k', signature: 's' };
const missing = spawnSync('openssl', ['version']).status === 0 ? undefined : 'no openssl to be the authority';

describe('[audit.timestamp] heads are stamped by an authority outside', { skip: missing ?? false }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'fumi-tsa-'));
  after(() => rmSync(folder, { recursive: true }));
  const openssl = (...args: string[]) => {
    const { status, stderr, stdout } = spawnSync('openssl', args, { cwd: folder, encoding: 'utf8' });
    assert.equal(status, 0, stderr);
    return stdout;
  };
  /** OpenSSL's own authority answers what was sent. */
  const authority: typeof fetch = async (_url, init) => {
    writeFileSync(join(folder, 'query'), init?.body as Buffer);
    openssl('ts', '-reply', '-config', 'tsa.cnf', '-queryfile', 'query', '-out', 'answer');
    return new Response(readFileSync(join(folder, 'answer')));
  };
  const stamper = (fetcher: typeof fetch, now = () => 0, at = folder) =>
    timestamping({ folder: at, url: 'https://tsa.example/', everyMs: 60_000, fetch: fetcher, now });

  it('asks for one that its verifier accepts for this head and no other', async () => {
    writeFileSync(
      join(folder, 'tsa.cnf'),
      `[tsa]
default_tsa = own
[own]
serial = ./serial
signer_cert = ./tsa.pem
signer_key = ./tsa.key
signer_digest = sha256
default_policy = 1.2.3.4
digests = sha256
certs = ./tsa.pem
`,
    );
    writeFileSync(join(folder, 'serial'), '01');
    const extension = 'extendedKeyUsage=critical,timeStamping';
    openssl(
      ...[
        'req',
        '-x509',
        '-newkey',
        'rsa:2048',
        '-nodes',
        '-days',
        '2',
        '-subj',
        '/CN=Authority of the test',
      ],
      ...['-addext', extension, '-keyout', 'tsa.key', '-out', 'tsa.pem'],
    );
    await stamper(authority)(head);
    const [line = ''] = readFileSync(join(folder, TIMESTAMPS_FILE), 'utf8').split('\n');
    const kept = JSON.parse(line) as { head: typeof head; response: string };
    assert.deepEqual(kept.head, head);
    writeFileSync(join(folder, 'kept'), Buffer.from(kept.response, 'base64'));
    const verify = (digest: Buffer) =>
      spawnSync(
        'openssl',
        ['ts', '-verify', '-digest', digest.toString('hex'), '-in', 'kept', '-CAfile', 'tsa.pem'],
        { cwd: folder },
      );
    assert.equal(verify(stampedDigest(head)).status, 0);
    assert.notEqual(verify(stampedDigest({ ...head, seq: 8 })).status, 0);
  });

  it('takes nothing that is no stamp of this head, and asks no more often than it should', async () => {
    const stale = readFileSync(join(folder, 'answer'));
    const elsewhere = mkdtempSync(join(folder, 'second-'));
    for (const body of [Buffer.from('<html>'), stale, Buffer.from('30053003020102', 'hex')])
      await assert.rejects(
        stamper(
          async () => new Response(body),
          () => 0,
          elsewhere,
        )({ ...head, seq: 9 }),
        /no time stamp/u,
      );
    let asked = 0;
    let now = 0;
    const stamp = stamper(
      (...args) => (asked++, authority(...args)),
      () => now,
      elsewhere,
    );
    await stamp(head);
    now = 59_999;
    await stamp(head);
    assert.equal(asked, 1);
    await stamper((...args) => (asked++, authority(...args)), Date.now, elsewhere)(head);
    assert.equal(asked, 1, 'whichever process it was');
  });
});

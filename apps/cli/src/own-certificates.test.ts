import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { trustOwnCertificates } from './own-certificates.ts';

const folder = mkdtempSync(join(tmpdir(), 'fumi-authority-'));
const trust = (...certificateAuthorities: string[]) =>
  trustOwnCertificates({ network: { certificateAuthorities }, folder, file: 'fumikura.yaml' });

function hasOpenssl(): boolean {
  try {
    execFileSync('openssl', ['version']);
    return true;
  } catch {
    return false;
  }
}
const skip = hasOpenssl() ? false : 'openssl, which makes the certificates, is not installed';

function openssl(...args: string[]): void {
  execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' });
}

describe('own authorities', { skip }, () => {
  let server: ReturnType<typeof createServer>;
  const before_ = getCACertificates('default');
  before(async () => {
    const ec = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '30'];
    openssl('req', '-x509', ...ec, '-keyout', 'ca.key', '-out', 'ca.pem', '-subj', '/CN=Own authority');
    writeFileSync(join(folder, 'names'), 'subjectAltName=IP:127.0.0.1');
    openssl('req', ...ec, '-keyout', 'own.key', '-out', 'own.csr', '-subj', '/CN=wiki');
    openssl(
      'x509',
      '-req',
      '-in',
      'own.csr',
      '-CA',
      'ca.pem',
      '-CAkey',
      'ca.key',
      '-days',
      '30',
      '-out',
      'own.pem',
      '-extfile',
      'names',
    );
    const [key, cert] = ['own.key', 'own.pem'].map((name) => readFileSync(join(folder, name)));
    server = createServer({ key, cert }, (_, response) => response.end('wiki'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  after(() => {
    setDefaultCACertificates(before_);
    server.closeAllConnections();
    server.close();
    rmSync(folder, { recursive: true });
  });
  const get = async (host: string) => {
    const response = await fetch(`https://${host}:${(server.address() as AddressInfo).port}/`);
    return response.text();
  };

  it('[attack.tls] are trusted when they are named, for the names of their certificates alone', async () => {
    await assert.rejects(get('127.0.0.1'), /fetch failed/u);
    trust('ca.pem');
    assert.equal(await get('127.0.0.1'), 'wiki');
    await assert.rejects(get('localhost'), /fetch failed/u);
  });

  it('[attack.tls] are refused when a file holds none, and named', () => {
    writeFileSync(join(folder, 'empty.pem'), 'no certificate');
    assert.throws(
      () => trust('empty.pem', 'absent.pem'),
      (error: Error) => {
        return /certificateAuthorities\[0\].*certificateAuthorities\[1\]/su.test(
          `${error.message} ${JSON.stringify(error)}`,
        );
      },
    );
  });
});

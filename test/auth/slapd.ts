import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '@fumikura/testkit';
import { Client } from 'ldapts';
import { freePort } from '../scale/processes.ts';

const SLAPD = '/usr/sbin/slapd';
const SCHEMAS = ['core', 'cosine', 'nis', 'inetorgperson'];
export const SUFFIX = 'dc=acme,dc=example';
export const ADMIN = `cn=admin,${SUFFIX}`;
export const PASSWORD = 'a-password-of-the-test';

export interface Slapd {
  readonly url: string;
  readonly secureUrl: string;
  /** PEM of the authority that signed the server's certificate. */
  readonly caFile: string;
  /** Bound as the administrator. */
  readonly admin: Client;
  stop(): Promise<void>;
}

/** Why there is no server to start here; undefined when there is one. */
export function slapdMissing(): string | undefined {
  if (!existsSync(SLAPD)) return `no ${SLAPD}`;
  return spawnSync('openssl', ['version']).status === 0 ? undefined : 'no openssl to make a certificate';
}

/**
 * An OpenLDAP server of its own in a temporary folder, on loopback. Two accounts read: `reader` everything over pages, `guest`
 * at most `guestLimit` entries of any walk.
 */
export async function startSlapd(guestLimit: number): Promise<Slapd> {
  const folder = mkdtempSync(join(tmpdir(), 'fumi-ldap-'));
  makeCertificate(folder);
  mkdirSync(join(folder, 'db'));
  writeFileSync(
    join(folder, 'slapd.conf'),
    [
      ...SCHEMAS.map((name) => `include /etc/ldap/schema/${name}.schema`),
      'modulepath /usr/lib/ldap',
      'moduleload back_mdb',
      `pidfile ${join(folder, 'slapd.pid')}`,
      `TLSCACertificateFile ${join(folder, 'ca.pem')}`,
      `TLSCertificateFile ${join(folder, 'server.pem')}`,
      `TLSCertificateKeyFile ${join(folder, 'server.key')}`,
      'database mdb',
      `suffix "${SUFFIX}"`,
      `rootdn "${ADMIN}"`,
      `rootpw ${PASSWORD}`,
      `directory ${join(folder, 'db')}`,
      `limits dn.exact="cn=reader,${SUFFIX}" size.soft=50 size.hard=50 size.prtotal=unlimited`,
      `limits dn.exact="cn=guest,${SUFFIX}" size.soft=${guestLimit} size.hard=${guestLimit} size.prtotal=${guestLimit}`,
      'access to attrs=userPassword by anonymous auth by * none',
      `access to * by dn.regex="^cn=(reader|guest),${SUFFIX}$" read by * none`,
    ].join('\n'),
  );
  const [plain, secure] = [await freePort(), await freePort()];
  const url = `ldap://127.0.0.1:${plain}`;
  const secureUrl = `ldaps://localhost:${secure}`;
  const child = spawn(
    SLAPD,
    ['-f', join(folder, 'slapd.conf'), '-h', `${url} ldaps://127.0.0.1:${secure}`, '-d', '0'],
    {
      stdio: 'ignore',
    },
  );
  const end = () => child.kill('SIGKILL');
  process.once('exit', end);
  const admin = await bound(url);
  return {
    url,
    secureUrl,
    caFile: join(folder, 'ca.pem'),
    admin,
    stop: async () => {
      await admin.unbind();
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await ended;
      process.off('exit', end);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function bound(url: string): Promise<Client> {
  return until(async () => {
    const client = new Client({ url, strictDN: false });
    try {
      await client.bind(ADMIN, PASSWORD);
      return client;
    } catch (error) {
      await client.unbind().catch(() => undefined);
      throw error;
    }
  });
}

/** An authority of its own, and a certificate for localhost. */
function makeCertificate(folder: string): void {
  const openssl = (...args: string[]) => {
    const { status, stderr } = spawnSync('openssl', args, { cwd: folder, encoding: 'utf8' });
    if (status !== 0) throw new Error(`openssl: ${stderr}`);
  };
  const key = ['-newkey', 'rsa:2048', '-nodes', '-days', '2'];
  openssl(
    'req',
    '-x509',
    ...key,
    '-keyout',
    'ca.key',
    '-out',
    'ca.pem',
    '-subj',
    '/CN=Authority of the test',
  );
  openssl('req', ...key.slice(0, 3), '-keyout', 'server.key', '-out', 'server.csr', '-subj', '/CN=localhost');
  writeFileSync(join(folder, 'names'), 'subjectAltName=DNS:localhost');
  const signed = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-extfile', 'names', '-days', '2'];
  openssl('x509', '-req', '-in', 'server.csr', '-out', 'server.pem', ...signed);
}

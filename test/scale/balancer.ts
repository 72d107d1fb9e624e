import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort, startMember } from './processes.ts';
import type { Member } from './processes.ts';

const PROGRAM = '/usr/sbin/haproxy';
/** What operators are given: the same file, with addresses of this machine. */
const TEMPLATE = fileURLToPath(new URL('../../infra/haproxy/haproxy.cfg', import.meta.url));

/** Why there is no balancer to start here; undefined when there is one. */
export function balancerMissing(): string | undefined {
  return existsSync(PROGRAM) ? undefined : `no ${PROGRAM}`;
}

export async function startBalancer(
  folder: string,
  port: number,
  servers: readonly number[],
): Promise<Member> {
  const statePort = await freePort();
  const lines = servers.map((each, at) => `  server server-${at + 1} 127.0.0.1:${each}`);
  const template = await readFile(TEMPLATE, 'utf8');
  const text = template
    .replace('bind :8080', `bind 127.0.0.1:${port}`)
    .replace('bind :8404', `bind 127.0.0.1:${statePort}`)
    .replace(/^ +server-template .*$/mu, lines.join('\n'))
    .replace(/^resolvers [\s\S]*?\n\n/mu, '');
  const file = join(folder, 'haproxy.cfg');
  await writeFile(file, text);
  return startMember({
    name: 'balancer',
    command: [PROGRAM, '-db', '-f', file],
    folder,
    health: `http://127.0.0.1:${statePort}/up`,
  });
}

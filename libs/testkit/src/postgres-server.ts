import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

/** Debian's packages lie here, one folder a version. */
const INSTALLED = '/usr/lib/postgresql';
/** Nobody: PostgreSQL refuses to run as root. */
const NOBODY = 65_534;
const START_TIMEOUT_MS = 180_000;

export interface PostgresServer {
  readonly url: string;
  /** Of the server process, for tests that end it from outside. */
  readonly pid: number;
  /** Ends the server the hard way (kill -9) and starts it again over the same data. */
  crash(): Promise<void>;
  stop(): Promise<void>;
}

/** Why there is no server to start here; undefined when there is one. */
export function postgresMissing(): string | undefined {
  return binaries() === undefined ? `no PostgreSQL below ${INSTALLED}` : undefined;
}

/**
 * A server of its own in a temporary folder, reached by a socket in it alone; without the safety of fsync.
 * @param within where that folder is made; default the system's place for such
 */
export async function startPostgres(within = tmpdir()): Promise<PostgresServer> {
  const bin = binaries();
  if (bin === undefined) throw new Error(postgresMissing());
  const folder = mkdtempSync(join(within, 'fumi-pg-'));
  const user = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
  if (user.uid !== undefined) chownSync(folder, NOBODY, NOBODY);
  const data = join(folder, 'data');
  const made = spawnSync(
    join(bin, 'initdb'),
    ['-D', data, '-U', 'fumi', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'],
    { ...user, cwd: folder, encoding: 'utf8' },
  );
  if (made.status !== 0) throw new Error(`initdb: ${made.stderr}`);
  const start = async () => {
    const child = spawn(
      join(bin, 'postgres'),
      ['-D', data, '-k', folder, '-c', 'listen_addresses=', '-c', 'fsync=off', '-c', 'max_connections=200'],
      { ...user, cwd: folder, stdio: 'ignore' },
    );
    await ready(bin, folder, child);
    return child;
  };
  let child = await start();
  const end = () => child.kill('SIGKILL');
  process.once('exit', end);
  return {
    url: `postgres://fumi@${encodeURIComponent(folder)}/postgres`,
    get pid() {
      return child.pid ?? 0;
    },
    crash: async () => {
      child.kill('SIGKILL');
      await ended(child);
      child = await again(start);
    },
    stop: async () => {
      process.removeListener('exit', end);
      child.kill('SIGINT');
      await ended(child);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A program that comes with the server. @throws Error where there is none */
export function postgresTool(name: 'pg_dump' | 'pg_restore'): string {
  const bin = binaries();
  if (bin === undefined) throw new Error(postgresMissing());
  return join(bin, name);
}

function binaries(): string | undefined {
  if (!existsSync(INSTALLED)) return undefined;
  const versions = readdirSync(INSTALLED).sort((a, b) => Number(b) - Number(a));
  return versions
    .map((version) => join(INSTALLED, version, 'bin'))
    .find((bin) => existsSync(join(bin, 'initdb')));
}

/** Children of a server that was killed notice it a moment later, and hold on to its memory until then. */
async function again(start: () => Promise<ChildProcess>): Promise<ChildProcess> {
  const until = Date.now() + START_TIMEOUT_MS;
  for (;;) {
    try {
      return await start();
    } catch (error) {
      if (Date.now() > until) throw error;
      await wait(50);
    }
  }
}

async function ready(bin: string, folder: string, child: ChildProcess): Promise<void> {
  const until = Date.now() + START_TIMEOUT_MS;
  while (Date.now() < until) {
    if (child.exitCode !== null) throw new Error(`postgres ended with ${child.exitCode}`);
    if (spawnSync(join(bin, 'pg_isready'), ['-h', folder, '-q']).status === 0) return;
    await wait(50);
  }
  child.kill('SIGKILL');
  throw new Error(`postgres was not ready after ${START_TIMEOUT_MS} ms`);
}

function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => child.once('exit', () => resolve()));
}

import { randomUUID } from 'node:crypto';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { removeCollections, serverElsewhere } from '../simulators/qdrant/elsewhere.ts';
import type { ServerElsewhere } from '../simulators/qdrant/elsewhere.ts';

const STAND_IN = fileURLToPath(new URL('index-process.ts', import.meta.url));

export interface IndexServer {
  readonly url: string;
  readonly name: string;
  readonly apiKey?: { reveal(): string };
  readonly isReal: boolean;
  /** Of the stand-in; 0 for a server elsewhere. */
  readonly pid: number;
  /** Ends it the hard way and starts it again at the same place, over what it had acknowledged; not for one elsewhere. */
  crash(): Promise<void>;
  close(): Promise<void>;
}

/** A real server where FUMI_TEST_QDRANT_URL names one; the stand-in in a process of its own otherwise. */
export async function startIndex(folder: string): Promise<IndexServer> {
  const real = serverElsewhere();
  const name = `scale_${randomUUID().slice(0, 8)}`;
  if (real) return elsewhere(real, name);
  const file = join(folder, 'index.jsonl');
  let { child, url } = await begin('0', file);
  const { port } = new URL(url);
  const end = () => child.kill('SIGKILL');
  process.once('exit', end);
  return {
    url,
    name,
    isReal: false,
    get pid() {
      return child.pid ?? 0;
    },
    crash: async () => {
      await kill(child);
      ({ child, url } = await begin(port, file));
    },
    close: async () => {
      process.removeListener('exit', end);
      await kill(child);
    },
  };
}

/** Where a proxy in front of it leads to. */
export function placeOf(url: string): { readonly host: string; readonly port: number } {
  const { hostname, port, protocol } = new URL(url);
  if (protocol !== 'http:') throw new Error(`a proxy that breaks connections needs http, not ${url}`);
  return { host: hostname, port: Number(port === '' ? 80 : port) };
}

/** What a configuration says of the key beside the address, from a comma on. */
export function keyOf({ apiKey }: IndexServer): string {
  return apiKey ? ', apiKey: { env: FUMI_TEST_QDRANT_API_KEY }' : '';
}

function elsewhere(server: ServerElsewhere, name: string): IndexServer {
  const crash = () => Promise.reject(new Error('a server that was not started here'));
  return { ...server, name, isReal: true, pid: 0, crash, close: () => removeCollections(server, name) };
}

async function begin(port: string, file: string): Promise<{ child: ChildProcess; url: string }> {
  const child = spawn(process.execPath, [STAND_IN, '--port', port, '--file', file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`the index ended with ${code}`);
  });
  const [url] = (await Promise.race([once(createInterface({ input: child.stdout }), 'line'), ended])) as [
    string,
  ];
  ended.catch(() => undefined); // from now on somebody else's affair
  return { child, url };
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

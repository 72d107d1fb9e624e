import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createServer } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

/** A process that may be ended and begun again under the same name. */
export interface Member {
  readonly name: string;
  readonly pid: number;
  /** Where it says that it is ready. */
  readonly health: string;
  /** What it wrote to standard error since it was first begun. */
  said(): string;
  /** Ends it at once, as a crash does, and begins it again; resolves when it is ready. */
  kill(): Promise<void>;
  /** Asks it to end, waits for that and begins it again. @returns its exit code */
  replace(more?: Partial<MemberSetUp>): Promise<number | null>;
  stop(): Promise<void>;
}

export interface MemberSetUp {
  readonly name: string;
  readonly command: readonly string[];
  readonly folder: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Answers 200 when it is ready. */
  readonly health: string;
}

const READY_TIMEOUT_MS = 180_000;
const END_TIMEOUT_MS = 60_000;

export async function startMember(setUp: MemberSetUp): Promise<Member> {
  let said = '';
  let current = setUp;
  const begin = async () => {
    const [program = '', ...args] = current.command;
    const child = spawn(program, args, {
      cwd: current.folder,
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, ...current.environment, CI: 'true' },
    });
    child.stderr.on('data', (part: Buffer) => (said += part.toString()));
    await ready(child, current, () => said);
    return child;
  };
  let child = await begin();
  const end = () => child.kill('SIGKILL');
  process.once('exit', end);
  return {
    name: setUp.name,
    get pid() {
      return child.pid ?? 0;
    },
    get health() {
      return current.health;
    },
    said: () => said,
    kill: async () => {
      child.kill('SIGKILL');
      await ended(child);
      child = await begin();
    },
    replace: async (more = {}) => {
      const code = await stopGently(child);
      current = { ...current, ...more };
      child = await begin();
      return code;
    },
    stop: async () => {
      process.removeListener('exit', end);
      await stopGently(child);
    },
  };
}

async function stopGently(child: ChildProcess): Promise<number | null> {
  child.kill('SIGTERM');
  const isLate = await Promise.race([
    ended(child).then(() => false),
    wait(END_TIMEOUT_MS, true, { ref: false }),
  ]);
  if (isLate) child.kill('SIGKILL');
  await ended(child);
  return child.exitCode;
}

async function ready(child: ChildProcess, { name, health }: MemberSetUp, said: () => string): Promise<void> {
  const until = Date.now() + READY_TIMEOUT_MS;
  while (Date.now() < until) {
    if (child.exitCode !== null || child.signalCode !== null) break;
    const answer = await fetch(health, { signal: AbortSignal.timeout(10_000) }).catch(() => undefined);
    await answer?.arrayBuffer();
    if (answer?.ok) return;
    await wait(25);
  }
  child.kill('SIGKILL');
  throw new Error(`${name} was not ready: ${said().slice(-2_000)}`);
}

function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => child.once('exit', () => resolve()));
}

const FIRST_PORT = 10_000;
/** Below those that a system gives to whoever asks for any: nobody takes one between here and its use. */
const PORTS = 20_000;
const PORTS_A_PROCESS = 100;
let nextPort = 0;

/** Another one each time, and others than those of processes beside this one. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = FIRST_PORT + ((process.pid * PORTS_A_PROCESS + nextPort++) % PORTS);
    const server = createServer();
    const isFree = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false)).listen(port, '127.0.0.1', () => resolve(true));
    });
    if (!isFree) continue;
    await new Promise((resolve) => server.close(resolve));
    return port;
  }
}

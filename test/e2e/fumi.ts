import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const PROGRAM = fileURLToPath(new URL('../../apps/cli/bin/fumi.mjs', import.meta.url));
/** Nobody's user id on most systems; a test that runs as root has to give its rights up to be refused anything. */
const NOBODY = 65_534;

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  /** As an account that owns nothing here; as the account of the test when that is not the administrator. */
  readonly asNobody?: boolean;
  /** No file may become larger, in blocks of 512 bytes: what a full disk or a quota does. */
  readonly fileBlocks?: number;
}

/** A `fumi` that is running; its log and progress can be watched. */
export interface Running {
  readonly process: ChildProcess;
  readonly ended: Promise<Outcome>;
  /** Resolves when standard error holds the text; rejects when the process ended without it. */
  says(text: string): Promise<void>;
  /** Standard output so far. */
  printed(): string;
}

/** A folder of one person with documents and a configuration for them. */
export interface Home {
  readonly folder: string;
  readonly database: string;
  write(name: string, text: string): Promise<void>;
  run(args: readonly string[], options?: RunOptions): Promise<Outcome>;
  /** What it prints; rejects where that is an error. */
  json(...args: readonly string[]): Promise<Record<string, unknown>>;
  start(args: readonly string[], options?: RunOptions): Running;
  remove(): Promise<void>;
}

/** @param files name → text, below `notes`, which is the source `files:notes` */
export async function createHome(files: Readonly<Record<string, string>> = {}): Promise<Home> {
  const folder = await mkdtemp(join(tmpdir(), 'fumi-home-'));
  const write = async (name: string, text: string) => {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), name === 'fumikura.yaml' ? patient(text) : text);
  };
  await mkdir(join(folder, 'notes'));
  await write('fumikura.yaml', 'owner: me\nsources:\n  - { id: files:notes, root: ./notes }\n');
  for (const [name, text] of Object.entries(files)) await write(`notes/${name}`, text);
  const start = (args: readonly string[], options: RunOptions = {}) => startFumi(args, folder, options);
  return {
    folder,
    database: join(folder, '.fumikura', 'fumikura.db'),
    write,
    start,
    run: (args, options) => start(args, options).ended,
    json: async (...args) => {
      const { stdout, stderr } = await start([...args, '--json']).ended;
      const value = JSON.parse(stdout || '{}') as Record<string, unknown>;
      if ('error' in value || stdout === '') throw new Error(`fumi ${args.join(' ')}: ${stdout}${stderr}`);
      return value;
    },
    remove: async () => {
      await rm(folder, { recursive: true, force: true });
      await rm(`${folder}-settings`, { recursive: true, force: true });
    },
  };
}

/** A search on a loaded machine is no failure: it, and the sources it asks, have long unless the test says otherwise. */
function patient(config: string): string {
  return /^(?:search:|\{)/mu.test(config)
    ? config
    : `${config.trimEnd()}\nsearch: { deadlineMs: 60000, live: { deadlineMs: 30000 } }\n`;
}

function startFumi(args: readonly string[], cwd: string, { asNobody, fileBlocks }: RunOptions): Running {
  const command = [process.execPath, PROGRAM, ...args];
  const limited =
    fileBlocks === undefined ? command : ['sh', '-c', `ulimit -f ${fileBlocks}; exec "$@"`, 'sh', ...command];
  const isRoot = process.getuid?.() === 0;
  const child = spawn(limited[0] ?? '', limited.slice(1), {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    // Some programs colour their output on a build machine; ours decides by the terminal alone.
    // Keys of secrets lie outside of the data: each home has its own.
    env: { ...process.env, CI: 'true', XDG_CONFIG_HOME: `${cwd}-settings` },
    ...(asNobody && isRoot && { uid: NOBODY, gid: NOBODY }),
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (part: Buffer) => (stdout += part.toString()));
  child.stderr.on('data', (part: Buffer) => (stderr += part.toString()));
  const ended = new Promise<Outcome>((resolve) => {
    child.once('close', (code, signal) =>
      resolve({ code: code ?? -1, stdout, stderr: stderr + (signal ?? '') }),
    );
  });
  const says = (text: string) =>
    new Promise<void>((resolve, reject) => {
      const look = () => {
        if (!stderr.includes(text)) return;
        child.stderr.off('data', look);
        resolve();
      };
      child.stderr.on('data', look);
      look();
      void ended.then(() => reject(new Error(`fumi ended without saying ${text}: ${stderr.slice(-2_000)}`)));
    });
  return { process: child, ended, says, printed: () => stdout };
}

/** What a message for a person never holds. */
export const STACK_TRACE = /\n\s+at |UNEXPECTED|node:internal/u;

import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../../apps/cli/bin/fumi.mjs', import.meta.url));
const handbook = fileURLToPath(new URL('../../examples/handbook', import.meta.url));

export interface Product {
  /** `http://127.0.0.1:<port>/mcp` */
  readonly url: string;
  readonly configFile: string;
  stop(): Promise<void>;
}

/** The real program on the example handbook, in a folder of its own, on a free port. */
export async function startProduct(): Promise<Product> {
  const folder = await mkdtemp(join(tmpdir(), 'fumi-product-'));
  const configFile = join(folder, 'fumikura.yaml');
  await writeFile(
    configFile,
    `owner: me\nsources:\n  - { id: 'files:handbook', root: ${JSON.stringify(handbook)} }\nsearch: { deadlineMs: 60000 }\n`,
  );
  await run(['sync', '--config', configFile]);
  const child = spawn(
    process.execPath,
    [program, 'up', '--no-watch', '--json', '--port', '0', '--config', configFile],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const ended = new Promise((resolve) => child.once('close', resolve));
  const line = await new Promise<string>((resolve, reject) => {
    child.stdout.once('data', (part: Buffer) => resolve(part.toString()));
    child.once('close', () => reject(new Error('the server ended before it listened')));
  });
  return {
    url: (JSON.parse(line) as { url: string }).url,
    configFile,
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
      await rm(folder, { recursive: true });
    },
  };
}

function run(args: readonly string[]): Promise<void> {
  const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'ignore', 'inherit'] });
  return new Promise((resolve, reject) => {
    child.once('close', (code) =>
      code === 0 ? resolve() : reject(new Error(`fumi ${args.join(' ')} ended with ${code}`)),
    );
  });
}

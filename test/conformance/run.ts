// npm run conformance: the real server against the protocol's own conformance suite, for the newest revision and the
// last of the older kind, then the Inspector in strict mode. Prints a line a leg; ends with 1 when one fails.
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startProduct } from './product-server.ts';

const here = dirname(fileURLToPath(import.meta.url));
const fumi = join(here, '../../apps/cli/bin/fumi.mjs');
const bin = join(
  createRequire(import.meta.url).resolve('@modelcontextprotocol/conformance/package.json'),
  '../../../.bin',
);

interface Leg {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
}

const product = await startProduct();
const results = await mkdtemp(join(tmpdir(), 'fumi-conformance-'));
let failed = 0;
try {
  for (const leg of legs(product.url, product.configFile)) {
    const { code, output } = await run(leg);
    const total = /Total: \d+ passed, \d+ failed/u.exec(output)?.[0] ?? '';
    process.stdout.write(`${code === 0 ? 'ok  ' : 'FAIL'} ${leg.name} ${total}\n`);
    if (code === 0) continue;
    failed++;
    process.stdout.write(output.split('\n').slice(-60).join('\n'));
  }
} finally {
  await product.stop();
  await rm(results, { recursive: true });
}
process.exitCode = failed === 0 ? 0 : 1;

function legs(url: string, configFile: string): Leg[] {
  const stdio = ['--', process.execPath, fumi, 'mcp', '--config', configFile];
  const strict = ['--strict', '--format', 'json', '-q'];
  return [
    ...['2026-07-28', '2025-11-25'].map((revision) => ({
      name: `conformance ${revision}`,
      command: 'conformance',
      args: [
        'server',
        '--url',
        url,
        '--requirements',
        revision,
        '--expected-failures',
        join(here, `product-${revision}.yml`),
        '-o',
        join(results, revision),
      ],
    })),
    ...['modern', 'legacy'].map((era) => ({
      name: `inspector http ${era}`,
      command: 'mcp-inspector',
      args: [
        '--cli',
        '--server-url',
        url,
        '--transport',
        'http',
        '--protocol-era',
        era,
        '--stored-auth-only',
        '--method',
        'tools/list',
        ...strict,
      ],
    })),
    {
      name: 'inspector stdio',
      command: 'mcp-inspector',
      args: [
        '--cli',
        '--protocol-era',
        'auto',
        '--method',
        'tools/call',
        '--tool-name',
        'search_knowledge',
        '--tool-arg',
        'query=secrets',
        '--format',
        'json',
        '-q',
        ...stdio,
      ],
    },
  ];
}

function run({ command, args }: Leg): Promise<{ code: number | null; output: string }> {
  const child = spawn(join(bin, command), args, { stdio: ['ignore', 'pipe', 'pipe'], timeout: 120_000 });
  let output = '';
  child.stdout.on('data', (part: Buffer) => (output += part.toString()));
  child.stderr.on('data', (part: Buffer) => (output += part.toString()));
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, output })));
}

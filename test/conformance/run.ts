// npm run conformance: the real server against the protocol's own conformance suite, for the newest revision and the
// last of the older kind; the same application with the suite's fixtures in the place of knowledge, which covers what no
// product offers; then the Inspector in strict mode. Prints a line a leg; ends with 1 when one fails.
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startFixtures } from './fixture-process.ts';
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
const fixtures = await startFixtures();
const results = await mkdtemp(join(tmpdir(), 'fumi-conformance-'));
let failed = 0;
try {
  for (const leg of legs(product, fixtures.url)) {
    const { code, output } = await run(leg);
    process.stdout.write(
      `${code === 0 ? 'ok  ' : 'FAIL'} ${leg.name}${code === 0 ? scenarios(output) : ''}\n`,
    );
    if (code === 0) continue;
    failed++;
    process.stdout.write(output.split('\n').slice(-60).join('\n'));
  }
} finally {
  await Promise.all([product.stop(), fixtures.stop()]);
  await rm(results, { recursive: true });
}
process.exitCode = failed === 0 ? 0 : 1;

function legs({ url, configFile }: { url: string; configFile: string }, fixtureUrl: string): Leg[] {
  const stdio = ['--', process.execPath, fumi, 'mcp', '--config', configFile];
  const strict = ['--strict', '--format', 'json', '-q'];
  return [
    suite('product', url, '2026-07-28', 'product-2026-07-28.yml'),
    suite('product', url, '2025-11-25', 'product-2025-11-25.yml'),
    suite('fixtures', fixtureUrl, '2026-07-28'),
    suite('fixtures', fixtureUrl, '2025-11-25', 'fixtures-2025-11-25.yml'),
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

/** How many scenarios the revision requires; the suite also runs some that it does not score. */
function scenarios(output: string): string {
  const all = /\((\d+) scenarios\)/u.exec(output)?.[1];
  const unscored = /Not scored .*: (\d+) scenario/u.exec(output)?.[1] ?? 0;
  return all === undefined ? '' : `: ${Number(all) - Number(unscored)} scenarios, each as expected`;
}

/** Without a file of expected failures every scenario has to pass; with one, also exactly those have to fail. */
function suite(server: string, url: string, revision: string, expectedFailures?: string): Leg {
  const args = ['server', '--url', url, '--requirements', revision, '-o', join(results, server, revision)];
  const baseline =
    expectedFailures === undefined ? [] : ['--expected-failures', join(here, expectedFailures)];
  return {
    name: `conformance ${server} ${revision}`,
    command: 'conformance',
    args: [...args, ...baseline],
  };
}

function run({ command, args }: Leg): Promise<{ code: number | null; output: string }> {
  const child = spawn(join(bin, command), args, { stdio: ['ignore', 'pipe', 'pipe'], timeout: 120_000 });
  let output = '';
  child.stdout.on('data', (part: Buffer) => (output += part.toString()));
  child.stderr.on('data', (part: Buffer) => (output += part.toString()));
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, output })));
}

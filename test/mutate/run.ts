// npm run mutate:access -- [--only text] [--jobs 2] [--json] [--output file]: seeds faults into the access path, one at a time, and runs the
// tests that have to notice. A mutant survives when all of them stay green; ends with 1 when any does.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { figure, report, writeReport } from '@fumikura/evaluation';
import { FUZZ } from './mutant.ts';
import type { Mutant } from './mutant.ts';
import { MUTANTS } from './mutants.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    jobs: { type: 'string', default: '2' },
    json: { type: 'boolean', default: false },
    output: { type: 'string' },
  },
});
const root = fileURLToPath(new URL('../..', import.meta.url));
const hook = new URL('hook.mjs', import.meta.url).href;
const FUZZ_CHECKS = '40000';
/** Of the long contract suites only what is about rights. */
const NAMES = 'access|director|group|list|address|account|readers|removed source|denial';
/** Far more than any of them takes: a busy machine is no test. */
const TIMEOUT_MS = 300_000;

interface Verdict {
  readonly id: string;
  readonly file: string;
  /** The test that turned red. */
  readonly killedBy?: string;
}

async function run(mutant: Mutant): Promise<Verdict> {
  const { id, file } = mutant;
  for (const test of mutant.tests) {
    const { code, output } = await runTest(test, mutant);
    if (output.includes('MUTANT NOT FOUND ONCE'))
      throw new Error(`${id}: its place in ${file} is not there once`);
    if (code !== 0) return { id, file, killedBy: test };
  }
  return { id, file };
}

function runTest(test: string, mutant: Mutant | undefined): Promise<{ code: number; output: string }> {
  const args =
    test === FUZZ
      ? [
          'test/fuzz/leaks.ts',
          '--checks',
          FUZZ_CHECKS,
          '--commands',
          '0',
          '--seed',
          '7',
          '--fail-fast',
          '--json',
        ]
      : [
          '--test',
          '--test-isolation=none',
          '--test-timeout=60000',
          ...(test.includes('-contract') ? ['--test-name-pattern', NAMES] : []),
          test,
        ];
  // By the environment, so that the programs that a test starts have the fault, too.
  const seeded = mutant && { FUMI_MUTANT: JSON.stringify(mutant), NODE_OPTIONS: `--import=${hook}` };
  const child = spawn(process.execPath, args, {
    cwd: root,
    env: { ...process.env, ...seeded },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: TIMEOUT_MS,
  });
  let output = '';
  child.stdout.on('data', (part: Buffer) => (output += part.toString()));
  child.stderr.on('data', (part: Buffer) => (output += part.toString()));
  return new Promise((resolve) => child.once('close', (code) => resolve({ code: code ?? -1, output })));
}

const chosen = MUTANTS.filter(({ id, file }) => `${file} ${id}`.includes(values.only));
// Tests that are red by themselves would kill everything.
for (const test of new Set(chosen.flatMap(({ tests }) => tests))) {
  const { code, output } = await runTest(test, undefined);
  if (code !== 0) throw new Error(`${test} is red without any fault:\n${output.slice(-2_000)}`);
}
const verdicts: Verdict[] = [];
const waiting = [...chosen];
const work = async () => {
  for (let mutant = waiting.shift(); mutant; mutant = waiting.shift()) {
    const verdict = await run(mutant);
    verdicts.push(verdict);
    process.stderr.write(
      `${verdict.killedBy ? 'killed  ' : 'SURVIVED'} ${mutant.file}: ${mutant.id}${verdict.killedBy ? ` (${verdict.killedBy})` : ''}\n`,
    );
  }
};
await Promise.all(Array.from({ length: Number(values.jobs) }, work));
const survivors = verdicts.filter(({ killedBy }) => killedBy === undefined);
const figures = [
  figure('access.mutants', verdicts.length, 'faults', 'higher', 40),
  figure('access.mutants.surviving', survivors.length, 'faults', 'lower', 0),
];
if (values.output !== undefined) await writeReport(values.output, report(figures));
process.stdout.write(
  values.json
    ? `${JSON.stringify({ figures, verdicts })}\n`
    : `${verdicts.length} faults, ${survivors.length} survived\n`,
);
if (survivors.length > 0) process.exitCode = 1;

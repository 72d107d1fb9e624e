// npm run fuzz:leaks -- --checks 1000000 --seed 1 [--commands 20] [--fail-fast] [--json] [--output file]: persons ask for documents by
// every door while rights change, and no answer may tell of a document that its person may not read. A check is one answer held
// against one document. Ends with 1 when anything leaked or was missing.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { figure, renderFigures, report, writeReport } from '@fumikura/evaluation';
import { askCommand } from './command-line.ts';
import { openFuzzInstallation } from './installation.ts';
import { emptyTally, Rounds } from './rounds.ts';

const { values } = parseArgs({
  options: {
    checks: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '1' },
    commands: { type: 'string', default: '20' },
    'fail-fast': { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    output: { type: 'string' },
  },
});
const [checks, seed, commands] = [values.checks, values.seed, values.commands].map(Number) as [
  number,
  number,
  number,
];
const folder = await mkdtemp(join(tmpdir(), 'fumi-fuzz-'));
const tally = emptyTally();
try {
  const installation = await openFuzzInstallation(join(folder, 'data', 'fumikura.db'), seed);
  const rounds = new Rounds(installation, tally);
  let asked = 0;
  const isOver = () => values['fail-fast'] && tally.leaks + tally.missing > 0;
  while (tally.checks < checks && !isOver()) {
    await rounds.next();
    if (asked < (commands * tally.checks) / checks) {
      asked++;
      await askCommand(installation, folder, tally);
    }
  }
  await installation.close();
} finally {
  await rm(folder, { recursive: true });
}
const figures = [
  figure('access.leaks', tally.leaks, 'leaks', 'lower', 0),
  figure('access.fuzz.missing', tally.missing, 'documents', 'lower', 0),
  figure('access.fuzz.checks', tally.checks, 'checks', 'higher'),
];
if (values.output !== undefined) await writeReport(values.output, report(figures));
if (values.json) process.stdout.write(`${JSON.stringify({ seed, ...tally, figures })}\n`);
else process.stdout.write(`${renderFigures(figures)}\n${JSON.stringify({ seed, ...tally }, undefined, 2)}\n`);
if (tally.leaks > 0 || tally.missing > 0) process.exitCode = 1;

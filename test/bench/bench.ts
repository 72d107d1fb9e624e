// npm run bench -- [--sizes 10k,100k] [--queries 100] [--from folder] [--judged folder] [--json] [--output file]: figures
// of the embedded engine on data it makes itself, the same on every machine, or on the texts of a folder; `--judged` also
// measures how well the baseline ranks; `--floor 5` fails when a target is missed five times over. 500k and 1m take
// minutes and gigabytes: ask for them by --sizes, and with --keep folder, which keeps what is loaded for the next run;
// --build 4 only loads, for four minutes at most, and goes on there when it is called again.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { renderFigures, report, writeReport } from '@fumikura/evaluation';
import type { Figure } from '@fumikura/evaluation';
import { accessBench } from './access-bench.ts';
import { auditBench } from './audit-bench.ts';
import { coldStartBench } from './cold-start-bench.ts';
import { BenchCorpus } from './corpus.ts';
import { filterBench } from './filter-bench.ts';
import { FolderCorpus } from './folder-corpus.ts';
import { ingestBench } from './ingest-bench.ts';
import { installBench } from './install-bench.ts';
import { judgedBench } from './judged-bench.ts';
import { searchBench } from './search-bench.ts';
import { tokenBench } from './token-bench.ts';
import { trustBench } from './trust-bench.ts';

const { values } = parseArgs({
  options: {
    sizes: { type: 'string', default: '10k,100k' },
    queries: { type: 'string', default: '100' },
    only: { type: 'string', default: 'search,access,trust,audit,token,ingest,cold,install' },
    from: { type: 'string' },
    judged: { type: 'string' },
    json: { type: 'boolean', default: false },
    output: { type: 'string' },
    floor: { type: 'string' },
    keep: { type: 'string' },
    build: { type: 'string' },
  },
});
if (values.build !== undefined && values.keep === undefined)
  throw new Error('--build: name the folder with --keep');
const parts = new Set(values.only.split(','));
const note = (text: string) => void process.stderr.write(`${text}\n`);
const folder = await mkdtemp(join(tmpdir(), 'fumi-bench-'));
const figures: Figure[] = [];
try {
  const sizes = parts.has('search') ? values.sizes.split(',').map(chunksOf) : [];
  for (const chunks of sizes)
    figures.push(
      ...(await searchBench({
        chunks,
        queries: Number(values.queries),
        corpus:
          values.from === undefined ? new BenchCorpus(7, true) : await FolderCorpus.open(values.from, 7),
        folder,
        ...(values.keep !== undefined && { keep: values.keep }),
        ...(values.build !== undefined && { until: performance.now() + Number(values.build) * 60_000 }),
        buildOnly: values.build !== undefined,
        note,
      })),
    );
  if (values.judged !== undefined) figures.push(...(await judgedBench(folder, values.judged, note)));
  if (parts.has('access')) figures.push(...(await accessBench(note)), ...(await filterBench(folder, note)));
  if (parts.has('trust')) figures.push(...(await trustBench(folder, note)));
  if (parts.has('audit')) figures.push(...(await auditBench(folder, note)));
  if (parts.has('token')) figures.push(...(await tokenBench(note)));
  if (parts.has('ingest')) figures.push(...(await ingestBench(folder, note)));
  if (parts.has('install')) figures.push(...(await installBench(folder, note)));
  if (parts.has('cold')) figures.push(...(await coldStartBench(folder, note)));
} finally {
  await rm(folder, { recursive: true, force: true });
}
const result = report(figures);
if (values.output !== undefined) await writeReport(values.output, result);
process.stdout.write(values.json ? `${JSON.stringify(result)}\n` : `${renderFigures(figures)}\n`);
if (values.floor !== undefined) holdFloor(Number(values.floor));

/** Machines are shared and noisy: only a figure that misses its target by such a factor fails the run. */
function holdFloor(factor: number): void {
  const isBelow = ({ better, value, target }: Figure) =>
    target !== undefined && (better === 'higher' ? value * factor < target : value > target * factor);
  for (const { id, value, target } of figures.filter(isBelow)) {
    note(`${id} is ${value}, which misses ${target} by more than ${factor} times`);
    process.exitCode = 1;
  }
}

function chunksOf(size: string): number {
  const match = /^(\d+)(k|m)$/u.exec(size);
  if (!match) throw new Error(`--sizes: "${size}" is no size; write 10k, 100k, 500k or 1m`);
  return Number(match[1]) * (match[2] === 'm' ? 1_000_000 : 1_000);
}

// Moves an installation from one file to PostgreSQL and the index, and back, and compares with what the two engines take
// for the same data bare (bare-engines.ts): one engine after the other, which the target is about, and both at once, which
// nobody who has less than everything in memory can reach on two cores. It is `fumi` as users install it that is measured,
// built for this run; its memory is the most that was resident of its whole process, threads and mapped files included.
//   npm run bench:migrate -- [--chunks 30000] [--json] [--output <file>]
// --output keeps what the file says of other sizes.
// Without a real server (FUMI_TEST_QDRANT_URL) the stand-in takes them, which holds everything in memory: up to 100k.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { figure, renderFigures, report } from '@fumikura/evaluation';
import type { Figure } from '@fumikura/evaluation';
import type { SourceId } from '@fumikura/model';
import type { DocumentWrite } from '@fumikura/ports';
import { createSqliteStore } from '@fumikura/store-sqlite';
import { allowList, documentWrite, postgresMissing, startPostgres } from '@fumikura/testkit';
import { keyOf, startIndex } from '../scale/index-server.ts';
import { loadBare } from './bare-engines.ts';
import { BenchCorpus, FINGERPRINT } from './corpus.ts';
import { addToReport } from './kept-figures.ts';

const SOURCE: SourceId = 'bench:docs';
const BATCH = 100;
const READER_SETS = 200;
const signal = new AbortController().signal;

const { values } = parseArgs({
  options: {
    chunks: { type: 'string', default: '30000' },
    json: { type: 'boolean', default: false },
    output: { type: 'string' },
  },
});
const size = `${Number(values.chunks) / 1_000}k`;
const missing = postgresMissing();
if (missing !== undefined) {
  process.stdout.write(`skipped: ${missing}\n`);
  process.exit(0);
}
const folder = await mkdtemp(join(tmpdir(), 'fumi-migrate-'));
const postgres = await startPostgres();
const index = await startIndex(folder);
const program = await built(join(folder, 'dist'));
try {
  const [file, servers, back] = await configurations();
  const documents = await fill(join(folder, 'from'));
  note(`${values.chunks} chunks of ${documents} documents written to a file`);
  const there = await migrated(file, servers);
  note(`there: ${seconds(there.ms)}`);
  // A server elsewhere keeps no list of what it was sent.
  const bare = index.isReal ? undefined : await bareMs();
  if (bare)
    note(
      `bare: catalog ${seconds(bare.catalog)}, index ${seconds(bare.index)}; at once ${seconds(bare.atOnce)}`,
    );
  const home = await migrated(servers, back);
  // What came back, against what was there at first.
  const { printed } = await fumi('--config', file, 'migrate', '--to', back, '--check', '--json');
  const same = JSON.parse(printed) as Check;
  const figures = [
    of('chunksPerSecond', (Number(values.chunks) / there.ms) * 1_000, 'chunks/s', 'higher'),
    ...(bare ? againstBare(there.ms, bare) : []),
    of('peakRss', there.peakBytes / 1e6, 'MB', 'lower', 300),
    of('backPeakRss', home.peakBytes / 1e6, 'MB', 'lower', 300),
    of('sameSearches', same.searches.same / same.searches.asked, 'share', 'higher', 1),
    of('sameDocuments', same.checksum.from === same.checksum.to ? 1 : 0, 'share', 'higher', 1),
  ];
  if (values.output !== undefined) await addToReport(values.output, figures);
  process.stdout.write(`${values.json ? JSON.stringify(report(figures)) : renderFigures(figures)}\n`);
  if (figures.some(({ pass }) => pass === false)) process.exitCode = 1;
} finally {
  await index.close();
  await postgres.stop();
  await rm(folder, { recursive: true, force: true });
}

/** Named by the number of chunks. */
function of(name: string, value: number, unit: string, better: Figure['better'], target?: number): Figure {
  return figure(`migrate.${size}.${name}`, value, unit, better, target);
}

interface BareMs {
  readonly catalog: number;
  readonly index: number;
  /** Both engines while the other one works too. */
  readonly atOnce: number;
}

async function bareMs(): Promise<BareMs> {
  const [file, journal] = [join(folder, 'from', 'fumikura.db'), join(folder, 'index.jsonl')];
  const from = { file, journal, source: SOURCE, postgresUrl: postgres.url, index };
  const apart = await loadBare({ ...from, name: 'bare', isAtOnce: false });
  const { catalog } = await loadBare({ ...from, name: 'bare_at_once', isAtOnce: true });
  return { ...apart, atOnce: catalog };
}

function againstBare(ms: number, { catalog, index: points, atOnce }: BareMs): Figure[] {
  const bare = catalog + points;
  return [
    of('bareChunksPerSecond', (Number(values.chunks) / bare) * 1_000, 'chunks/s', 'higher'),
    of('againstBare', ms / bare, 'times', 'lower', 1.2),
    of('againstBareAtOnce', ms / atOnce, 'times', 'lower'),
  ];
}

async function configurations(): Promise<[string, string, string]> {
  const stores = `stores: { catalog: { url: '${postgres.url}', schema: moved }, index: { url: '${index.url}', name: ${index.name}${keyOf(index)} } }\n`;
  const texts = ['data: ./from\n', stores, 'data: ./back\n'];
  const files = texts.map((_, at) => join(folder, `config${at}.yaml`));
  for (const [at, text] of texts.entries()) await writeFile(files[at] ?? '', `owner: me\n${text}`);
  return files as [string, string, string];
}

async function fill(place: string): Promise<number> {
  const store = await createSqliteStore({ file: join(place, 'fumikura.db') });
  const corpus = new BenchCorpus(5, true);
  const lists = Array.from({ length: READER_SETS }, (_, at) => allowList(`list${at}`, 'user:local:me'));
  await store.commit({ source: SOURCE, lists });
  await store.embeddings.bind(FINGERPRINT);
  let documents = 0;
  for (let left = Number(values.chunks); left > 0;) {
    const made = corpus.batch(Math.min(left, BATCH * 5));
    left -= made.reduce((sum, { chunks }) => sum + chunks.length, 0);
    documents += made.length;
    await store.commit({ source: SOURCE, upserts: made.map(toWrite) });
  }
  await store.index.maintain(signal);
  await store.close();
  return documents;
}

function toWrite({ documentId, aclId, title, chunks }: ReturnType<BenchCorpus['document']>): DocumentWrite {
  const parts = chunks.map(({ text }) => text);
  const vectors = chunks.flatMap(({ vector }) => vector ?? []);
  const acl = { allow: [`list${aclId % READER_SETS}`] };
  return documentWrite(documentId, acl, { title, parts, vectors });
}

/** From the first document that is looked at to the last one that is there; its comparison at the end is not timed. */
async function migrated(from: string, to: string): Promise<{ ms: number; peakBytes: number }> {
  const { printed, peakBytes } = await fumi('--config', from, 'migrate', '--to', to, '--json');
  const { moved } = JSON.parse(printed) as { readonly moved: { readonly tookMs: number } };
  return { ms: moved.tookMs, peakBytes };
}

interface Check {
  readonly checksum: { readonly from: string; readonly to: string };
  readonly searches: { readonly asked: number; readonly same: number };
}

async function fumi(...args: string[]) {
  // As a person starts it: its first line says how the engine is to use memory.
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let [printed, peakBytes] = ['', 0];
  child.stdout.on('data', (part: Buffer) => (printed += part.toString()));
  const looking = setInterval(() => (peakBytes = Math.max(peakBytes, peakOf(child.pid ?? 0))), 100);
  const [code] = (await once(child, 'close')) as [number];
  clearInterval(looking);
  if (code !== 0) throw new Error(`fumi ${args.join(' ')} ended with ${code}: ${printed}`);
  return { printed, peakBytes };
}

/** @returns the file of the command */
async function built(place: string): Promise<string> {
  const build = fileURLToPath(new URL('../../tools/build.mjs', import.meta.url));
  await promisify(execFile)(process.execPath, [build, '--to', place]);
  return join(place, 'fumi.mjs');
}

function peakOf(pid: number): number {
  try {
    const [, peak] = /VmHWM:\s+(\d+) kB/u.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return Number(peak ?? 0) * 1_024;
  } catch {
    return 0; // it has just ended
  }
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}

function note(text: string): void {
  process.stderr.write(`${text}\n`);
}

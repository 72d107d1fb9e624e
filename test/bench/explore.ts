// npm run bench:explore -- [--chunks 500000] [--queries 200] [--checks 100000] [--folder kept] [--json] [--output file]: what is asked while a person types, on
// texts like a company's with authors and labels, for persons who may read .1 %, 1 %, 10 % and all of them. `cpu` is the
// processor time of the same calls: on a busy machine the others measure its neighbours. A folder that is named keeps its
// store for the next run. The checks hold what is told against what the asker may read, in a smaller store of their own.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { figure, renderFigures, report, writeReport } from '@fumikura/evaluation';
import type { Figure } from '@fumikura/evaluation';
import type { Principal } from '@fumikura/model';
import type { AccessFilter, DocumentWrite, FilterField, IndexDocument, Store } from '@fumikura/ports';
import { grantAccess } from '@fumikura/ports/grant';
import { createKnowledge } from '@fumikura/retrieval';
import { createSqliteStore } from '@fumikura/store-sqlite';
import { analyseQuery } from '@fumikura/text';
import { BenchCorpus, seeded } from './corpus.ts';
import { checkFigures } from './explore-checks.ts';
import { percentiles, sizeName, times } from './measure.ts';

const { values } = parseArgs({
  options: {
    chunks: { type: 'string', default: '500000' },
    queries: { type: 'string', default: '200' },
    checks: { type: 'string', default: '100000' },
    folder: { type: 'string' },
    json: { type: 'boolean', default: false },
    output: { type: 'string' },
  },
});
const [chunks, queries] = [Number(values.chunks), Number(values.queries)];
const SHARES = [
  [0.001, 'sel0_1pct'],
  [0.01, 'sel1pct'],
  [0.1, 'sel10pct'],
  [1, 'sel100pct'],
] as const;
const SOURCE = 'bench:docs';
const BATCH = 20_000;
const ACLS = 2_000;
const [AUTHORS, LABELS] = [2_000, 500];
/** Of the goals only the size they were set for is held. */
const TARGET_MS = 10;
const FIELDS: readonly FilterField[] = ['source', 'space', 'kind', 'language', 'author', 'label'];
const note = (text: string) => void process.stderr.write(`${text}\n`);
const random = seeded(11);
const corpus = new BenchCorpus(7, false);
const signal = new AbortController().signal;

const folder = values.folder ?? (await mkdtemp(join(tmpdir(), 'fumi-explore-')));
const store = await createSqliteStore({ file: join(folder, 'store.db'), inline: true });
const scratch = await mkdtemp(join(tmpdir(), 'fumi-explore-checks-'));
const figures: Figure[] = [];
try {
  if (Number(values.checks) > 0) figures.push(...(await checkFigures(scratch, Number(values.checks))));
  if ((await store.index.stats()).chunks === 0) await load(store);
  const knowledge = await createKnowledge({ store });
  const { explore } = store.index;
  for (const [share, name] of SHARES) {
    const access = await filterFor(store, share);
    const typed = Array.from({ length: queries + 10 }, () => typedText());
    const asked = Array.from({ length: queries + 10 }, () => corpus.words(1 + Math.floor(random() * 4), 3));
    const slips = Array.from({ length: queries + 10 }, () => slip());
    const parts = {
      suggest: (at: number) => knowledge.suggest({ text: typed[at] ?? 'w' }, access, signal),
      facets: (at: number) =>
        explore.facets({ query: analyseQuery(asked[at] ?? 'w'), fields: FIELDS, limit: 10 }, access, signal),
      words: (at: number) => explore.words({ words: [slips[at] ?? 'w'] }, access, signal),
    };
    for (const [part, work] of Object.entries(parts)) {
      const cpu: number[] = [];
      const measured = async (at: number) => {
        const before = process.cpuUsage();
        await work(at);
        const { user, system } = process.cpuUsage(before);
        cpu.push((user + system) / 1_000);
      };
      const { p50, p95 } = percentiles(await times(queries, 10, measured));
      const target = chunks === 500_000 && part !== 'words' ? TARGET_MS : undefined;
      figures.push(
        figure(`explore.${part}.p50.${sizeName(chunks)}.${name}`, p50, 'ms', 'lower'),
        figure(`explore.${part}.p95.${sizeName(chunks)}.${name}`, p95, 'ms', 'lower', target),
        figure(
          `explore.${part}.cpu95.${sizeName(chunks)}.${name}`,
          percentiles(cpu.slice(10)).p95,
          'ms',
          'lower',
        ),
      );
    }
  }
} finally {
  await store.close();
  await rm(scratch, { recursive: true });
  if (values.folder === undefined) await rm(folder, { recursive: true, force: true });
}
const result = report(figures);
if (values.output !== undefined) await writeReport(values.output, result);
process.stdout.write(values.json ? `${JSON.stringify(result)}\n` : `${renderFigures(figures)}\n`);
if (figures.some(({ id, pass }) => id === 'explore.hidden' && pass === false)) process.exitCode = 1;

async function load(into: Store): Promise<void> {
  const started = performance.now();
  const readAt = new Date().toISOString();
  const members = new Map<number, Principal[]>();
  for (const [share, name] of SHARES)
    for (const id of corpus.grant(share)) members.set(id, [...(members.get(id) ?? []), personOf(name)]);
  const lists = Array.from({ length: ACLS }, (_, at) => ({
    id: `list${at + 1}`,
    members: members.get(at + 1) ?? [],
    readAt,
  }));
  for (let loaded = 0; loaded < chunks;) {
    const batch = corpus.batch(Math.min(BATCH, chunks - loaded));
    await into.commit({ source: SOURCE, upserts: batch.map(writeOf), ...(loaded === 0 && { lists }) });
    loaded += batch.reduce((sum, document) => sum + document.chunks.length, 0);
    note(`${loaded} chunks, ${Math.round((loaded / (performance.now() - started)) * 1_000)}/s`);
  }
}

function writeOf(document: IndexDocument): DocumentWrite {
  const text = document.chunks.map((chunk) => chunk.text).join('\n');
  let at = 0;
  return {
    similarity: '0'.repeat(16),
    chunks: document.chunks.map(({ ordinal, headingPath, text: span }) => {
      const start = at;
      at += span.length + 1;
      return { ordinal, headingPath, start, end: start + span.length };
    }),
    document: {
      id: document.documentId,
      source: SOURCE,
      externalId: document.documentId.slice(SOURCE.length + 1),
      kind: ['page', 'issue', 'file'][Math.floor(random() * 3)] ?? 'page',
      url: '',
      title: document.title,
      version: '1',
      acl: { allow: [`list${document.aclId}`] },
      language: 'en',
      updatedAt: new Date(1.7e12 + Math.floor(random() * 5e10)).toISOString(),
      authors: [`Author ${Math.floor(random() ** 2 * AUTHORS)}`],
      labels: [0, 1].map(() => `label${Math.floor(random() ** 2 * LABELS)}`),
      breadcrumbs: [`Space ${Math.floor(random() * 40)}`],
      text,
      outline: [],
      contentHash: '1',
      notices: [],
    },
  };
}

function personOf(name: string): Principal {
  return `user:bench:${name}`;
}

async function filterFor({ catalog }: Store, share: number): Promise<AccessFilter> {
  const name = SHARES.find(([each]) => each === share)?.[1] ?? '';
  const principals = [personOf(name)];
  const { aclIds, version } = await catalog.readableAcls(principals);
  return grantAccess({ caller: name, principals, aclIds, version, hash: `${name} ${version}` });
}

/** A word or two, and the beginning of another one. */
function typedText(): string {
  const words = corpus.words(1 + Math.floor(random() * 3), Math.floor(random() * 200)).split(' ');
  const last = words.at(-1) ?? '';
  return [...words.slice(0, -1), last.slice(0, 1 + Math.floor(random() * last.length))].join(' ');
}

/** A word with two letters exchanged. */
function slip(): string {
  const word = ['deployment', 'rotation', 'the', corpus.words(1, 3)][Math.floor(random() * 4)] ?? '';
  const at = 1 + Math.floor(random() * Math.max(1, word.length - 2));
  return word.slice(0, at) + (word[at + 1] ?? '') + (word[at] ?? '') + word.slice(at + 2);
}

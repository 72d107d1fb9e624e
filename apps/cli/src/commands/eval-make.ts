import { mkdir, open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { audited, openInstallation } from '@fumikura/composition';
import type { Installation } from '@fumikura/composition';
import { invalidInput } from '@fumikura/errors';
import { readSheet, renderSheet } from '@fumikura/evaluation';
import type { ToJudge } from '@fumikura/evaluation';
import type { AccessFilter } from '@fumikura/ports';
import type { Context } from '../context.ts';
import { requireTool } from '../duty.ts';
import { EXIT_CODES } from '../exit-codes.ts';
import type { EvalMakeOptions } from '../options.ts';
import { searchAs } from './search.ts';

const SHEET = 'judge.tsv';
const DEPTH = 20;
/** Documents read together, and written down together. */
const BATCH = 500;

/** First without, then with the sheet filled in. */
export async function evalMakeCommand(
  context: Context,
  folder: string,
  options: EvalMakeOptions,
): Promise<void> {
  const sheet = await readFile(join(folder, SHEET), 'utf8').catch(() => undefined);
  if (sheet !== undefined) return finish(context, folder, sheet);
  if (options.questions === undefined)
    throw invalidInput(
      'INVALID_ARGUMENT',
      `${folder} has no ${SHEET} yet. Name a file of questions: --questions <file>.`,
    );
  await begin(context, folder, options.questions, options.depth ?? DEPTH);
}

async function begin(context: Context, folder: string, file: string, depth: number): Promise<void> {
  const lines = (await readFile(file, 'utf8')).split(/\r?\n/u).map((line) => line.trim());
  const questions = [...new Set(lines.filter((line) => line !== ''))];
  if (questions.length === 0) throw invalidInput('INVALID_ARGUMENT', `${file} holds no question.`);
  const installation = await openInstallation(await context.config(), { ...context, mode: 'one-shot' });
  try {
    await mkdir(folder, { recursive: true });
    const rows = await pool(context, installation, questions, depth);
    const documents = await writeCorpus(installation, join(folder, 'corpus.jsonl'), context.signal);
    const queries = questions.map((text, at) => JSON.stringify({ _id: String(at + 1), text }));
    await writeFile(join(folder, 'queries.jsonl'), `${queries.join('\n')}\n`);
    await writeFile(join(folder, SHEET), renderSheet(rows), { mode: 0o600 });
    const { output } = context;
    output.json({ questions: questions.length, documents, toJudge: rows.length, sheet: join(folder, SHEET) });
    output.line(
      `${questions.length} questions, ${documents} documents that you may read, ${rows.length} rows to judge.`,
    );
    output.line(
      `Write 0 (beside the matter) to 3 (the answer) into "relevance" of ${join(folder, SHEET)}, then:`,
    );
    output.line(`  fumi eval make ${folder}`);
    output.line('The folder holds the texts of these documents: keep it where you would keep them.');
  } finally {
    await installation.close();
  }
}

async function pool(
  context: Context,
  installation: Installation,
  questions: readonly string[],
  depth: number,
): Promise<ToJudge[]> {
  const actor = installation.localPerson();
  const rows: ToJudge[] = [];
  for (const [at, question] of questions.entries()) {
    const { hits } = await searchAs(
      context,
      installation,
      question,
      { limit: depth },
      { via: 'cli eval make', actor },
    );
    for (const { id, title, snippet } of hits)
      rows.push({ query: String(at + 1), document: id, question, title, passage: snippet.text });
  }
  return rows;
}

/** Everything the person may read: without the rest of it, a measurement would be too easy. */
async function writeCorpus(installation: Installation, file: string, signal: AbortSignal): Promise<number> {
  const { access, knowledge, localPerson, rightsOf, store } = installation;
  requireTool(rightsOf(localPerson()), 'get_document');
  const filter = await access.filterFor(localPerson());
  // Texts of others: for whoever made it alone.
  const corpus = await open(file, 'w', 0o600);
  let documents = 0;
  try {
    for (const { id: source } of await knowledge.sources(filter))
      for (let after: string | undefined; ;) {
        signal.throwIfAborted();
        const ids = await store.catalog.listIds(source, after, BATCH);
        if (ids.length === 0) break;
        after = ids.at(-1);
        const lines = await exported(installation, ids, filter);
        documents += lines.length;
        await corpus.write(lines.join(''));
      }
  } finally {
    await corpus.close();
  }
  return documents;
}

/** Written down before it leaves, like any reading. */
function exported(
  { audit, localPerson, store }: Installation,
  ids: readonly string[],
  filter: AccessFilter,
): Promise<string[]> {
  const { issuer, subject } = localPerson();
  const event = {
    action: 'read',
    via: 'cli eval make',
    actor: { issuer, subject },
    client: { channel: 'cli' },
  } as const;
  return audited(audit, store.catalog, event, async () => {
    const records = await store.catalog.readable(ids, filter);
    const value: string[] = [];
    for (const { id, title } of records) {
      const text = (await store.catalog.text(id, filter))?.text;
      if (text !== undefined) value.push(`${JSON.stringify({ _id: id, title, text })}\n`);
    }
    return { value, shown: records.map(({ id }) => id) };
  });
}

async function finish({ output }: Context, folder: string, sheet: string): Promise<void> {
  const { judgements, open: left, without } = readSheet(sheet);
  const lines = judgements.map(({ query, document, relevance }) => `${query}\t${document}\t${relevance}`);
  await writeFile(join(folder, 'qrels.tsv'), `${['query-id\tcorpus-id\tscore', ...lines].join('\n')}\n`);
  output.json({ judged: judgements.length, open: left, without });
  output.line(`${judgements.length} judgements, ${left} rows still open.`);
  if (without.length > 0)
    output.line(
      `Without anything relevant, so not measured: ${without.map((query) => `question ${query}`).join(', ')}.`,
    );
  const isUsable = judgements.some(({ relevance }) => relevance > 0);
  output.line(
    isUsable
      ? `Measure with: fumi eval ${folder}`
      : 'Nothing is judged relevant yet, so nothing can be measured.',
  );
  if (!isUsable) process.exitCode = EXIT_CODES.findings;
}

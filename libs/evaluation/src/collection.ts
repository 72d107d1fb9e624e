import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { createGunzip } from 'node:zlib';
import { AppError } from '@fumikura/errors';
import type { Judgements } from './metrics.ts';

export interface JudgedDocument {
  readonly id: string;
  readonly title: string;
  readonly text: string;
}

export interface JudgedQuery {
  readonly id: string;
  readonly text: string;
  /** Where the collection tells one. */
  readonly answer?: string;
}

/** A test collection in BEIR's layout. Documents are streamed; queries without a relevant document are left out. */
export interface Collection {
  readonly name: string;
  readonly queries: readonly JudgedQuery[];
  readonly judgements: ReadonlyMap<string, Judgements>;
  documents(): AsyncGenerator<JudgedDocument>;
}

/** @throws AppError INVALID_ARGUMENT (invalid-input) that names the file and line */
export async function openCollection(folder: string, corpus?: string): Promise<Collection> {
  const corpusFile = await findCorpus(folder, corpus);
  const judgements = await readJudgements(join(folder, 'qrels.tsv'));
  const queries: JudgedQuery[] = [];
  for await (const { value, where } of jsonLines(join(folder, 'queries.jsonl'))) {
    const { answer } = value;
    const query = {
      id: idOf(value, where),
      text: textOf(value, 'text', where),
      ...(typeof answer === 'string' && { answer }),
    };
    if (judgements.has(query.id)) queries.push(query);
  }
  if (queries.length === 0) throw bad(`${folder}: no query has a relevant document`);
  const suffix = /corpus_(\w+)\.jsonl/u.exec(corpusFile)?.[1];
  return {
    name: basename(resolve(folder)) + (suffix ? `.${suffix}` : ''),
    queries,
    judgements,
    documents: async function* () {
      for await (const { value, where } of jsonLines(corpusFile)) {
        const title = typeof value['title'] === 'string' ? value['title'] : '';
        yield { id: idOf(value, where), title, text: textOf(value, 'text', where) };
      }
    },
  };
}

async function findCorpus(folder: string, corpus: string | undefined): Promise<string> {
  const names = corpus === undefined ? ['corpus.jsonl', 'corpus.jsonl.gz'] : [corpus];
  for (const name of names)
    if ((await stat(join(folder, name)).catch(() => undefined))?.isFile()) return join(folder, name);
  throw bad(
    `${folder}: there is no ${names.join(' and no ')}. A collection is a folder with corpus.jsonl[.gz], queries.jsonl and qrels.tsv`,
  );
}

async function* jsonLines(file: string): AsyncGenerator<{ value: Record<string, unknown>; where: string }> {
  const raw = createReadStream(file);
  const input = file.endsWith('.gz') ? raw.pipe(createGunzip()) : raw;
  let number = 0;
  for await (const line of lines(input)) {
    number++;
    if (line.trim() === '') continue;
    yield { value: parseLine(line, `${file}:${number}`), where: `${file}:${number}` };
  }
}

/** Only a line feed ends a line of JSON lines; Node's readline would also cut at U+2028, which JSON leaves unescaped. */
async function* lines(input: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const part of input) {
    const pieces = (rest + decoder.decode(part, { stream: true })).split('\n');
    rest = pieces.pop() ?? '';
    yield* pieces;
  }
  yield rest + decoder.decode();
}

function parseLine(line: string, where: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch {
    // refused below like any line that is no object
  }
  throw bad(`${where}: is no JSON object`);
}

function idOf(value: Record<string, unknown>, where: string): string {
  const id = value['_id'] ?? value['id'];
  if (typeof id === 'string' || typeof id === 'number') return String(id);
  throw bad(`${where}: has no "id" or "_id"`);
}

function textOf(value: Record<string, unknown>, key: string, where: string): string {
  const text = value[key];
  if (typeof text === 'string') return text;
  throw bad(`${where}: has no text in "${key}"`);
}

/** `query TAB document TAB relevance`, with or without a header; also the four columns of TREC. */
async function readJudgements(file: string): Promise<Map<string, Map<string, number>>> {
  const text = await readFile(file, 'utf8').catch(() => {
    throw bad(`${file} does not exist`);
  });
  const judgements = new Map<string, Map<string, number>>();
  for (const [index, line] of text.split(/\r?\n/u).entries()) {
    if (line.trim() === '') continue;
    const cells = line.split('\t');
    const [query, document, relevance] = cells.length === 4 ? [cells[0], cells[2], cells[3]] : cells;
    const value = Number(relevance);
    if (index === 0 && Number.isNaN(value)) continue;
    if (query === undefined || document === undefined || !Number.isFinite(value))
      throw bad(`${file}:${index + 1}: is no judgement`);
    if (value > 0) judgements.set(query, (judgements.get(query) ?? new Map()).set(document, value));
  }
  return judgements;
}

function bad(message: string): AppError {
  return new AppError('INVALID_ARGUMENT', 'invalid-input', message, { publicMessage: `${message}.` });
}

import { execFileSync } from 'node:child_process';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { AppError } from '@fumikura/errors';
import { HYBRID } from './hybrid.ts';
import type { QueryResult } from './evaluate.ts';
import { pairedBootstrap } from './significance.ts';
import type { PairedDifference } from './significance.ts';

/** One measured number under a stable dotted id: `eval.scifact.ndcg10`, `search.hybrid.p95.100k.sel1pct`. */
export interface Figure {
  readonly id: string;
  readonly value: number;
  readonly unit: string;
  readonly better: 'higher' | 'lower';
  readonly target?: number;
  readonly pass?: boolean;
}

/** What every measuring command prints with --json. */
export interface FigureReport {
  readonly commit: string;
  readonly date: string;
  readonly machine: { readonly cores: number; readonly memoryBytes: number; readonly node: string };
  readonly figures: readonly Figure[];
  /** Of an evaluation, by collection. */
  readonly queries?: Readonly<Record<string, readonly QueryResult[]>>;
  /** The embedder of an evaluation, or `none`. */
  readonly embedder?: string;
}

export function figure(
  id: string,
  value: number,
  unit: string,
  better: Figure['better'],
  target?: number,
): Figure {
  const rounded = Number(value.toPrecision(6));
  if (target === undefined) return { id, value: rounded, unit, better };
  return {
    id,
    value: rounded,
    unit,
    better,
    target,
    pass: better === 'higher' ? rounded >= target : rounded <= target,
  };
}

export function report(figures: readonly Figure[]): FigureReport {
  return {
    commit: commit(),
    date: new Date().toISOString(),
    machine: { cores: cpus().length, memoryBytes: totalmem(), node: process.versions.node },
    figures,
  };
}

export async function writeReport(file: string, content: FigureReport): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `${JSON.stringify(content, null, 1)}\n`);
}

/** @throws AppError INVALID_ARGUMENT (invalid-input) when the file is not one that `writeReport` wrote */
export async function readReport(file: string): Promise<FigureReport> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw noReport(file, 'cannot be read', cause);
  });
  const content = parsed(text);
  if (Array.isArray(content?.figures)) return content as FigureReport;
  throw noReport(file, 'holds no result');
}

function parsed(text: string): Partial<FigureReport> | undefined {
  try {
    return JSON.parse(text) as Partial<FigureReport>;
  } catch {
    return undefined; // refused by the caller like any other text that is no result
  }
}

function noReport(file: string, what: string, cause?: unknown): AppError {
  const message = `${file} ${what}. Give a file that --output or --json of an earlier run wrote.`;
  return new AppError('INVALID_ARGUMENT', 'invalid-input', message, { publicMessage: message, cause });
}

/** The newest value of every figure over all reports of a folder, by id. */
export async function latestFigures(
  folder: string,
): Promise<(Figure & { readonly commit: string; readonly date: string })[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.json'));
  const reports = await Promise.all(names.map((name) => readReport(join(folder, name))));
  const latest = new Map<string, Figure & { commit: string; date: string }>();
  for (const { figures, commit: at, date } of reports.toSorted((a, b) => (a.date < b.date ? -1 : 1))) {
    for (const each of figures) latest.set(each.id, { ...each, commit: at, date });
  }
  return [...latest.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** Markdown, one row a figure. */
export function renderFigures(figures: readonly Figure[]): string {
  const rows = figures.map(({ id, value, unit, target, better, pass }) => {
    const wanted = target === undefined ? '' : `${better === 'higher' ? '≥' : '≤'} ${target}`;
    return `| ${id} | ${value} ${unit} | ${wanted} | ${pass === undefined ? '' : pass ? 'yes' : '**no**'} |`;
  });
  return ['| figure | value | target | reached |', '|---|---|---|---|', ...rows].join('\n');
}

export interface Difference {
  readonly id: string;
  readonly before: number;
  readonly after: number;
}

/** Figures of both reports, in the order of the later one; with and without an embedder are compared too. */
export function compareReports(before: FigureReport, after: FigureReport): Difference[] {
  const earlier = new Map(before.figures.map(({ id, value }) => [id.replace(HYBRID, ''), value]));
  return after.figures.flatMap(({ id, value }) => {
    const was = earlier.get(id.replace(HYBRID, ''));
    return was === undefined ? [] : [{ id, before: was, after: value }];
  });
}

export interface QueryDifference extends PairedDifference {
  readonly collection: string;
  /** Queries whose nDCG@10 moved most, the largest loss first, then the largest gain. */
  readonly most: readonly { readonly text: string; readonly before: number; readonly after: number }[];
}

/** nDCG@10 of the queries that both runs asked, by collection. */
export function compareQueries(before: FigureReport, after: FigureReport, shown: number): QueryDifference[] {
  return Object.entries(after.queries ?? {}).flatMap(([collection, queries]) => {
    const earlier = new Map(before.queries?.[collection]?.map(({ id, ndcg10 }) => [id, ndcg10]));
    const pairs = queries.flatMap(({ id, text, ndcg10 }) => {
      const was = earlier.get(id);
      return was === undefined ? [] : [{ text, before: was, after: ndcg10 }];
    });
    if (pairs.length === 0) return [];
    const sorted = pairs.toSorted((a, b) => a.after - a.before - (b.after - b.before));
    const most = [...sorted.slice(0, shown), ...sorted.slice(shown).slice(-shown).reverse()].filter(
      (pair) => pair.before !== pair.after,
    );
    const difference = pairedBootstrap(
      pairs.map((pair) => pair.before),
      pairs.map((pair) => pair.after),
    );
    return [{ collection, ...difference, most }];
  });
}

/** `unknown` outside a checkout. */
function commit(): string {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return 'unknown';
  }
}

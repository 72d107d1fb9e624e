import { compareQueries, compareReports } from '@fumikura/evaluation';
import type { FigureReport } from '@fumikura/evaluation';
import type { Context } from '../context.ts';
import { safe } from '../output.ts';

/** A chance below which a difference is taken for one. */
const SIGNIFICANT = 0.05;
/** Queries shown on either side of a comparison. */
const SHOWN = 5;
const QUERY_WIDTH = 60;

/** Two measurements of the same questions: each figure, and whether the difference is more than chance. */
export function printDifferences({ output }: Context, before: FigureReport, after: FigureReport): void {
  output.line();
  output.table(
    ['figure', `before${named(before)}`, `now${named(after)}`, 'difference'],
    compareReports(before, after).map(({ id, before: was, after: is }) => [
      id,
      String(was),
      String(is),
      signed(is - was),
    ]),
  );
  for (const each of compareQueries(before, after, SHOWN)) {
    const verdict = each.p >= SIGNIFICANT ? 'within noise' : each.difference > 0 ? 'a gain' : 'a loss';
    output.line();
    output.line(
      `${each.collection}: ${signed(each.difference)} nDCG@10 over ${each.queries} queries (95 % between ${signed(each.low)} and ${signed(each.high)}, p ${each.p.toFixed(4)}): ${verdict}; ${each.better} better, ${each.worse} worse`,
    );
    if (each.most.length === 0) continue;
    output.table(
      ['query', 'before', 'now', 'difference'],
      each.most.map(({ text, before: was, after: is }) => [
        shortened(text),
        was.toFixed(3),
        is.toFixed(3),
        signed(is - was),
      ]),
    );
  }
}

/** Outside of a repository no commit is known, which helps nobody. */
function named({ commit }: FigureReport): string {
  return commit === 'unknown' ? '' : ` (${commit})`;
}

function signed(value: number): string {
  return (value >= 0 ? '+' : '') + value.toFixed(4);
}

export function shortened(text: string): string {
  const line = safe(text).replace(/\s+/gu, ' ');
  return line.length > QUERY_WIDTH ? `${line.slice(0, QUERY_WIDTH - 1)}…` : line;
}

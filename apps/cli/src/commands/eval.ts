import { evaluateCollection } from '@fumikura/composition';
import {
  compareReports,
  openCollection,
  readReport,
  renderFigures,
  report,
  writeReport,
} from '@fumikura/evaluation';
import type { Figure, FigureReport } from '@fumikura/evaluation';
import type { Context } from '../context.ts';
import { EXIT_CODES } from '../exit-codes.ts';
import type { EvalOptions } from '../options.ts';

export async function evalCommand(
  context: Context,
  folders: readonly string[],
  options: EvalOptions,
): Promise<void> {
  const { output, signal } = context;
  // Before the work of minutes, not after it.
  const earlier = options.compare === undefined ? undefined : await readReport(options.compare);
  const figures: Figure[] = [];
  for (const folder of folders) {
    const collection = await openCollection(folder, options.corpus);
    const asked = { ...collection, queries: collection.queries.slice(0, options.queries) };
    output.note(`${collection.name}: indexing`);
    const found = await evaluateCollection(asked, signal, (documents) =>
      output.note(`${collection.name}: ${documents} documents, asking ${asked.queries.length} queries`),
    );
    figures.push(...found);
  }
  const result = report(figures);
  if (options.output !== undefined) await writeReport(options.output, result);
  output.json(result);
  output.line(renderFigures(figures));
  if (earlier !== undefined) printDifferences(context, earlier, result);
  if (figures.some(({ pass }) => pass === false)) process.exitCode = EXIT_CODES.findings;
}

function printDifferences({ output }: Context, before: FigureReport, after: FigureReport): void {
  output.line();
  output.table(
    ['figure', `before (${before.commit})`, `now (${after.commit})`, 'difference'],
    compareReports(before, after).map(({ id, before: was, after: is }) => [
      id,
      String(was),
      String(is),
      (is - was >= 0 ? '+' : '') + (is - was).toFixed(4),
    ]),
  );
}

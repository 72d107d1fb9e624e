import { writeFile } from 'node:fs/promises';
import { askCollection, calibrationText, measuredAnswers } from '@fumikura/composition';
import type { AskedCollection } from '@fumikura/composition';
import {
  answerFigures,
  evenly,
  openCollection,
  reliability,
  renderFigures,
  report,
  writeReport,
} from '@fumikura/evaluation';
import type { Context } from '../context.ts';
import { EXIT_CODES } from '../exit-codes.ts';
import type { EvalOptions } from '../options.ts';

/** Whether answers know when they are none: each question with its documents, and with them removed. */
export async function evalAnswersCommand(
  context: Context,
  folders: readonly string[],
  options: EvalOptions,
): Promise<void> {
  const { output, signal } = context;
  const asked: AskedCollection[] = [];
  for (const folder of folders) {
    const collection = await openCollection(folder, options.corpus);
    const chosen = { ...collection, queries: collection.queries.slice(0, options.queries) };
    output.note(`${collection.name}: indexing`);
    const onIndexed = (documents: number) =>
      output.note(`${collection.name}: ${documents} documents, asking`);
    const chunking = options.chunks && { chunking: options.chunks };
    asked.push(await askCollection(chosen, { signal, onIndexed, ...chunking }));
  }
  if (options.fit !== undefined) {
    await writeFile(options.fit, calibrationText(asked, new Date().toISOString().slice(0, 10)));
    output.note(`The calibration was written to ${options.fit}.`);
  }
  const sets = measuredAnswers(asked);
  const figures = answerFigures(sets);
  const diagram = reliability(evenly(sets));
  const result = { ...report(figures), reliability: diagram };
  if (options.output !== undefined) await writeReport(options.output, result);
  output.json(result);
  output.line(renderFigures(figures));
  output.line();
  output.table(
    ['believed', 'answers', 'mean belief', 'were there'],
    diagram.map((bin) => [
      `${bin.from.toFixed(1)} to ${(bin.from + 0.1).toFixed(1)}`,
      String(bin.count),
      bin.believed.toFixed(3),
      bin.true.toFixed(3),
    ]),
  );
  if (figures.some(({ pass }) => pass === false)) process.exitCode = EXIT_CODES.findings;
}

import { existsSync } from 'node:fs';
import { readReport, report, writeReport } from '@fumikura/evaluation';
import type { Figure } from '@fumikura/evaluation';

/** Writes figures of a part; those of other parts that the file holds stay in it. */
export async function addToReport(file: string, figures: readonly Figure[]): Promise<void> {
  const before = existsSync(file) ? (await readReport(file)).figures : [];
  const own = new Set(figures.map(({ id }) => id));
  await writeReport(file, report([...before.filter(({ id }) => !own.has(id)), ...figures]));
}

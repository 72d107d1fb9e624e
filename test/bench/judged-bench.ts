import { join } from 'node:path';
import { evaluate, openCollection } from '@fumikura/evaluation';
import type { Figure } from '@fumikura/evaluation';
import { FtsBaseline } from './fts-baseline.ts';

/** How well the baseline ranks a judged collection, whole documents, all terms: speed alone compares nothing. */
export async function judgedBench(
  folder: string,
  judged: string,
  note: (text: string) => void,
): Promise<Figure[]> {
  note(`judging the baseline on ${judged}`);
  const collection = await openCollection(judged);
  const fts = new FtsBaseline(join(folder, 'judged.db'));
  const ids: string[] = [];
  for await (const { id, title, text } of collection.documents()) {
    fts.add([{ title, chunks: [{ text }] }]);
    ids.push(id);
  }
  const { figures } = await evaluate(collection, async (query) =>
    fts.search(query).map((row) => ids[row - 1] ?? ''),
  );
  fts.close();
  return figures
    .filter(({ id }) => !id.includes('latency'))
    .map(({ target: _, pass: __, ...each }) => ({ ...each, id: each.id.replace('eval.', 'baseline.fts5.') }));
}

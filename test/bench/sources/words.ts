import { figure } from '@fumikura/evaluation';
import type { Figure } from '@fumikura/evaluation';
import { isRecorded, wordsKept } from '../../sources/confluence-recorded.ts';

/** How much of what Confluence renders of a recorded page is in what is made of its ADF; nothing without recordings. */
export async function measureWords(): Promise<Figure[]> {
  if (!isRecorded) return [];
  const shares = await wordsKept();
  const percent = (at: number) => Math.round((shares[at] ?? 0) * 10_000) / 100;
  const median = percent(Math.floor(shares.length / 2));
  return [
    figure('sources.confluence.wordsKept.median', median, '%', 'higher', 99),
    figure('sources.confluence.wordsKept.worst', percent(0), '%', 'higher', 97),
  ];
}

import type { Delivery } from './delivery.ts';
import type { DocumentCard } from './desk.ts';
import type { Act } from './parts.ts';
import { unfurlBlocks } from './render/pages.ts';
import { TakenOver } from './show.ts';

/** Of links in one message. */
const MAX_LINKS = 5;

/**
 * A preview stands for everybody who sees the message, for those who come later too, and cannot be taken back. So it is
 * made only in the conversation of one person with the bot.
 */
export async function unfurl(
  act: Act,
  { where, ts, urls }: Extract<Delivery, { kind: 'links' }>,
): Promise<void> {
  const { parts, client, person, place } = act;
  if (where.kind !== 'direct') return;
  const shown: { url: string; card: DocumentCard }[] = [];
  for (const url of [...new Set(urls)].slice(0, MAX_LINKS)) {
    const card = await parts.desk.documentAt(person, url);
    if (card) shown.push({ url, card });
  }
  if (shown.length === 0) return;
  await parts.desk.record(person, place, {
    ...{ action: 'answer', via: 'slack unfurl', outcome: 'done' },
    shown: shown.map(({ card }) => card.id),
  });
  if (!(await act.work.showing())) throw new TakenOver();
  await client.chat.unfurl({
    ...{ channel: where.channel, ts },
    unfurls: Object.fromEntries(shown.map(({ url, card }) => [url, { blocks: unfurlBlocks(card) }])),
  });
}

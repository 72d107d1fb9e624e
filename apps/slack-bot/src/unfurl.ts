import { audienceOf, readableByAll } from './audience.ts';
import type { Delivery } from './delivery.ts';
import type { DocumentCard } from './desk.ts';
import type { Act } from './parts.ts';
import { unfurlBlocks } from './render/pages.ts';
import { TakenOver } from './show.ts';

/** Of links in one message. */
const MAX_LINKS = 5;

/**
 * A preview stands for everybody who sees the message, and cannot be taken back: it is shown in public channels, where
 * the whole workspace may read the document, or not at all.
 */
export async function unfurl(
  act: Act,
  { where, ts, urls }: Extract<Delivery, { kind: 'links' }>,
): Promise<void> {
  const { parts, client, person, place, botUser } = act;
  const found: { url: string; card: DocumentCard }[] = [];
  for (const url of [...new Set(urls)].slice(0, MAX_LINKS)) {
    const card = await parts.desk.documentAt(person, url);
    if (card) found.push({ url, card });
  }
  if (found.length === 0) return;
  const audience = await audienceOf(where.channel, {
    ...{ client, identity: parts.identity, team: place.team, botUser },
  });
  if (!audience?.isPublic) return;
  const ids = found.map(({ card }) => card.id);
  const open = await readableByAll(audience, ids, parts.desk);
  const shown = found.filter(({ card }) => open.has(card.id));
  if (shown.length === 0) return;
  await parts.desk.record(person, place, {
    ...{ action: 'answer', via: 'slack unfurl', outcome: 'done' },
    ...{ shown: shown.map(({ card }) => card.id), details: { audience: audience.users } },
  });
  if (!(await act.work.showing())) throw new TakenOver();
  await client.chat.unfurl({
    ...{ channel: where.channel, ts },
    unfurls: Object.fromEntries(shown.map(({ url, card }) => [url, { blocks: unfurlBlocks(card) }])),
  });
}

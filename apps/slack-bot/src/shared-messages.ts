import type { DocumentId, JsonValue } from '@fumikura/model';
import type { SharedState } from '@fumikura/ports';
import type { Where } from './delivery.ts';
import type { Act } from './parts.ts';
import { isGone } from './refusal.ts';

const SHARED = 'slack.shared';
const AT_ONCE = 10_000;

/** A message in which somebody shared an answer: it can be taken back. */
export interface SharedMessage {
  readonly team: string;
  readonly channel: string;
  readonly ts: string;
  /** The whole workspace sees it, those who come later too. */
  readonly isPublic: boolean;
  readonly documents: readonly DocumentId[];
}

export async function rememberShared(
  state: SharedState,
  { team, channel, ts, isPublic, documents }: SharedMessage,
): Promise<void> {
  const value = { team, channel, ts, isPublic, documents } as unknown as JsonValue;
  await state.put(SHARED, { key: `${team}/${channel}/${ts}`, value });
}

/**
 * Somebody came into a conversation, or into the workspace when the event names no conversation: what was shared where
 * they see it now and is not for them is taken back.
 */
export async function withdrawFrom(
  { parts, client, botUser }: Pick<Act, 'parts' | 'client' | 'botUser'>,
  where: Where,
): Promise<void> {
  if (where.user === botUser) return;
  const prefix = where.channel ? `${where.team}/${where.channel}/` : `${where.team}/`;
  const entries = await parts.state.list(SHARED, { prefix, limit: AT_ONCE });
  const shared = entries.map(({ key, value }) => ({ key, ...(value as unknown as SharedMessage) }));
  const seen = shared.filter(({ isPublic }) => isPublic || where.channel !== '');
  if (seen.length === 0) return;
  const identified = await parts.identity.of(where.team, where.user);
  for (const { key, channel, ts, documents } of seen) {
    const readable =
      identified.kind === 'person'
        ? await parts.desk.readable(identified.person, documents)
        : new Set<DocumentId>();
    if (documents.every((id) => readable.has(id))) continue;
    await client.chat.delete({ channel, ts }).catch((error: unknown) => {
      // Removed by somebody already: that must not keep the others standing.
      if (!isGone(error)) throw error;
    });
    await parts.state.remove(SHARED, key);
    await parts.desk.record(undefined, where, {
      ...{ action: 'change', via: 'slack withdraw', outcome: 'done' },
      details: { message: ts, documents: documents.length },
    });
  }
}

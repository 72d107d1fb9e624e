import type { DocumentId, JsonValue } from '@fumikura/model';
import type { SharedState, StateEntry } from '@fumikura/ports';
import type { Where } from './delivery.ts';
import type { Act } from './parts.ts';
import { isGone } from './refusal.ts';

const SHARED = 'slack.shared';
const AT_ONCE = 10_000;

/** A message in which somebody shared an answer: it can be taken back. Kept by who installed the app. */
export interface SharedMessage {
  readonly channel: string;
  readonly ts: string;
  /** The whole of its workspaces sees it, those who come later too. */
  readonly isPublic: boolean;
  readonly teams: readonly string[];
  readonly documents: readonly DocumentId[];
}

export async function rememberShared(
  state: SharedState,
  home: string,
  { channel, ts, isPublic, teams, documents }: SharedMessage,
): Promise<void> {
  const value = { channel, ts, isPublic, teams, documents } as unknown as JsonValue;
  await state.put(SHARED, { key: `${home}/${channel}/${ts}`, value });
}

/**
 * Somebody came into a conversation, or into the workspace when the event names no conversation: what was shared where
 * they see it now and is not for them is taken back.
 */
export async function withdrawFrom(
  { parts, client, workspace }: Pick<Act, 'parts' | 'client' | 'workspace'>,
  where: Where,
): Promise<void> {
  const { home, botUser } = workspace;
  if (where.user === botUser) return;
  const entries: StateEntry[] = [];
  // A workspace may have installed the app for itself before its organization did.
  for (const owner of new Set([home, where.team])) {
    const prefix = where.channel ? `${owner}/${where.channel}/` : `${owner}/`;
    entries.push(...(await parts.state.list(SHARED, { prefix, limit: AT_ONCE })));
  }
  const shared = entries.map(({ key, value }) => ({ key, ...(value as unknown as SharedMessage) }));
  const seen = shared.filter(({ isPublic, teams = [where.team] }) =>
    where.channel === '' ? isPublic && teams.includes(where.team) : true,
  );
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

import { AppError } from '@fumikura/errors';
import { asTheyCome } from '@fumikura/http';
import { splitDocumentId } from '@fumikura/model';
import type { DocumentId } from '@fumikura/model';
import type { OwnRights, ReadVerdict } from '@fumikura/ports';
import type { ConfluenceClient } from './client.ts';
import type { ConfluenceConfig } from './config.ts';
import { liveSearch } from './live-search.ts';
import { userPrincipal } from './principals.ts';

const NOT_THEIRS = new Set(['not-found', 'permission']);

/** Of Data Center. @param client asks with the person's token */
export function ownRights(client: ConfluenceClient, config: ConfluenceConfig): OwnRights {
  return {
    account: async (signal) => {
      const path = 'rest/api/user/current';
      const { userKey } = await client.get<{ readonly userKey?: unknown }>(path, {}, signal);
      if (typeof userKey === 'string' && userKey !== '') return userPrincipal(config.id, userKey);
      throw new AppError('SOURCE_ANSWER_INVALID', 'transient', 'the site does not say whose the token is');
    },
    search: (query, signal) => liveSearch({ client, config, signal }, query),
    mayRead: (ids, signal) => mayRead(client, config, ids, signal),
  };
}

/** By asking for each item, which covers space, restrictions and everything above. */
function mayRead(
  client: ConfluenceClient,
  { id: source }: ConfluenceConfig,
  ids: readonly DocumentId[],
  signal: AbortSignal,
): AsyncGenerator<ReadVerdict> {
  return asTheyCome(
    ids.map(async (id) => {
      const split = splitDocumentId(id);
      const [, content = ''] = split?.source === source ? split.externalId.split('/') : [];
      return { id, mayRead: content !== '' && (await isOpen(client, content, signal)) };
    }),
  );
}

async function isOpen(client: ConfluenceClient, content: string, signal: AbortSignal): Promise<boolean> {
  const path = `rest/api/content/${encodeURIComponent(content)}`;
  try {
    const { id } = await client.get<{ readonly id?: unknown }>(path, {}, signal);
    return String(id) === content;
  } catch (error) {
    if (error instanceof AppError && NOT_THEIRS.has(error.kind)) return false;
    throw error;
  }
}

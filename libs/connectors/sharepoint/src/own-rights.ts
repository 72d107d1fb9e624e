import { AppError } from '@fumikura/errors';
import { splitDocumentId } from '@fumikura/model';
import type { DocumentId } from '@fumikura/model';
import type { OwnRights, ReadVerdict } from '@fumikura/ports';
import type { GraphClient } from './client.ts';
import type { SharepointConfig } from './config.ts';
import { liveSearch } from './live-search.ts';

const NOT_THEIRS = new Set(['not-found', 'permission']);

/** @param client asks with the person's token */
export function ownRights(client: GraphClient, config: SharepointConfig): OwnRights {
  return {
    account: async (signal) => {
      const { id } = await client.get<{ readonly id?: unknown }>('me', { $select: 'id' }, signal);
      if (typeof id === 'string' && id !== '') return `user:${config.id}:${id}`;
      throw new AppError('SOURCE_ANSWER_INVALID', 'transient', 'the service does not say whose the token is');
    },
    search: (query, signal) => liveSearch({ client, config, signal }, query, 'as-person'),
    mayRead: (ids, signal) => mayRead(client, config, ids, signal),
  };
}

/** By asking for each item: what is not theirs is not found. Twenty a request. */
async function* mayRead(
  client: GraphClient,
  config: SharepointConfig,
  ids: readonly DocumentId[],
  signal: AbortSignal,
): AsyncGenerator<ReadVerdict> {
  const paths = ids.map((id) => pathOf(config, id));
  const known = ids.flatMap((id, at) => (paths[at] === undefined ? [] : [{ id, path: paths[at] }]));
  for (const [at, path] of paths.entries())
    if (path === undefined) yield { id: ids[at] as DocumentId, mayRead: false };
  const parts = await client.batch<{ readonly id?: unknown }>(
    known.map(({ path }) => path),
    signal,
  );
  for (const [at, part] of parts.entries()) {
    const { id } = known[at] as { id: DocumentId };
    if ('body' in part) yield { id, mayRead: typeof part.body?.id === 'string' };
    else if (NOT_THEIRS.has(part.error.kind)) yield { id, mayRead: false };
    else throw part.error;
  }
}

function pathOf({ id: source }: SharepointConfig, id: DocumentId): string | undefined {
  const split = splitDocumentId(id);
  if (split?.source !== source) return undefined;
  const [kind, container = '', what = '', listId, itemId] = split.externalId
    .split('/')
    .map(encodeURIComponent);
  if (kind === 'drive') return `drives/${container}/items/${what}?$select=id`;
  const site = `sites/${decodeURIComponent(container)}`;
  if (what === 'page' && listId) return `${site}/pages/${listId}/microsoft.graph.sitePage?$select=id`;
  return what === 'list' && listId && itemId
    ? `${site}/lists/${listId}/items/${itemId}?$select=id`
    : undefined;
}

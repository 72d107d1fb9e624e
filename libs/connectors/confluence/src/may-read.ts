import type { AppError } from '@fumikura/errors';
import { asTheyCome } from '@fumikura/http';
import { splitDocumentId } from '@fumikura/model';
import type { DocumentId, Principal } from '@fumikura/model';
import type { ReadVerdict } from '@fumikura/ports';
import type { ConfluenceClient } from './client.ts';
import type { ConfluenceConfig } from './config.ts';

/**
 * One question an item and account, which covers site, space, restrictions and everything above. About others only an
 * administrator of Confluence may ask. About the anonymous nobody can: without an account nothing is confirmed.
 */
export function mayRead(
  client: ConfluenceClient,
  { id: source }: ConfluenceConfig,
  accounts: readonly Principal[],
  ids: readonly DocumentId[],
  signal: AbortSignal,
): AsyncGenerator<ReadVerdict> {
  const people = accounts.map((account) => account.slice(`user:${source}:`.length));
  return asTheyCome(
    ids.map(async (id) => {
      const [, content = ''] = splitDocumentId(id)?.externalId.split('/') ?? [];
      for (const person of people)
        if (await isAllowed(client, content, person, signal)) return { id, mayRead: true };
      return { id, mayRead: false };
    }),
  );
}

async function isAllowed(
  client: ConfluenceClient,
  content: string,
  person: string,
  signal: AbortSignal,
): Promise<boolean> {
  const path = `rest/api/content/${encodeURIComponent(content)}/permission/check`;
  const body = { subject: { type: 'user', identifier: person }, operation: 'read' };
  try {
    const { hasPermission } = await client.ask<{ readonly hasPermission?: unknown }>(path, body, signal);
    return hasPermission === true;
  } catch (error) {
    // Gone, or hidden from our account: nobody's.
    if ((error as AppError).kind === 'not-found') return false;
    throw error;
  }
}

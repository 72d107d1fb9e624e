import { createAccess, createLinkedDirectory, createLocalDirectory, LOCAL_ISSUER } from '@fumikura/access';
import { prepareBlocks, prepareContent, prepareFile, DEFAULT_LIMITS } from '@fumikura/documents';
import { readItem } from '@fumikura/ingest';
import type { DocumentId, Principal } from '@fumikura/model';
import type { AccessFilter, Connector, Store } from '@fumikura/ports';
import { createKnowledge, withLiveSources } from '@fumikura/retrieval';
import type { Knowledge, KnowledgeQuery, LiveOptions, SearchPage } from '@fumikura/retrieval';

export const never = new AbortController().signal;

/** The real parser, in this thread. */
export const readNow: LiveOptions['read'] = (document, signal) =>
  readItem(
    document,
    {
      prepare: async (input) => {
        if ('blocks' in input) return prepareBlocks(input.blocks, DEFAULT_LIMITS);
        return 'path' in input ? prepareFile(input, DEFAULT_LIMITS) : prepareContent(input, DEFAULT_LIMITS);
      },
    },
    signal,
  );

/** What a person of a source may read, as the product works it out. */
export function filterOf(store: Store, accounts: readonly Principal[]): Promise<AccessFilter> {
  const person = { id: 'asker', accounts: accounts.filter((each) => each !== 'anyone') };
  const local = createLocalDirectory([person.id], [], '1');
  const access = createAccess(store.catalog, createLinkedDirectory(local, store.catalog, [person]));
  return access.filterFor({ issuer: LOCAL_ISSUER, subject: person.id });
}

export async function liveOver(
  store: Store,
  connectors: readonly Connector[],
  options: Partial<LiveOptions> = {},
): Promise<Knowledge> {
  return withLiveSources(await createKnowledge({ store }), {
    catalog: store.catalog,
    sources: connectors.map((connector) => ({ id: connector.id, connector: async () => connector })),
    read: readNow,
    maySee: () => true,
    ...options,
  });
}

export interface Asked {
  readonly page: SearchPage;
  readonly withheld: readonly DocumentId[];
}

export async function ask(
  knowledge: Knowledge,
  access: AccessFilter,
  query: string,
  more: Partial<KnowledgeQuery> = {},
): Promise<Asked> {
  const withheld: DocumentId[] = [];
  const page = await knowledge.search({ query, live: true, limit: 50, ...more }, access, never, (found) =>
    withheld.push(...found.map(({ id }) => id)),
  );
  return { page, withheld };
}

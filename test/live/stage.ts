import { createAccess, createLinkedDirectory, createLocalDirectory, LOCAL_ISSUER } from '@fumikura/access';
import { prepareBlocks, prepareContent, prepareFile, DEFAULT_LIMITS } from '@fumikura/documents';
import { readItem } from '@fumikura/ingest';
import type { DocumentId, Principal, SourceDocument, SourceId } from '@fumikura/model';
import type { AccessFilter, Change, Connector, LiveAnswer, Store } from '@fumikura/ports';
import { createKnowledge, withLiveSources } from '@fumikura/retrieval';
import type { Knowledge, KnowledgeQuery, LiveOptions, SearchPage } from '@fumikura/retrieval';

export const never = new AbortController().signal;
export const USER = 'user:wiki:one:alice';
const READERS = 'readers';

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

export function page(source: SourceId, name: string, more: Partial<SourceDocument> = {}): SourceDocument {
  return {
    id: `${source}/${name}`,
    source,
    externalId: name,
    kind: 'page',
    url: `https://wiki.example/${name}`,
    title: `Rotating keys, ${name}`,
    version: '1',
    acl: { allow: [`${source}/${READERS}`] },
    updatedAt: '2026-03-01T00:00:00.000Z',
    body: { type: 'blocks', blocks: [{ type: 'paragraph', text: `How keys are rotated, ${name}.` }] },
    ...more,
  };
}

/** A source in memory: what its search gives, and how it reads its items. */
export function sourceOf(
  id: SourceId,
  documents: readonly SourceDocument[],
  search: (signal: AbortSignal) => Promise<LiveAnswer> = async () => ({
    hits: documents.map(({ id: document, updatedAt }) => ({ id: document, ...(updatedAt && { updatedAt }) })),
  }),
  readers: readonly string[] = [USER],
): Connector & { asked: number; read: string[] } {
  const connector = {
    id,
    asked: 0,
    read: [] as string[],
    removals: 'reported' as const,
    check: async () => ({ missing: [], counts: {} }),
    pull: () => {
      throw new Error('nothing is synced here');
    },
    search: (_: unknown, signal: AbortSignal) => {
      connector.asked++;
      return search(signal);
    },
    refresh: async function* (ids: readonly string[]): AsyncGenerator<readonly Change[]> {
      const list = {
        id: `${id}/${READERS}`,
        members: readers as [typeof USER],
        readAt: '2026-03-02T00:00:00Z',
      };
      for (const wanted of ids) {
        connector.read.push(wanted);
        const document = documents.find((each) => each.id === wanted);
        yield [
          { kind: 'list', list },
          document ? { kind: 'upsert', document } : { kind: 'remove', id: wanted },
        ];
      }
    },
  };
  return connector;
}

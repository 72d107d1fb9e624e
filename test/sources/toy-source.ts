import { AppError } from '@fumikura/errors';
import { createHttpClient, createPolicedFetch } from '@fumikura/http';
import type { HttpClock } from '@fumikura/http';
import type { DocumentId, SourceDocument, SourceId } from '@fumikura/model';
import { documentId } from '@fumikura/model';
import type { Change, Connector } from '@fumikura/ports';
import type { SimulatedAnswer, SimulatedRequest } from '../simulators/kit/simulator.ts';

/** The smallest source with everything a connector has to deal with: pages, changes, removals, readers, a token. */
export interface ToyItem {
  readonly name: string;
  readonly text: string;
  readonly readers: readonly string[];
  /** Rises with every change of any item. */
  readonly sequence: number;
  readonly isRemoved: boolean;
}

const PAGE = 50;

/** What the toy source answers: `GET /items?after=<sequence>` in pages, `GET /names?page=<n>`. */
export class ToyServer {
  readonly items = new Map<string, ToyItem>();
  readonly token: string;
  #sequence = 0;

  constructor(token: string) {
    this.token = token;
  }

  put(name: string, change: Partial<Pick<ToyItem, 'text' | 'readers' | 'isRemoved'>>): void {
    const before = this.items.get(name) ?? { text: '', readers: [], isRemoved: false };
    this.items.set(name, { ...before, ...change, name, sequence: ++this.#sequence });
  }

  answer({ url, headers }: SimulatedRequest): SimulatedAnswer | undefined {
    if (headers['authorization'] !== `Bearer ${this.token}`) return { status: 401, body: { message: 'no' } };
    const all = [...this.items.values()].sort((a, b) => a.sequence - b.sequence);
    if (url.pathname === '/items') {
      const after = Number(url.searchParams.get('after') ?? 0);
      const page = all.filter(({ sequence }) => sequence > after).slice(0, PAGE);
      return { status: 200, body: { items: page, hasMore: page.length === PAGE } };
    }
    if (url.pathname !== '/names') return undefined;
    const names = all.filter(({ isRemoved }) => !isRemoved).map(({ name }) => name);
    const from = Number(url.searchParams.get('page') ?? 0) * PAGE;
    return {
      status: 200,
      body: { names: names.slice(from, from + PAGE), hasMore: from + PAGE < names.length },
    };
  }
}

interface ToyPage {
  readonly items: readonly ToyItem[];
  readonly hasMore: boolean;
}

export interface ToyConfig {
  readonly id: SourceId;
  readonly baseUrl: string;
  readonly token: string;
  readonly clock?: HttpClock;
}

export function createToyConnector({ id, baseUrl, token, clock }: ToyConfig): Connector<{ after: number }> {
  const home = new URL(baseUrl);
  const client = createHttpClient({
    baseUrl: home,
    fetch: createPolicedFetch({ home, userAgent: 'fumikura-toy', ...(clock && { clock }) }),
    authorise: async () => ({ authorization: `Bearer ${token}` }),
  });
  const everybody = `${id}/readers`;
  const page = async (after: number, signal: AbortSignal) =>
    (await client.json<ToyPage>({ path: '/items', query: { after }, signal })).body;

  async function* pull(from: { after: number } | undefined, signal: AbortSignal) {
    for (let after = from?.after ?? 0, hasMore = true; hasMore;) {
      signal.throwIfAborted();
      const { items, hasMore: goesOn } = await page(after, signal);
      after = items.at(-1)?.sequence ?? after;
      const readAt = new Date().toISOString();
      const list = { id: everybody, members: ['anyone' as const], readAt };
      const changes = items.flatMap((item) => changesOf(id, everybody, item, readAt));
      yield { changes: [{ kind: 'list' as const, list }, ...changes], checkpoint: { after } };
      hasMore = goesOn;
    }
  }

  async function* listIds(signal: AbortSignal): AsyncGenerator<readonly DocumentId[]> {
    for (let number = 0, hasMore = true; hasMore; number++) {
      const request = { path: '/names', query: { page: number }, signal };
      const { body } = await client.json<{ names: readonly string[]; hasMore: boolean }>(request);
      yield body.names.map((name) => documentId(id, name));
      hasMore = body.hasMore;
    }
  }

  return {
    id,
    removals: 'reported',
    check: async (signal) => {
      await page(0, signal);
      return { missing: [], counts: {} };
    },
    pull,
    listIds,
  };
}

function changesOf(id: SourceId, everybody: string, item: ToyItem, readAt: string): Change[] {
  if (item.isRemoved) return [{ kind: 'remove', id: documentId(id, item.name) }];
  if (item.name === '') {
    const error = new AppError('SOURCE_ANSWER_INVALID', 'invalid-input', 'an item without a name');
    return [{ kind: 'failed', id: documentId(id, '?'), error }];
  }
  const own = { id: `${id}/item/${item.name}/readers`, members: item.readers.map(principalOf(id)), readAt };
  const isRestricted = item.readers.length > 0;
  const document: SourceDocument = {
    id: documentId(id, item.name),
    source: id,
    externalId: item.name,
    kind: 'item',
    url: `https://toy.example/${encodeURIComponent(item.name)}`,
    title: item.name,
    version: String(item.sequence),
    acl: { allow: isRestricted ? [everybody, own.id] : [everybody] },
    body: { type: 'blocks', blocks: [{ type: 'paragraph', text: item.text }] },
  };
  return [
    ...(isRestricted ? [{ kind: 'list' as const, list: own }] : []),
    { kind: 'upsert' as const, document },
  ];
}

function principalOf(id: SourceId) {
  return (reader: string) => `user:${id}:${reader}` as const;
}

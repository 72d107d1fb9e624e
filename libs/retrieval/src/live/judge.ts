import { admits } from '@fumikura/access';
import type { AllowList, AllowListId, DocumentId, SourceDocument } from '@fumikura/model';
import type {
  AccessFilter,
  Catalog,
  Change,
  Connector,
  DocumentRecord,
  LiveHit,
  OwnRights,
} from '@fumikura/ports';
import type { LiveItem, ReadItem } from './types.ts';

export interface JudgeParts {
  readonly catalog: Pick<Catalog, 'known' | 'readable' | 'lists'>;
  readonly read: ReadItem;
  /** Items that are read at most. */
  readonly reads: number;
  /** Where the source was asked by the caller themselves: then it decides, now, of what the index does not open. */
  readonly rights?: OwnRights;
}

/** Filled as the truth is found out, so that what is known when time ends is not lost. */
export interface Judged {
  readonly items: Map<DocumentId, LiveItem>;
  readonly withheld: Set<DocumentId>;
  /** Found and neither shown nor refused, because nobody knows yet who may read it. */
  readonly open: Set<DocumentId>;
}

export function nothingJudged(): Judged {
  return { items: new Map(), withheld: new Set(), open: new Set() };
}

/**
 * Which of the hits the caller may read. Of what is indexed the index knows the readers; what it does not know, and what changed since,
 * is read with its readers. Whatever stays in doubt is not among the items.
 */
export async function judge(
  { catalog, read, reads, rights }: JudgeParts,
  connector: Connector,
  hits: readonly LiveHit[],
  access: AccessFilter,
  judged: Judged,
  signal: AbortSignal,
): Promise<void> {
  // A source speaks for its own items alone.
  const own = hits.filter(({ id }) => id.startsWith(`${connector.id}/`));
  const ranks = new Map(own.map(({ id }, at) => [id, at + 1]));
  const ids = [...ranks.keys()];
  const [known, records] = await Promise.all([catalog.known(ids), catalog.readable(ids, access)]);
  const readable = new Map(records.map((record) => [record.id, record]));
  const wanted: DocumentId[] = [];
  for (const hit of own) {
    const record = readable.get(hit.id);
    if (record) judged.items.set(hit.id, { id: hit.id, rank: ranks.get(hit.id) ?? 0, record });
    else if (known.has(hit.id) && !rights) judged.withheld.add(hit.id);
    else judged.open.add(hit.id);
    if (record ? isNewer(hit, record) : judged.open.has(hit.id)) wanted.push(hit.id);
  }
  const reading = wanted.slice(0, reads);
  if (reading.length === 0 || !connector.refresh) return;
  const lists = new Map<AllowListId, AllowList>();
  for await (const changes of connector.refresh(reading, signal)) {
    for (const change of changes) if (change.kind === 'list') lists.set(change.list.id, change.list);
    for (const change of changes) {
      const id = idOf(change);
      const rank = id === undefined ? undefined : ranks.get(id);
      if (id === undefined || rank === undefined || !reading.includes(id)) continue;
      if (change.kind === 'upsert') await settle(change.document, rank);
      else if (change.kind === 'remove') refuse(id);
    }
  }

  async function settle(document: SourceDocument, rank: number): Promise<void> {
    if (!(await opens(document))) return refuse(document.id);
    const write = await read(document, signal);
    judged.items.set(document.id, { id: document.id, rank, write });
    judged.open.delete(document.id);
  }

  /** Our account read it: whether the caller may is asked of the source, or of the lists that came with it. */
  async function opens(document: SourceDocument): Promise<boolean> {
    if (rights) return mayReadOne(rights, document.id, signal);
    const missing = document.acl.allow.filter((id) => !lists.has(id));
    const stored = missing.length > 0 ? await catalog.lists(missing) : [];
    const all = new Map([...stored.map((list) => [list.id, list] as const), ...lists]);
    return admits(document.acl, all, access);
  }

  function refuse(id: DocumentId): void {
    judged.items.delete(id);
    judged.open.delete(id);
    judged.withheld.add(id);
  }
}

async function mayReadOne(rights: OwnRights, id: DocumentId, signal: AbortSignal): Promise<boolean> {
  for await (const verdict of rights.mayRead([id], signal)) if (verdict.id === id) return verdict.mayRead;
  return false;
}

/** Without a time on either side the index is believed. */
function isNewer({ updatedAt }: LiveHit, record: DocumentRecord): boolean {
  return Date.parse(updatedAt ?? '') > Date.parse(record.updatedAt ?? '');
}

function idOf(change: Change): DocumentId | undefined {
  if (change.kind === 'upsert') return change.document.id;
  return change.kind === 'remove' ? change.id : undefined;
}

import type { Acl, DocumentId } from '@fumikura/model';
import type { Catalog, Change, Connector } from '@fumikura/ports';

const PAGE = 50;

/** Documents that are part of an item and indexed now, files inside them included. */
export async function partsOf(
  connector: Connector,
  catalog: Catalog,
  item: DocumentId,
): Promise<DocumentId[]> {
  const parts: DocumentId[] = [];
  if (!connector.partOf) return parts;
  for (let after = `${item}/`; ;) {
    const ids = await catalog.listIds(connector.id, after, PAGE);
    const below = ids.filter((id) => id.startsWith(`${item}/`));
    parts.push(...below);
    // In the order of ids: what does not begin so any more ends them.
    if (below.length < PAGE) return parts;
    after = below.at(-1) ?? after;
  }
}

/** Parts of the items told by these changes that are indexed and no longer told. */
export async function partsGone(
  connector: Connector,
  catalog: Catalog,
  changes: readonly Change[],
): Promise<DocumentId[]> {
  const { partOf } = connector;
  if (!partOf) return [];
  const told = new Set(
    changes.flatMap((each) =>
      each.kind === 'upsert' ? [each.document.id] : each.kind === 'failed' ? [each.id] : [],
    ),
  );
  const gone: DocumentId[] = [];
  for (const change of changes) {
    if (change.kind !== 'upsert' || partOf(change.document.id) !== undefined) continue;
    const parts = await partsOf(connector, catalog, change.document.id);
    gone.push(...parts.filter((id) => !told.has(id) && !told.has(insideOf(id))));
  }
  return gone;
}

/** The document a file inside lies in: it comes and goes with that one. */
function insideOf(id: DocumentId): DocumentId {
  return id.replace(/!\d+\/.*$/su, '');
}

/** A part's readers after its item's have changed: the item's new lists, and what the part had beside the old ones. */
export function followingAcl(connector: Connector, part: Acl, before: Acl, after: Acl): Acl {
  const inherited = new Set(before.allow);
  const theirs = part.allow.filter((list) => !inherited.has(list));
  const own = connector.ownLists?.(theirs, after) ?? theirs;
  const deny = [...new Set([...(part.deny ?? []), ...(after.deny ?? [])])];
  // Empty is closed, and what it was before is not known any more: only its item, told again, opens it.
  const isClosed = after.allow.length === 0 || part.allow.length === 0;
  const allow = isClosed ? [] : [...new Set([...after.allow, ...own])];
  return { allow, ...(deny.length > 0 && { deny }) };
}

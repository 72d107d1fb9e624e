import type { DocumentId, JsonValue } from '@fumikura/model';
import { aclKey, NOBODY } from '@fumikura/model';
import type { Change, Connector, KnownVersion, Store } from '@fumikura/ports';
import { followingAcl } from './parts.ts';
import type { BatchWriter } from './writer.ts';

export interface AccessRunParts {
  readonly store: Store;
  readonly connector: Connector;
  readonly writer: BatchWriter;
  readonly signal: AbortSignal;
  /** Files inside a document have its readers. */
  readonly childrenOf: (id: DocumentId) => Promise<readonly DocumentId[]>;
  /** Parts of an item have its lists and their own. */
  readonly partsOf: (id: DocumentId) => Promise<readonly DocumentId[]>;
  readonly progressed: () => void;
}

/**
 * Reads readers again and nothing else. A document that is not indexed yet is left to the content pass, which brings its
 * readers along. Nothing of it moves the checkpoint of the content.
 */
export async function readAccess(parts: AccessRunParts): Promise<void> {
  const { store, connector, writer, signal } = parts;
  const from: JsonValue | undefined = undefined;
  for await (const { changes } of connector.pullAccess?.(from, signal) ?? []) {
    signal.throwIfAborted();
    const known = await store.catalog.known(
      changes.flatMap((change) => (change.kind === 'acl' || change.kind === 'remove' ? [change.id] : [])),
    );
    for (const change of changes) await take(parts, change, known);
    await writer.flush();
    parts.progressed();
  }
}

async function take(
  { store, connector, writer, childrenOf, partsOf }: AccessRunParts,
  change: Change,
  known: ReadonlyMap<DocumentId, KnownVersion>,
): Promise<void> {
  if (change.kind === 'list') return writer.list(change.list);
  writer.count('read');
  if (change.kind === 'failed') return writer.fail(change.id, change.error);
  if (change.kind === 'upsert') return writer.count('unchanged');
  // What is said to be gone is closed; the content pass removes it, behind its guards.
  const acl = change.kind === 'acl' ? change.acl : NOBODY;
  const before = known.get(change.id);
  if (!before || aclKey(before.acl) === aclKey(acl)) return writer.count('unchanged');
  for (const id of [change.id, ...(await childrenOf(change.id))]) writer.acl(id, acl);
  const parts = await partsOf(change.id);
  if (parts.length === 0) return;
  for (const [id, part] of await store.catalog.known(parts))
    writer.acl(id, followingAcl(connector, part.acl, before.acl, acl));
}

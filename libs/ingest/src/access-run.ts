import type { DocumentId, JsonValue } from '@fumikura/model';
import { aclKey, NOBODY } from '@fumikura/model';
import type { Change, Connector, KnownVersion, Store } from '@fumikura/ports';
import type { ErrorBudget } from './budget.ts';
import type { IngestLimits } from './types.ts';
import { followingAcl } from './parts.ts';
import type { BatchWriter } from './writer.ts';

export interface AccessRunParts {
  readonly store: Store;
  readonly connector: Connector;
  readonly writer: BatchWriter;
  readonly budget: ErrorBudget;
  readonly limits: IngestLimits;
  readonly now: () => number;
  readonly signal: AbortSignal;
  readonly isDry: boolean;
  /** Files inside a document have its readers. */
  readonly childrenOf: (id: DocumentId) => Promise<readonly DocumentId[]>;
  /** Parts of an item have its lists and their own. */
  readonly partsOf: (id: DocumentId) => Promise<readonly DocumentId[]>;
  /** After each batch. */
  readonly progressed: () => Promise<void>;
}

/** Where a pass that broke off stood, and when it had begun (milliseconds since 1970). */
type Standing = { readonly begun: number; readonly from: JsonValue };

/**
 * Reads readers again and nothing else. A document that is not indexed yet is left to the content pass, which brings its
 * readers along. Nothing of it moves the checkpoint of the content; each batch is in force as soon as it was read.
 */
export async function readAccess(parts: AccessRunParts): Promise<void> {
  const { store, connector, writer, signal, isDry } = parts;
  const standing = isDry ? undefined : await resumable(parts);
  const begun = standing?.begun ?? parts.now();
  for await (const { changes, checkpoint } of connector.pullAccess?.(standing?.from, signal) ?? []) {
    signal.throwIfAborted();
    const known = await store.catalog.known(
      changes.flatMap((change) => (change.kind === 'acl' || change.kind === 'remove' ? [change.id] : [])),
    );
    for (const change of changes) await take(parts, change, known);
    const stands: Standing = { begun, from: checkpoint };
    await writer.flush({ accessCheckpoint: stands });
    await parts.progressed();
  }
  if (!isDry) await store.catalog.clearCheckpoint(connector.id, 'access');
}

/** What was read too long ago is read again, so that a pass never ends with readers older than that. */
async function resumable({ store, connector, limits, now }: AccessRunParts): Promise<Standing | undefined> {
  const saved = (await store.catalog.checkpoint(connector.id, 'access')) as Standing | undefined;
  return saved && now() - saved.begun < limits.resumeAccessMs ? saved : undefined;
}

async function take(
  { store, connector, writer, budget, childrenOf, partsOf }: AccessRunParts,
  change: Change,
  known: ReadonlyMap<DocumentId, KnownVersion>,
): Promise<void> {
  if (change.kind === 'list') return writer.list(change.list);
  writer.count('read');
  if (change.kind === 'failed') {
    writer.fail(change.id, change.error);
    return budget.failed(change.error.publicMessage);
  }
  budget.succeeded();
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

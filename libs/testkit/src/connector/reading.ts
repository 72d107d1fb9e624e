import type { DocumentId, JsonValue, SourceDocument } from '@fumikura/model';
import type { Connector } from '@fumikura/ports';
import type { SourceUnderTest } from './source-under-test.ts';

export interface Pulled {
  readonly documents: ReadonlyMap<DocumentId, SourceDocument>;
  readonly removed: ReadonlySet<DocumentId>;
  /** Lists told so far when each document came: a document may name no other. */
  readonly untold: readonly string[];
  readonly checkpoints: readonly JsonValue[];
}

/** What a sync would see, from a checkpoint on, of at most so many batches. */
export async function pull(connector: Connector, from?: JsonValue, batches = Infinity): Promise<Pulled> {
  const documents = new Map<DocumentId, SourceDocument>();
  const removed = new Set<DocumentId>();
  const lists = new Set<string>();
  const untold: string[] = [];
  const checkpoints: JsonValue[] = [];
  for await (const { changes, checkpoint } of connector.pull(from, new AbortController().signal)) {
    // A list counts as told in the batch of its first document, wherever in the batch it stands.
    for (const change of changes) if (change.kind === 'list') lists.add(change.list.id);
    for (const change of changes) {
      if (change.kind === 'remove') removed.add(change.id);
      if (change.kind !== 'upsert') continue;
      const { document } = change;
      documents.set(document.id, document);
      untold.push(...document.acl.allow.filter((list) => !lists.has(list)));
    }
    checkpoints.push(checkpoint);
    if (checkpoints.length >= batches) break;
  }
  return { documents, removed, untold, checkpoints };
}

export async function listed(connector: Connector): Promise<Set<DocumentId>> {
  const ids = new Set<DocumentId>();
  if (!connector.listIds) throw new Error('this connector lists nothing: skip the cases about listings');
  for await (const part of connector.listIds(new AbortController().signal))
    for (const id of part) ids.add(id);
  return ids;
}

export async function fill(source: SourceUnderTest, count: number): Promise<void> {
  for (let index = 0; index < count; index++) await source.put(`item${index}`, `text of item ${index}`);
}

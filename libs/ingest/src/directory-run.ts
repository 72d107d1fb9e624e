import { randomUUID } from 'node:crypto';
import type { Connector, DirectoryRecord, Lease, Store } from '@fumikura/ports';

export interface DirectoryRunParts {
  readonly signal: AbortSignal;
  readonly lease: Lease;
  readonly progressed: () => void;
}

/** The source's accounts and groups, whole or not at all: what breaks off leaves the directory as it was. */
export async function readDirectory(
  store: Store,
  connector: Connector,
  { signal, lease, progressed }: DirectoryRunParts,
): Promise<DirectoryRecord | undefined> {
  if (!connector.directory) return undefined;
  const run = randomUUID();
  for await (const part of connector.directory(signal)) {
    signal.throwIfAborted();
    await store.catalog.stageDirectory(connector.id, run, part);
    progressed();
  }
  return store.catalog.completeDirectory(connector.id, run, lease);
}

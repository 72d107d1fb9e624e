import { AppError } from '@fumikura/errors';
import type { DocumentId, SourceId } from '@fumikura/model';
import type { Lease } from '@fumikura/ports';
import type { InstalledStore } from './store.ts';

/** Read and written at once: bounds what is held in memory. */
const PAGE = 100;

export interface HeldSources {
  leaseOf(store: InstalledStore, source: SourceId): Lease | undefined;
  /** Often enough, by whoever gets on. */
  renew(): Promise<void>;
  release(): Promise<void>;
}

/**
 * Keeps syncs of these sources off in all processes.
 * @param what keeps them off, for whoever is refused
 * @param leaseMs how long it does so after a process that dies
 * @throws AppError SYNC_RUNNING (conflict)
 */
export async function holdSources(
  stores: readonly InstalledStore[],
  sources: readonly SourceId[],
  { what, leaseMs }: { readonly what: string; readonly leaseMs: number },
): Promise<HeldSources> {
  const holder = `${what} ${process.pid}`;
  const held: { store: InstalledStore; lease: Lease }[] = [];
  const release = async () => {
    for (const { store, lease } of held) await store.catalog.releaseLease(lease);
  };
  for (const store of stores) {
    for (const source of sources) {
      const lease = await store.catalog.acquireLease(source, holder, leaseMs);
      if (lease.holder !== holder) {
        await release();
        throw new AppError('SYNC_RUNNING', 'conflict', `${source} is held by ${lease.holder}`, {
          publicMessage: `A sync of ${source} is running. Wait for its end, or stop it, and try again then.`,
        });
      }
      held.push({ store, lease });
    }
  }
  let renewedAt = Date.now();
  return {
    release,
    leaseOf: (store, source) =>
      held.find((each) => each.store === store && each.lease.source === source)?.lease,
    renew: async () => {
      if (Date.now() - renewedAt < leaseMs / 4) return;
      renewedAt = Date.now();
      for (const each of held) each.lease = await each.store.catalog.renewLease(each.lease, leaseMs);
    },
  };
}

export async function* pagesOf(
  store: InstalledStore,
  source: SourceId,
  signal: AbortSignal,
): AsyncGenerator<readonly DocumentId[]> {
  for (let after: DocumentId | undefined; ;) {
    signal.throwIfAborted();
    const ids: readonly DocumentId[] = await store.catalog.listIds(source, after, PAGE);
    if (ids.length === 0) return;
    yield ids;
    after = ids.at(-1);
  }
}

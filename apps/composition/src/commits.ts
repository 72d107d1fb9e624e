import type { DocumentId } from '@fumikura/model';
import type { Store, StoreBatch } from '@fumikura/ports';

export type Changed = (ids: readonly DocumentId[]) => void;
export type OnChanged = (listener: Changed) => () => void;

/** A store that tells which documents its commits touched, once they are durable. */
export function watchCommits(store: Store): { readonly store: Store; readonly onChanged: OnChanged } {
  const listeners = new Set<Changed>();
  const watched: Store = {
    catalog: store.catalog,
    index: store.index,
    commit: async (batch) => {
      await store.commit(batch);
      const ids = touched(batch);
      if (ids.length > 0) for (const listener of listeners) listener(ids);
    },
    close: () => store.close(),
  };
  return {
    store: watched,
    onChanged: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

function touched({ upserts = [], heads = [], acls = [], removals = [] }: StoreBatch): DocumentId[] {
  return [
    ...upserts.map(({ document }) => document.id),
    ...heads.map(({ id }) => id),
    ...acls.map(({ id }) => id),
    ...removals,
  ];
}

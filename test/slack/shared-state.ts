import { createPostgresCatalog } from '@fumikura/store-postgres';
import type { SharedState } from '@fumikura/ports';
import { createSqliteStore } from '@fumikura/store-sqlite';

/** Of an installation that several processes open. */
export type StateAddress =
  { readonly kind: 'sqlite'; readonly file: string } | { readonly kind: 'postgres'; readonly url: string };

export async function openShared(
  address: StateAddress,
): Promise<{ readonly state: SharedState; close(): Promise<void> }> {
  if (address.kind === 'sqlite') {
    const store = await createSqliteStore({ file: address.file, inline: true });
    return { state: store.catalog.state, close: () => store.close() };
  }
  const { catalog, close } = await createPostgresCatalog({ url: address.url });
  return { state: catalog.state, close };
}

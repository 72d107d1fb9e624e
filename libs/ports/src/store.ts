import type { Catalog, StoreBatch } from './catalog.ts';
import type { SearchIndex } from './search-index.ts';

/**
 * Catalog and index of one installation. `commit` makes a batch visible in both or in neither; an adapter whose halves
 * share no transaction marks, writes and confirms instead. Idempotent by document version.
 */
export interface Store {
  readonly catalog: Catalog;
  readonly index: SearchIndex;
  commit(batch: StoreBatch): Promise<void>;
  close(): Promise<void>;
}

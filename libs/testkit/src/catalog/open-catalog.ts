import type { Catalog, Store } from '@fumikura/ports';
import type { Case, Closable } from '../contract.ts';

export interface OpenCatalog extends Closable {
  readonly catalog: Catalog;
  readonly commit: Store['commit'];
}

export type CatalogCases = Readonly<Record<string, Case<OpenCatalog>>>;

/** The sources of these cases; a document of one is `test:wiki/<name>`. */
export const WIKI = 'test:wiki';
export const MAIL = 'test:mail';

import type { AllowList, DirectoryPart, DocumentId, SourceId } from '@fumikura/model';
import type { DocumentWrite } from './catalog.ts';

/**
 * What moving an installation to another engine needs beside `Catalog`: everything as it was written. Checks no rights;
 * for the operator's own commands alone.
 */
export interface StoreExport {
  /** Those of these documents that are there, with the vectors of the index when every chunk has one. */
  documents(ids: readonly DocumentId[]): Promise<readonly DocumentWrite[]>;
  /** Lists that were read, by the source that gave them; undefined for those that no source gave. */
  lists(): Promise<
    readonly { readonly source: SourceId | undefined; readonly lists: readonly AllowList[] }[]
  >;
  /** The directory of a source as it was last read whole. */
  directory(source: SourceId): Promise<DirectoryPart | undefined>;
  settings(): Promise<readonly { readonly name: string; readonly value: string }[]>;
}

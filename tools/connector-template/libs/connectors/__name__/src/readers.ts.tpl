import type { AllowList, SourceId } from '@fumikura/model';
import { NOBODY } from '@fumikura/model';

/** Who may read a thing of the source, by ids that never change. What cannot be read is a list with nobody in it. */
export function readersOf(_source: SourceId): { readonly acl: typeof NOBODY; readonly lists: readonly AllowList[] } {
  return { acl: NOBODY, lists: [] };
}

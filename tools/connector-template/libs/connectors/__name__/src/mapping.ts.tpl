import type { Acl, SourceDocument, SourceId } from '@fumikura/model';
import { documentId } from '@fumikura/model';

/** An item as the source tells it: the fields that are read, and no others. */
export interface __Name__Item {
  readonly id: string;
  readonly title: string;
  readonly text: string;
  readonly url: string;
  /** Changes whenever anything that is indexed changes. */
  readonly version: string;
}

export function toDocument(source: SourceId, item: __Name__Item, acl: Acl): SourceDocument {
  return {
    id: documentId(source, item.id),
    source,
    externalId: item.id,
    kind: 'page',
    url: item.url,
    title: item.title,
    version: item.version,
    acl,
    body: { type: 'blocks', blocks: [{ type: 'paragraph', text: item.text }] },
  };
}

import type { Acl, DocumentHead, DocumentId } from '@fumikura/model';
import type { DocumentWrite, StoreBatch } from '@fumikura/ports';

/** A batch in which each document is named once, with what all its entries say together. */
export interface FoldedBatch extends Omit<StoreBatch, 'upserts' | 'heads' | 'acls' | 'removals'> {
  readonly upserts: readonly DocumentWrite[];
  readonly heads: readonly DocumentHead[];
  readonly acls: ReadonlyMap<DocumentId, Acl>;
  readonly removals: readonly DocumentId[];
}

/** In the order in which a batch takes effect: removals, documents, facts, ACLs. */
export function foldBatch(batch: StoreBatch): FoldedBatch {
  const { upserts = [], heads = [], acls = [], removals = [], ...rest } = batch;
  const writes = new Map(upserts.map((write) => [write.document.id, write]));
  const gone = new Set(removals.filter((id) => !writes.has(id)));
  const facts = new Map<DocumentId, DocumentHead>();
  const rights = new Map<DocumentId, Acl>();
  for (const head of heads) {
    const write = writes.get(head.id);
    if (write) writes.set(head.id, withHead(write, head));
    else if (!gone.has(head.id)) facts.set(head.id, head);
  }
  for (const { id, acl } of acls) {
    const [write, head] = [writes.get(id), facts.get(id)];
    if (write) writes.set(id, { ...write, document: { ...write.document, acl } });
    else if (head) facts.set(id, { ...head, acl });
    else if (!gone.has(id)) rights.set(id, acl);
  }
  return {
    ...rest,
    upserts: [...writes.values()],
    heads: [...facts.values()],
    acls: rights,
    removals: [...gone],
  };
}

/** What the body says of itself stays. */
function withHead(write: DocumentWrite, head: DocumentHead): DocumentWrite {
  const { title, language, notices, text, outline, contentHash } = write.document;
  return { ...write, document: { ...head, title, language, notices, text, outline, contentHash } };
}

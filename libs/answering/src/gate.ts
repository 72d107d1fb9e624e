import type { DocumentId } from '@fumikura/model';
import type { Knowledge } from '@fumikura/retrieval';
import type { Asker, Citation, Claim } from './types.ts';

/** The last check before anything leaves: rights of this moment, and the record of what is shown. */
export interface Gate {
  /** The claim as far as its evidence may be shown, or undefined when none of it may. Recorded when it resolves. */
  pass(claim: Claim, citations: readonly Citation[]): Promise<Claim | undefined>;
  /** Of these documents those that may be named. Recorded when it resolves. */
  name(documents: readonly DocumentId[]): Promise<ReadonlySet<DocumentId>>;
  readonly withdrawn: ReadonlySet<DocumentId>;
}

export function createGate(knowledge: Knowledge, asker: Asker): Gate {
  const withdrawn = new Set<DocumentId>();
  const recorded = new Set<DocumentId>();
  const readable = async (ids: readonly DocumentId[]): Promise<ReadonlySet<DocumentId>> => {
    asker.signal.throwIfAborted();
    if (ids.length === 0) return new Set();
    const access = await (asker.accessNow?.() ?? Promise.resolve(asker.access));
    const still = await knowledge.stillReadable([...new Set(ids)], access);
    const gone = ids.filter((id) => !still.has(id) && !withdrawn.has(id));
    for (const id of gone) withdrawn.add(id);
    if (gone.length > 0) asker.onWithheld?.(gone.map((id) => ({ id, reason: 'lists-changed' })));
    return still;
  };
  const record = async (ids: readonly DocumentId[]) => {
    const fresh = [...new Set(ids)].filter((id) => !recorded.has(id));
    if (fresh.length === 0) return;
    await asker.beforeShown?.(fresh);
    for (const id of fresh) recorded.add(id);
  };
  return {
    withdrawn,
    pass: async (claim, citations) => {
      const cited = citations.filter(({ number }) => claim.citations.includes(number));
      const still = await readable(cited.map(({ documentId }) => documentId));
      // A statement stands on all of its evidence: without a part of it, nobody has verified what is left.
      if (cited.length === 0 || !cited.every(({ documentId }) => still.has(documentId))) return undefined;
      await record(cited.map(({ documentId }) => documentId));
      return claim;
    },
    name: async (documents) => {
      const still = await readable(documents);
      await record([...still]);
      return still;
    },
  };
}

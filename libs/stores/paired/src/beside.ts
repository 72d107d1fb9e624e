import { AppError } from '@fumikura/errors';
import type { DocumentId, Fingerprint } from '@fumikura/model';
import type { EmbeddingJournal, EmbeddingStore, IndexPlaces, VersionedIndex } from '@fumikura/ports';
import { backlogBeside, lackingVectors } from './backlog-beside.ts';
import type { WrittenDocuments } from './backlog-beside.ts';
import { compare } from './comparison.ts';
import type { Comparison, Halves } from './comparison.ts';

/** Makes vectors for the backlog of an index that is not asked yet. */
export type EmbedBacklog = (backlog: EmbeddingStore) => Promise<void>;

/** Vectors of another model for the index beside. */
export interface OtherModel {
  readonly fingerprint: Fingerprint;
  readonly embed: EmbedBacklog;
}

/** An index made anew beside the one that is asked, which goes on answering and taking writes. */
export interface IndexBeside {
  /** Fills it from the catalog, or goes on filling; vectors of the same model are taken over. @returns what it lacked */
  rebuild(signal: AbortSignal, other?: OtherModel): Promise<Comparison>;
  /** It is asked from now on. What was written while it was filled is taken along before, and once more after. */
  switch(signal: AbortSignal, other?: OtherModel): Promise<Comparison>;
  /** Back to the one that was asked before, brought up to date; what it lacks vectors for waits for them. */
  rollback(signal: AbortSignal): Promise<Comparison>;
}

export interface BesideOptions {
  readonly halves: Omit<Halves, 'embeddings' | 'vectorsFrom'> & { readonly embeddings: EmbeddingJournal };
  readonly places: IndexPlaces | undefined;
  readonly documents: WrittenDocuments;
}

/** What is missing is not waited for: the embedder works for the one that is asked. */
const NOBODY_WAITS = { waitAgain: () => Promise.resolve() };

export function createIndexBeside({ halves, places, documents }: BesideOptions): IndexBeside {
  const { journal, index: live, embeddings } = halves;
  const fill = async (index: VersionedIndex, signal: AbortSignal) => {
    const hasSameModel = isSame(await modelOf(index), await modelOf(live));
    const parts = { journal, index, embeddings: NOBODY_WAITS, ...(hasSameModel && { vectorsFrom: live }) };
    return compare(parts, { repair: true, signal });
  };
  const embedInto = async (index: VersionedIndex, { fingerprint, embed }: OtherModel, signal: AbortSignal) =>
    embed(backlogBeside({ journal, embeddings, documents, index, fingerprint, signal }));
  const lead = async (place: 'next' | 'previous', index: VersionedIndex) => {
    const model = await modelOf(index);
    const go = () => required(places).switchTo(place);
    if (model) await embeddings.bind(model, go, 'nothing');
    else await go();
  };
  const leadTo = async (
    place: 'next' | 'previous',
    index: VersionedIndex,
    signal: AbortSignal,
    other?: OtherModel,
  ) => {
    const isOther = !isSame(await modelOf(index), await modelOf(live));
    const before = await fill(index, signal);
    if (other) await embedInto(index, other, signal);
    await lead(place, index);
    const after = await compare(halves, { repair: true, signal });
    if (isOther) await waitForVectors(halves, signal);
    return {
      orphans: before.orphans + after.orphans,
      readers: before.readers + after.readers,
      missing: before.missing + after.missing,
      repaired: true,
    };
  };
  return {
    rebuild: async (signal, other) => {
      const index = await required(places).next(other?.fingerprint);
      const found = await fill(index, signal);
      if (other) await embedInto(index, other, signal);
      return found;
    },
    switch: async (signal, other) =>
      leadTo('next', await required(places).next(other?.fingerprint), signal, other),
    rollback: async (signal) => {
      const previous = await required(places).previous();
      if (previous) return leadTo('previous', previous, signal);
      throw new AppError('INVALID_ARGUMENT', 'invalid-input', 'nothing was switched', {
        publicMessage: 'There is no index to return to: none was switched yet.',
      });
    },
  };
}

/** Whoever wrote while another model was bound waited for vectors of that one. */
async function waitForVectors(
  { journal, index, embeddings }: BesideOptions['halves'],
  signal: AbortSignal,
): Promise<void> {
  for await (const documents of lackingVectors(journal, index, signal))
    await embeddings.waitAgain(documents.map(({ documentId }): DocumentId => documentId));
}

async function modelOf(index: VersionedIndex): Promise<Fingerprint | undefined> {
  return (await index.stats()).fingerprint;
}

function isSame(a: Fingerprint | undefined, b: Fingerprint | undefined): boolean {
  return (
    a?.model === b?.model &&
    a?.dimension === b?.dimension &&
    a?.promptForm === b?.promptForm &&
    a?.chunkerVersion === b?.chunkerVersion
  );
}

function required(places: IndexPlaces | undefined): IndexPlaces {
  if (places) return places;
  throw new AppError('INVALID_ARGUMENT', 'internal', 'an index without a place beside it');
}

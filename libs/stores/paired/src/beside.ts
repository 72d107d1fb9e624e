import { AppError } from '@fumikura/errors';
import type { IndexPlaces, VersionedIndex } from '@fumikura/ports';
import { compare } from './comparison.ts';
import type { Comparison, Halves } from './comparison.ts';

/** An index made anew beside the one that is asked, which goes on answering and taking writes. */
export interface IndexBeside {
  /** Fills it from the catalog, or goes on filling; vectors are taken over. @returns what it lacked */
  rebuild(signal: AbortSignal): Promise<Comparison>;
  /** It is asked from now on. What was written while it was filled is taken along before, and once more after. */
  switch(signal: AbortSignal): Promise<Comparison>;
  /** Back to the one that was asked before, brought up to date. */
  rollback(signal: AbortSignal): Promise<Comparison>;
}

/** What is missing is not waited for: the embedder works for the one that is asked. */
const NOBODY_WAITS = { waitAgain: () => Promise.resolve() };

export function createIndexBeside(halves: Halves, places: IndexPlaces | undefined): IndexBeside {
  const fill = (index: VersionedIndex, signal: AbortSignal) =>
    compare(
      { journal: halves.journal, index, embeddings: NOBODY_WAITS, vectorsFrom: halves.index },
      { repair: true, signal },
    );
  const leadTo = async (place: 'next' | 'previous', index: VersionedIndex, signal: AbortSignal) => {
    const before = await fill(index, signal);
    await required(places).switchTo(place);
    const after = await compare(halves, { repair: true, signal });
    return {
      orphans: before.orphans + after.orphans,
      readers: before.readers + after.readers,
      missing: before.missing + after.missing,
      repaired: true,
    };
  };
  return {
    rebuild: async (signal) => fill(await required(places).next(), signal),
    switch: async (signal) => leadTo('next', await required(places).next(), signal),
    rollback: async (signal) => {
      const previous = await required(places).previous();
      if (previous) return leadTo('previous', previous, signal);
      throw new AppError('INVALID_ARGUMENT', 'invalid-input', 'nothing was switched', {
        publicMessage: 'There is no index to return to: none was switched yet.',
      });
    },
  };
}

function required(places: IndexPlaces | undefined): IndexPlaces {
  if (places) return places;
  throw new AppError('INVALID_ARGUMENT', 'internal', 'an index without a place beside it');
}

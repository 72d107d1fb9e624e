import { z } from 'zod';

/** 1 for a character of an alphabet, 2.5 for one of CJK. */
export const CHUNK_UNITS = {
  least: 200,
  most: 10_000,
  /** What no chunk exceeds where nothing else is said. */
  mostFor: (targetUnits: number): number => 2 * targetUnits,
};

/** How large chunks are made. */
export const chunkingSchema = z
  .strictObject({
    targetUnits: z.int().min(CHUNK_UNITS.least).max(CHUNK_UNITS.most),
    /** Default: twice as many. */
    maxUnits: z.int().min(CHUNK_UNITS.least).max(CHUNK_UNITS.mostFor(CHUNK_UNITS.most)).optional(),
  })
  .refine(({ targetUnits, maxUnits = targetUnits }) => maxUnits >= targetUnits, {
    path: ['maxUnits'],
    message: 'is smaller than targetUnits',
  })
  .transform(({ targetUnits, maxUnits }) => ({
    targetUnits,
    maxUnits: maxUnits ?? CHUNK_UNITS.mostFor(targetUnits),
  }));

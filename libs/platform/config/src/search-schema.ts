import { z } from 'zod';

export const searchSchema = z.strictObject({
  /** Milliseconds after which a search answers with what it has or fails. */
  deadlineMs: z.int().min(50).max(60_000).default(5_000),
  /** A file of words that mean the same, relative to this one; docs/retrieval.md says how it is written. */
  synonyms: z.string().min(1).optional(),
  /** What a document gains beside what it says, as shares of its score; nothing by default. */
  boosts: z
    .strictObject({
      recency: z
        .strictObject({
          weight: z.number().min(0).max(1),
          /** Days after which half of it is left; by kind where kinds differ. */
          halfLifeDays: z.number().positive(),
          kinds: z.record(z.string(), z.number().positive()).default({}),
        })
        .optional(),
      labels: z.record(z.string(), z.number().min(-1).max(1)).default({}),
      /** What people said of documents (fumi feedback, Slack). */
      feedback: z.strictObject({ weight: z.number().min(0).max(0.5) }).optional(),
      /** How many of the others found point to it, by title, key or address. */
      links: z.strictObject({ weight: z.number().min(0).max(0.5) }).optional(),
      /** Written by who writes where the asker writes. */
      people: z.strictObject({ weight: z.number().min(0).max(0.5) }).optional(),
      /** All together, up and down. */
      most: z.number().min(0).max(0.5).default(0.2),
    })
    .optional(),
  /** Asking the sources themselves, where a search says so. */
  live: z
    .strictObject({
      enabled: z.boolean().default(true),
      /** Milliseconds after which a source is left out and named. */
      deadlineMs: z.int().min(50).max(30_000).default(1_500),
      /** Hits taken of each source. */
      limit: z.int().min(1).max(50).default(10),
      /** Items of each source that are read because the index does not know them, or not as they are now. */
      reads: z.int().min(0).max(50).default(5),
      /** Searches of each source at once, and in a minute, by everybody together. */
      concurrency: z.int().min(1).max(64).default(4),
      perMinute: z.int().min(1).max(10_000).default(10),
      /** Failures in a row after which a source is not asked for so many milliseconds. */
      breaker: z
        .strictObject({
          failures: z.int().min(1).max(100).default(3),
          resetMs: z.int().min(10).max(3_600_000).default(30_000),
        })
        .prefault({}),
    })
    .prefault({}),
});

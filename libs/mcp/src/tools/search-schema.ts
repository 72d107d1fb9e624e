import { z } from 'zod';
import { coverageSchema } from '../reply/coverage.ts';
import { untrustedText, untrustedTexts } from '../untrusted/schema.ts';

const values = (what: string) => z.array(z.string().min(1).max(200)).min(1).max(20).optional().describe(what);

/** Strict: a misspelt filter would otherwise be a silently wider search. */
export const searchInput = z.strictObject({
  query: z
    .string()
    .min(1)
    .max(2_000)
    .describe('What to look for: words of the answer, names, identifiers. English or Japanese.'),
  sources: values('Only these source ids.'),
  kinds: values('Only these kinds, such as page, document, sheet, slides, mail.'),
  author: values('Only documents by one of these authors.'),
  labels: values('Only documents with one of these labels.'),
  updatedAfter: z
    .string()
    .max(40)
    .optional()
    .describe('Changed on or after: 2026, 2026-01, 2026-01-31 or a full time.'),
  updatedBefore: z.string().max(40).optional().describe('Changed before, written likewise.'),
  limit: z.int().min(1).max(25).default(10).describe('Hits on a page.'),
  cursor: z.string().max(500).optional().describe('nextCursor of the same search, for the next page.'),
  live: z
    .boolean()
    .default(false)
    .describe('Ask the sources themselves too: slower, knows what changed in the last minutes.'),
  format: z
    .enum(['concise', 'detailed'])
    .default('concise')
    .describe('detailed adds places, labels, breadcrumbs, duplicates and resource links.'),
});

export type SearchInput = z.output<typeof searchInput>;

const searchResult = z.object({
  id: z.string().describe('For get_document.'),
  title: untrustedText,
  url: z.string(),
  snippet: untrustedText,
  source: z.string(),
  kind: z.string(),
  updatedAt: z.string().optional(),
  live: z.boolean().optional().describe('Read just now; get_document may not know it yet.'),
  author: untrustedText.optional(),
  section: untrustedText.optional(),
  place: untrustedText.optional(),
  labels: untrustedTexts.optional(),
  breadcrumbs: untrustedTexts.optional(),
  duplicates: z.array(z.string()).optional().describe('Ids of documents with nearly the same text.'),
});

export type SearchResult = z.output<typeof searchResult>;

export const searchOutput = z.object({
  results: z.array(searchResult),
  coverage: coverageSchema,
  nextCursor: z.string().optional().describe('There is more.'),
  notices: z.array(z.string()).optional().describe('What was cut or left out.'),
});

import { z } from 'zod';
import { coverageSchema } from '../reply/coverage.ts';
import { untrustedText, untrustedTexts } from '../untrusted/schema.ts';

const values = (what: string) => z.array(z.string().min(1).max(200)).min(1).max(20).optional().describe(what);

/** Strict: a misspelt filter would otherwise be a silently wider search. */
const fields = z.strictObject({
  query: z
    .string()
    .max(2_000)
    .describe(
      'Words of the answer, names, ids; English or Japanese. Also "exact phrase", -without, title:word, author:me; filters alone list the newest.',
    ),
  sources: values('Only these source ids.'),
  kinds: values('Only these kinds: page, document, sheet, slides, mail …'),
  author: values('Only by these authors.'),
  labels: values('Only with these labels.'),
  spaces: values('Only these spaces, projects, repositories or top folders.'),
  languages: values('Only these languages: en, ja …'),
  updatedAfter: z.string().max(40).optional().describe('Changed on or after: 2026, 2026-01, 2026-01-31.'),
  updatedBefore: z.string().max(40).optional().describe('Changed before, written likewise.'),
  limit: z.int().min(1).max(25).default(10).describe('Hits on a page.'),
  similarTo: z.string().min(1).max(1_000).optional().describe('Id of a document: finds others like it.'),
  facets: z
    .boolean()
    .default(false)
    .describe('Count all matches by source, space, kind, language, author, label.'),
  cursor: z.string().max(2_500).optional().describe('nextCursor of the same search, for the next page.'),
  live: z.boolean().default(false).describe('Ask the sources too: slower, knows the last minutes.'),
  format: z
    .enum(['concise', 'detailed'])
    .default('concise')
    .describe('detailed adds places, labels, breadcrumbs, duplicates, links.'),
});

/** An empty query asks for nothing, unless something else does. */
export const searchInput = fields.refine(
  ({ query, similarTo, limit: _, cursor: __, format: ___, facets: ____, ...filters }) =>
    query.trim() !== '' ||
    similarTo !== undefined ||
    Object.values(filters).some((each) => each !== undefined),
  { path: ['query'], message: 'Write what you look for, or give a filter or similarTo.' },
);

export type SearchInput = z.output<typeof searchInput>;

const searchResult = z.object({
  id: z.string().describe('For get_document.'),
  title: untrustedText,
  url: z.string(),
  snippet: untrustedText,
  source: z.string(),
  kind: z.string(),
  updatedAt: z.string().optional(),
  live: z.boolean().optional(),
  author: untrustedText.optional(),
  section: untrustedText.optional(),
  place: untrustedText.optional(),
  labels: untrustedTexts.optional(),
  breadcrumbs: untrustedTexts.optional(),
  furtherPassages: z.int().optional().describe('More passages of it fit.'),
  duplicates: z.array(z.string()).optional().describe('Ids with nearly the same text.'),
});

export type SearchResult = z.output<typeof searchResult>;

export const searchOutput = z.object({
  results: z.array(searchResult),
  coverage: coverageSchema,
  corrections: z
    .array(z.object({ from: z.string(), to: untrustedText }))
    .optional()
    .describe('What was looked for instead.'),
  facets: z.record(z.string(), z.array(z.looseObject({}))).optional(),
  matches: z.int().optional(),
  nextCursor: z.string().optional().describe('There is more.'),
  notices: z.array(z.string()).optional().describe('What was cut or left out.'),
});

export type SearchOutput = z.output<typeof searchOutput>;

import { z } from 'zod';
import { untrustedText } from '../untrusted/schema.ts';

export const documentInput = z.strictObject({
  id: z.string().min(1).max(2_000).describe('Document id from search_knowledge.'),
  section: z
    .string()
    .min(1)
    .max(500)
    .optional()
    .describe('Heading of one section, as the outline writes it.'),
  cursor: z
    .string()
    .max(500)
    .optional()
    .describe('nextCursor of the same document and section, for the next page.'),
  maxTokens: z.int().min(100).max(8_000).default(4_000).describe('Length of the page.'),
});

export const documentOutput = z.object({
  id: z.string(),
  title: untrustedText,
  url: z.string(),
  text: untrustedText,
  metadata: z
    .looseObject({ notices: z.array(z.string()).describe('What is missing from text or outline, and why.') })
    .describe('Source, kind, language, times, people, labels, place, further facts; untrusted too.'),
  outline: z
    .array(z.object({ heading: untrustedText, level: z.int() }))
    .describe('Sections, on the first page.'),
  nextCursor: z.string().optional().describe('The text goes on.'),
});

export type DocumentOutput = z.output<typeof documentOutput>;

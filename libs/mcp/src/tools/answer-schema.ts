import { z } from 'zod';
import { coverageSchema } from '../reply/coverage.ts';
import { UNTRUSTED, untrustedText } from '../untrusted/schema.ts';

const sources = z
  .array(z.string().min(1).max(200))
  .min(1)
  .max(20)
  .optional()
  .describe('Only these source ids.');

export const askInput = z.strictObject({
  question: z.string().min(1).max(2_000).describe('One question, in English or Japanese.'),
  context: z.string().max(8_000).optional().describe('What was said before, when the question refers to it.'),
  sources,
});

export const summaryInput = z.strictObject({
  documentIds: z
    .array(z.string().min(1).max(1_000))
    .min(1)
    .max(200)
    .optional()
    .describe('Ids from search_knowledge. Give these or query.'),
  query: z.string().min(1).max(2_000).optional().describe('What to search for and summarize.'),
  focus: z.string().min(1).max(500).optional().describe('Only what concerns this.'),
  length: z.int().min(50).max(1_000).default(200).describe('Words.'),
  changedSince: z.string().max(40).optional().describe('Only what changed on or after this date.'),
});

export const citationSchema = z.object({
  number: z.int(),
  id: z.string().describe('For get_document.'),
  title: untrustedText,
  url: z.string(),
  quote: untrustedText,
  section: untrustedText.optional(),
  updatedAt: z.string().optional(),
});

export const claimSchema = z.object({
  text: untrustedText,
  citations: z.array(z.int()).describe('Numbers of citations.'),
  confidence: z.number().describe('0 to 1: how well the cited text carries it.'),
});

const confidence = z.object({ value: z.number(), words: z.string() });
const refusal = z
  .object({
    reason: z.string(),
    message: z.string(),
    searched: z.array(z.string()),
    missing: z.array(z.string()),
  })
  .optional()
  .describe('Present when there is no answer: tell the person so.');
const notices = z.array(z.string()).optional();
const kind = z
  .string()
  .describe('extracted: sentences of documents; written: by a model, verified; refused.');

export const askOutput = z.object({
  answer: z.string().describe(`Claims with numbers of citations. ${UNTRUSTED}`),
  kind,
  claims: z.array(claimSchema),
  citations: z.array(citationSchema),
  confidence,
  conflicts: z
    .array(
      z.object({
        kind: z.string(),
        about: untrustedText,
        sides: z.array(
          z.object({ citation: z.int(), says: untrustedText, updatedAt: z.string().optional() }),
        ),
        preferred: z.int().optional(),
      }),
    )
    .optional()
    .describe('Documents that contradict each other: tell the person both sides.'),
  coverage: coverageSchema,
  related: z.array(z.object({ id: z.string(), title: untrustedText, url: z.string() })),
  refusal,
  notices,
});

export const summaryOutput = z.object({
  summary: z.string().describe(`Points with numbers of citations. ${UNTRUSTED}`),
  kind,
  citations: z.array(citationSchema),
  documents: z.array(z.object({ id: z.string(), title: untrustedText, url: z.string(), points: z.int() })),
  leftOut: z.array(z.object({ id: z.string().optional(), reason: z.string() })).optional(),
  leftOutBeyond: z.int().optional().describe('Further documents left out, not named.'),
  truncated: z.boolean(),
  refusal,
  notices,
});

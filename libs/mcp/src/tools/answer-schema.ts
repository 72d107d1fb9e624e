import { z } from 'zod';
import { coverageSchema } from '../reply/coverage.ts';
import { UNTRUSTED } from '../untrusted/schema.ts';

export const askInput = z.strictObject({
  question: z.string().min(1).max(2_000).describe('One question, in English or Japanese.'),
  context: z.string().max(8_000).optional().describe('What was said before, when the question refers to it.'),
  sources: z.array(z.string().min(1).max(200)).min(1).max(20).optional().describe('Only these source ids.'),
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
  id: z.string(),
  title: z.string(),
  url: z.string(),
  quote: z.string(),
  section: z.string().optional(),
  updatedAt: z.string().optional(),
});

export const claimSchema = z.object({
  text: z.string(),
  citations: z.array(z.int()),
  confidence: z.number(),
});

// Said once of each list: the texts in it are all of documents, and definitions cost every conversation.
const citations = z.array(citationSchema).describe(UNTRUSTED);
const documents = z
  .array(z.object({ id: z.string(), title: z.string(), url: z.string() }))
  .describe(UNTRUSTED);
const refusal = z
  .object({
    reason: z.string(),
    message: z.string(),
    searched: z.array(z.string()),
    missing: z.array(z.string()),
  })
  .optional()
  .describe('There is no answer: tell the person.');
const notices = z.array(z.string()).optional();
const kind = z.string().describe('extracted (quoted), written (by a model, verified) or refused.');
const sides = z.array(z.object({ citation: z.int(), says: z.string(), updatedAt: z.string().optional() }));

export const askOutput = z.object({
  answer: z.string().describe(UNTRUSTED),
  kind,
  claims: z.array(claimSchema).describe(UNTRUSTED),
  citations,
  confidence: z.object({ value: z.number(), words: z.string() }),
  conflicts: z
    .array(z.object({ kind: z.string(), about: z.string(), sides, preferred: z.int().optional() }))
    .optional()
    .describe(`Contradictions: tell both sides. ${UNTRUSTED}`),
  coverage: coverageSchema,
  related: documents,
  refusal,
  notices,
});

export const summaryOutput = z.object({
  summary: z.string().describe(UNTRUSTED),
  kind,
  citations,
  documents,
  leftOut: z.array(z.object({ id: z.string().optional(), reason: z.string() })).optional(),
  leftOutBeyond: z.int().optional(),
  truncated: z.boolean(),
  refusal,
  notices,
});

import { z } from 'zod';
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

const citationSchema = z.looseObject({ number: z.number(), quote: z.string() });

const claimSchema = z.looseObject({ text: z.string(), citations: z.array(z.number()) });

// Definitions cost every conversation: what is said is said once of each list, and what explains itself is left open.
const citations = z.array(citationSchema).describe(UNTRUSTED);
const documents = z.array(z.looseObject({ id: z.string() })).describe(UNTRUSTED);
const refusal = z.looseObject({ message: z.string() }).optional().describe('No answer: say so.');
const notices = z.array(z.string()).optional();
const kind = z.string().describe('extracted, written or refused.');

export const askOutput = z.object({
  answer: z.string().describe(UNTRUSTED),
  kind,
  claims: z.array(claimSchema).describe(UNTRUSTED),
  citations,
  confidence: z.looseObject({ value: z.number() }),
  conflicts: z
    .array(z.looseObject({ kind: z.string() }))
    .optional()
    .describe(`Contradictions: tell both sides. ${UNTRUSTED}`),
  coverage: z
    .looseObject({ complete: z.boolean() })
    .describe('Tell the person when it is incomplete or stale.'),
  related: documents,
  refusal,
  notices,
});

export const summaryOutput = z.object({
  summary: z.string().describe(UNTRUSTED),
  kind,
  citations,
  documents,
  leftOut: z.array(z.looseObject({ reason: z.string() })).optional(),
  leftOutBeyond: z.number().optional(),
  truncated: z.boolean(),
  refusal,
  notices,
});

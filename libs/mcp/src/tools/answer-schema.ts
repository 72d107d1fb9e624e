import { z } from 'zod';
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
  confidence: z.number().describe('0 to 1.'),
});

/** Parts whose fields speak for themselves: spelled out they would fill the list of tools, which every model reads. */
const part = z.looseObject({});
const notices = z.array(z.string()).optional();
const kind = z.string().describe('extracted, written by a model and verified, or refused.');

export const askOutput = z.object({
  answer: z.string().describe(`Claims with numbers of citations. ${UNTRUSTED}`),
  kind,
  claims: z.array(claimSchema),
  citations: z.array(citationSchema),
  confidence: part,
  conflicts: z.array(part).optional().describe('Documents that contradict each other: tell both sides.'),
  coverage: part,
  related: z.array(part),
  refusal: part.optional().describe('There is no answer: tell the person so.'),
  notices,
});

export const summaryOutput = z.object({
  summary: z.string().describe(`Points with numbers of citations. ${UNTRUSTED}`),
  kind,
  citations: z.array(part).describe('As of ask_question.'),
  documents: z.array(part),
  leftOut: z.array(part).optional(),
  leftOutBeyond: z.int().optional(),
  truncated: z.boolean(),
  refusal: part.optional(),
  notices,
});

import { z } from 'zod';
import { secretReference } from './trust-schema.ts';

const embedderCommon = {
  /** Word pieces or tokens read of a text; default what the model takes. */
  maxTokens: z.int().min(16).max(100_000).optional(),
  /** BCP 47 primary languages it knows; a query in another one is answered by its words. Absent: every language. */
  languages: z.array(z.string().regex(/^[a-z]{2,3}$/, 'write languages as "en", "ja"')).optional(),
  /** Of the cosine in the fused score, 0 to 1; the rest is the words'. Default .6. */
  weight: z.number().min(0).max(1).optional(),
  /** Milliseconds after which a query is answered by its words alone. */
  queryTimeoutMs: z.int().min(20).max(60_000).default(2_000),
  budget: z
    .strictObject({
      /** A day of UTC. */
      tokensPerDay: z.int().min(1).optional(),
      usdPerDay: z.number().positive().optional(),
    })
    .default({}),
};

const localModel = {
  /** Name of a model that was added, or its folder, relative to this file. */
  model: z.string().min(1),
  /** Threads that embed documents, or share the passages of a query; about 200 MB each. */
  workers: z.int().min(1).max(16).default(1),
  runtime: z.enum(['auto', 'native', 'wasm']).default('auto'),
  /** Folder where onnxruntime-node is installed; default beside Fumikura. */
  nativeFrom: z.string().min(1).optional(),
};

export const embedderSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('local'),
    ...localModel,
    ...embedderCommon,
  }),
  z.strictObject({
    kind: z.literal('openai'),
    /** With its version path. */
    url: z.url({ protocol: /^https?$/ }).default('https://api.openai.com/v1'),
    model: z.string().min(1),
    /** Of its vectors; "fumi embed add" asks for it. */
    dimension: z.int().min(8).max(4_096),
    /** Ask for this dimension, of models that can give several. */
    sendDimension: z.boolean().default(false),
    key: secretReference.optional(),
    /** Put in front of each text, for models that are trained so. */
    prompts: z.strictObject({ query: z.string(), passage: z.string() }).optional(),
    pricePerMillionTokens: z.number().min(0).optional(),
    ...embedderCommon,
  }),
]);

/** Judges the first hits of each search once more. */
const rerankerCommon = {
  /** Hits that are judged, and how many one call takes. */
  top: z.int().min(2).max(100).default(20),
  window: z.int().min(2).max(100).default(20),
  /** Places that a hit rises or sinks at most, whatever its text says to the model. */
  bound: z.int().min(1).max(100).default(5),
  /** Milliseconds after which the order stands as it was. */
  timeoutMs: z.int().min(20).max(60_000).default(3_000),
  /** A day of UTC, of each process. */
  budget: z
    .strictObject({ tokensPerDay: z.int().min(1).optional(), usdPerDay: z.number().positive().optional() })
    .default({}),
};
const rerankService = {
  /** With its version path. */
  url: z.url({ protocol: /^https?$/ }),
  key: secretReference.optional(),
  pricePerMillionTokens: z.number().min(0).optional(),
  ...rerankerCommon,
};
/** A language model that writes answers; absent: sentences of documents are quoted. */
export const modelSchema = z
  .strictObject({
    /** With its version path; any endpoint that speaks as OpenAI's does. */
    url: z.url({ protocol: /^https?$/ }).default('https://api.openai.com/v1'),
    model: z.string().min(1),
    key: secretReference.optional(),
    /** Which interface the endpoint has. */
    api: z.enum(['chat', 'responses']).default('chat'),
    /** Milliseconds for one answer. */
    timeoutMs: z.int().min(1_000).max(600_000).default(60_000),
    maxAnswerTokens: z.int().min(100).max(20_000).default(1_000),
    /** Asks the model about each claim once more; one request for each claim that the rules let through. */
    asksTwice: z.boolean().default(false),
    /** In US dollars. */
    price: z
      .strictObject({ inputPerMillion: z.number().min(0), outputPerMillion: z.number().min(0) })
      .optional(),
    /** Of each person on a day of UTC; beyond it sentences are quoted. */
    budgetPerPerson: z
      .strictObject({
        tokensPerDay: z.int().min(1).optional(),
        usdPerDay: z.number().positive().optional(),
        secondsPerDay: z.int().min(1).optional(),
      })
      .default({}),
    // Without a price nothing would ever count against it.
  })
  .refine(({ price, budgetPerPerson }) => budgetPerPerson.usdPerDay === undefined || price !== undefined, {
    error: 'a budget in dollars needs the price of the model',
    path: ['price'],
  });

export const rerankerSchema = z.discriminatedUnion('kind', [
  /** A language model that gives the order of all at once. */
  z.strictObject({ kind: z.literal('openai'), model: z.string().min(1), ...rerankService }),
  /** A cross-encoder behind /rerank: Cohere, Jina, vLLM; with `field: texts` Text Embeddings Inference. */
  z.strictObject({
    kind: z.literal('endpoint'),
    model: z.string().min(1).optional(),
    field: z.enum(['documents', 'texts']).default('documents'),
    ...rerankService,
  }),
  /** A cross-encoder in a folder of this machine. */
  z.strictObject({ kind: z.literal('local'), ...localModel, ...rerankerCommon }),
]);

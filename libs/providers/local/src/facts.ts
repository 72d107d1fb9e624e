import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '@fumikura/errors';
import { z } from 'zod';

/** What a folder of a sentence model says of itself, in the files that sentence-transformers and ONNX exports write. */
export interface ModelFacts {
  /** Relative to the folder. */
  readonly modelFile: string;
  readonly dimension: number;
  /** Word pieces read of a text; what is behind them is left out. */
  readonly maxTokens: number;
  /**
   * Word pieces read at once. A longer text is read in equal parts, and its vector is the mean of theirs: sentence
   * models are trained on less than a chunk, and a part that is cut off would be found by nobody.
   */
  readonly windowTokens: number;
  readonly pooling: 'mean' | 'cls';
  readonly prompts: { readonly query: string; readonly passage: string };
  /** BCP 47 primary languages; absent when the folder does not say, or says many. */
  readonly languages?: readonly string[];
  /** As the model card names it; absent when there is none. */
  readonly licence?: string;
}

/** What a folder of a cross-encoder says of itself. */
export interface PairFacts {
  /** Relative to the folder. */
  readonly modelFile: string;
  /** Word pieces of query, text and marks together; the end of a longer text is left out. */
  readonly maxTokens: number;
}

/** Smallest first: they are what runs well without a graphics card. */
const MODEL_FILES = [
  'onnx/model_quantized.onnx',
  'onnx/model_int8.onnx',
  'onnx/model.onnx',
  'model_quantized.onnx',
  'model.onnx',
];

/** Measured in docs/retrieval.md; models that state more were trained on more. */
const USUAL_WINDOW = 160;
/** Models that state more than this are made for long texts. */
const USUAL_STATED = 512;
/** Marks at both ends. */
const MARKS = 2;
/** Two of the longest chunks. */
const USUAL_MAX_TOKENS = 1_024;
const MAX_TOKENS = 8_192;
/** What cross-encoders are trained on at most, and what a passage of a search needs. */
const PAIR_TOKENS = 512;
const PAIR_ARCHITECTURE = 'ForSequenceClassification';

const config = z.looseObject({
  hidden_size: z.int().min(8).max(4_096),
  max_position_embeddings: z.int().positive().optional(),
});
const pairConfig = z.looseObject({
  architectures: z.array(z.string()).optional(),
  max_position_embeddings: z.int().min(16).optional(),
});
const pooling = z.looseObject({
  pooling_mode_cls_token: z.boolean().optional(),
  pooling_mode_mean_tokens: z.boolean().optional(),
});
const sentenceConfig = z.looseObject({ max_seq_length: z.int().positive().optional() });
const promptConfig = z.looseObject({ prompts: z.record(z.string(), z.string()).optional() });

/** Files beside the model that are needed, and what for. */
export const NEEDED_FILES = ['config.json', 'tokenizer.json', 'tokenizer_config.json'] as const;

/** Files that are looked at when they are there. */
export const OPTIONAL_FILES = [
  '1_Pooling/config.json',
  'sentence_bert_config.json',
  'config_sentence_transformers.json',
  'README.md',
] as const;

/** @throws AppError MODEL_NOT_FOUND, MODEL_DAMAGED, MODEL_UNSUPPORTED (config), each with what a folder must hold */
export async function readFacts(folder: string): Promise<ModelFacts> {
  const modelFile = await findModel(folder);
  for (const name of NEEDED_FILES) if (!(await isFile(join(folder, name)))) throw incomplete(folder, name);
  const { hidden_size: dimension, max_position_embeddings: positions } = await json(
    folder,
    'config.json',
    config,
  );
  const { max_seq_length: stated } = await optional(folder, 'sentence_bert_config.json', sentenceConfig);
  const { prompts = {} } = await optional(folder, 'config_sentence_transformers.json', promptConfig);
  return {
    modelFile,
    dimension,
    maxTokens: Math.min(Math.max(stated ?? 0, USUAL_MAX_TOKENS), MAX_TOKENS),
    // What a sentence model states at most is what it was cut at, not what it is good at.
    windowTokens:
      Math.min((stated ?? 0) > USUAL_STATED ? (stated ?? 0) : USUAL_WINDOW, positions ?? MAX_TOKENS) - MARKS,
    pooling: await poolingOf(folder),
    prompts: { query: prompts['query'] ?? '', passage: prompts['passage'] ?? prompts['document'] ?? '' },
    ...cardFacts(await text(folder, 'README.md')),
  };
}

/** @throws AppError MODEL_NOT_FOUND, MODEL_DAMAGED, MODEL_UNSUPPORTED (config) */
export async function readPairFacts(folder: string): Promise<PairFacts> {
  const modelFile = await findModel(folder);
  for (const name of NEEDED_FILES) if (!(await isFile(join(folder, name)))) throw incomplete(folder, name);
  const { architectures = [], max_position_embeddings: positions } = await json(
    folder,
    'config.json',
    pairConfig,
  );
  if (architectures.length > 0 && !architectures.some((name) => name.endsWith(PAIR_ARCHITECTURE)))
    throw fault(
      'MODEL_UNSUPPORTED',
      `${folder} holds a ${architectures.join(', ')}, which gives no scores. A cross-encoder is a …${PAIR_ARCHITECTURE}.`,
    );
  return { modelFile, maxTokens: Math.min(positions ?? PAIR_TOKENS, PAIR_TOKENS) };
}

async function findModel(folder: string): Promise<string> {
  if (!(await stat(folder).catch(() => undefined))?.isDirectory())
    throw fault('MODEL_NOT_FOUND', `${folder} is no folder. Give the folder of a model, with its ONNX file.`);
  for (const name of MODEL_FILES) if (await isFile(join(folder, name))) return name;
  throw incomplete(folder, MODEL_FILES.join(' or '));
}

async function poolingOf(folder: string): Promise<ModelFacts['pooling']> {
  const modes = await optional(folder, '1_Pooling/config.json', pooling);
  if (modes.pooling_mode_cls_token) return 'cls';
  if (modes.pooling_mode_mean_tokens !== false) return 'mean';
  throw fault(
    'MODEL_UNSUPPORTED',
    `${folder}: its pooling is neither the mean of all tokens nor the first token.`,
  );
}

/** Front matter of a model card: `license` and `language`, each one value or a list. */
function cardFacts(card: string | undefined): Pick<ModelFacts, 'languages' | 'licence'> {
  const matter = /^---\n([\s\S]*?)\n---/u.exec(card?.replaceAll('\r\n', '\n') ?? '')?.[1] ?? '';
  const licence = /^license:\s*(\S+)/mu.exec(matter)?.[1];
  const languages = languagesOf(matter);
  return { ...(licence && { licence }), ...(languages.length > 0 && { languages }) };
}

function languagesOf(matter: string): string[] {
  const one = /^language:[ \t]*([a-z]{2,3})[ \t]*$/mu.exec(matter)?.[1];
  if (one) return [one];
  const list = /^language:[ \t]*\n((?:[ \t]*- .*\n?)+)/mu.exec(matter)?.[1] ?? '';
  const found = [...list.matchAll(/-\s*"?([a-z]{2,3})"?\s*$/gmu)].map((match) => match[1] ?? '');
  // "multilingual" and the like are no language: such a model is asked everything.
  return found.length === list.trim().split('\n').filter(Boolean).length ? found : [];
}

async function json<T>(folder: string, name: string, schema: z.ZodType<T>): Promise<T> {
  try {
    return schema.parse(JSON.parse(await readFile(join(folder, name), 'utf8')));
  } catch (cause) {
    const why =
      cause instanceof z.ZodError ? `: ${cause.issues[0]?.path.join('.')} ${cause.issues[0]?.message}` : '';
    throw fault('MODEL_DAMAGED', `${join(folder, name)} cannot be read${why}. Fetch the model again.`, cause);
  }
}

async function optional<T>(
  folder: string,
  name: string,
  schema: z.ZodType<T>,
): Promise<T | Record<string, never>> {
  return (await isFile(join(folder, name))) ? json(folder, name, schema) : {};
}

async function text(folder: string, name: string): Promise<string | undefined> {
  return readFile(join(folder, name), 'utf8').catch(() => undefined);
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() ?? false;
}

function incomplete(folder: string, missing: string): AppError {
  return fault(
    'MODEL_NOT_FOUND',
    `${folder} has no ${missing}. A model folder holds an ONNX file, ${NEEDED_FILES.join(', ')}.`,
  );
}

export function fault(
  code: 'MODEL_NOT_FOUND' | 'MODEL_DAMAGED' | 'MODEL_UNSUPPORTED',
  message: string,
  cause?: unknown,
): AppError {
  return new AppError(code, 'config', message, { publicMessage: message, cause });
}

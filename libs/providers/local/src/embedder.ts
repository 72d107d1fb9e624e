import { createHash } from 'node:crypto';
import { basename, join, resolve } from 'node:path';
import { AppError } from '@fumikura/errors';
import type { Embedded, Embedder } from '@fumikura/ports';
import { readFacts } from './facts.ts';
import type { ModelFacts } from './facts.ts';
import { Lane } from './lane.ts';
import { checksum, readManifest, requireFiles } from './manifest.ts';
import type { ModelResult, WorkerStart } from './protocol.ts';
import type { RuntimeKind } from './runtime.ts';

export interface LocalEmbedderOptions {
  readonly folder: string;
  /** Threads that embed documents, about 200 MB each; queries have one of their own. Default 1. */
  readonly workers?: number;
  /** Default `auto`: the native package when it is installed. */
  readonly runtime?: RuntimeKind;
  /** A folder from which the native package is found; default beside Fumikura. */
  readonly nativeFrom?: string;
  /** Word pieces read of a text; default what the model says of itself. */
  readonly maxTokens?: number;
  /** Languages it knows; default what the model says of itself. */
  readonly languages?: readonly string[];
}

/** Texts of one job: a query that came before would wait for it, and one that is cancelled has cost no more. */
const TEXTS_PER_JOB = 8;
/** Jobs a worker has to choose from, so that texts of like length meet. */
const JOBS_PER_CALL = 16;
/** After so long without work the sessions' memory is given back; ms. Queries come at any time, so theirs stays longer. */
const IDLE_MS = { passage: 30_000, query: 600_000 };

/**
 * Queries after which the WebAssembly engine has compiled for speed what they run; `npm run bench:embedding` measures the first
 * dozen apart. One after another, so that a person's query waits for one of them at most.
 */
const WARM_UPS = 24;
const WARM_UP = 'how do we rotate the keys of a service before the quarter ends';

/** @throws AppError MODEL_NOT_FOUND, MODEL_DAMAGED, MODEL_UNSUPPORTED (config) */
export async function createLocalEmbedder(options: LocalEmbedderOptions): Promise<Embedder> {
  const folder = resolve(options.folder);
  const manifest = await readManifest(folder);
  if (manifest) await requireFiles(folder, manifest.files);
  const found = await readFacts(folder);
  const facts: ModelFacts = { ...found, maxTokens: Math.min(options.maxTokens ?? Infinity, found.maxTokens) };
  const { runtime = 'auto', workers = 1, nativeFrom } = options;
  const model = { kind: 'sentence', facts } as const;
  const start: WorkerStart = { folder, model, runtime, ...(nativeFrom !== undefined && { nativeFrom }) };
  const lanes = {
    query: new Lane(start, 1, IDLE_MS.query),
    passage: new Lane({ ...start, isBackground: true }, workers, IDLE_MS.passage),
  };
  const languages = options.languages ?? manifest?.languages ?? facts.languages;
  const name = manifest?.name ?? basename(folder);
  return {
    identity: {
      model: `${name}@${await identityOf(folder, facts, manifest?.files ?? {})}`,
      dimension: facts.dimension,
      promptForm: promptForm(facts),
    },
    ...(languages && { languages }),
    textsPerCall: TEXTS_PER_JOB * JOBS_PER_CALL * workers,
    embed: async (texts, { as, signal }) => {
      const prompt = facts.prompts[as];
      return embedAll(
        texts.map((text) => prompt + text),
        lanes[as],
        facts.dimension,
        signal,
      );
    },
    warmUp: async (signal) => {
      for (let done = 0; done < WARM_UPS; done++) await lanes.query.run({ texts: [WARM_UP] }, signal);
    },
    close: async () => void (await Promise.all([lanes.query.close(), lanes.passage.close()])),
  };
}

/** Changes when the weights or the tokeniser do, whatever the folder is called. */
async function identityOf(
  folder: string,
  { modelFile }: ModelFacts,
  known: Readonly<Record<string, string>>,
): Promise<string> {
  const files = [modelFile, 'tokenizer.json'];
  const sums = await Promise.all(files.map((name) => known[name] ?? checksum(join(folder, name))));
  return createHash('sha256').update(sums.join(' ')).digest('hex').slice(0, 12);
}

function promptForm({ pooling, maxTokens, windowTokens, prompts: { query, passage } }: ModelFacts): string {
  const prompts = query === '' && passage === '' ? 'plain' : JSON.stringify([query, passage]);
  return `${prompts} ${pooling} ${maxTokens}/${windowTokens}`;
}

async function embedAll(texts: readonly string[], lane: Lane, dimension: number, signal: AbortSignal) {
  const results = new Array<Embedded>(texts.length);
  const order = texts.map((_, at) => at).sort((a, b) => (texts[b]?.length ?? 0) - (texts[a]?.length ?? 0));
  const jobs = Array.from({ length: Math.ceil(order.length / TEXTS_PER_JOB) }, (_, job) =>
    order.slice(job * TEXTS_PER_JOB, (job + 1) * TEXTS_PER_JOB),
  );
  const counts = await Promise.all(
    jobs.map(async (places) => {
      const embedded = await lane.run({ texts: places.map((at) => texts[at] ?? '') }, signal);
      for (const [place, at] of places.entries())
        results[at] = { vector: vectorAt(embedded, place, dimension) };
      return embedded.tokens;
    }),
  );
  return { results, tokens: counts.reduce((sum, count) => sum + count, 0) };
}

function vectorAt({ values }: ModelResult, place: number, dimension: number): Float32Array {
  const vector = values.slice(place * dimension, (place + 1) * dimension);
  let square = 0;
  for (const value of vector) square += value * value;
  if (Number.isFinite(square) && square > 0) return vector;
  throw new AppError(
    'EMBEDDER_ANSWER_INVALID',
    'config',
    'the model gave a vector of zeros or of no numbers',
    {
      publicMessage: 'The model gives vectors that cannot be used. Fetch it again, or choose another one.',
    },
  );
}

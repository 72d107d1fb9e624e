import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Tokenizer } from '@huggingface/tokenizers';
import type { InferenceSession } from 'onnxruntime-web';
import { fault } from './facts.ts';
import type { ModelFacts } from './facts.ts';
import { firstTokens, meanOfTokens, unit } from './pooling.ts';
import type { TokenVectors } from './pooling.ts';
import type { WorkerStart } from './protocol.ts';
import { loadRuntime } from './runtime.ts';
import type { Runtime } from './runtime.ts';

/** Padded tokens of one run: more brings no speed on a processor and costs memory. */
const TOKENS_PER_RUN = 1_024;

/** One model, loaded. Not for several calls at once. */
export interface ModelSession {
  readonly runtime: Runtime['kind'];
  /** Vectors one after another, in the order of the texts. */
  embed(texts: readonly string[]): Promise<{ readonly vectors: Float32Array; readonly tokens: number }>;
}

/** @throws AppError MODEL_DAMAGED, MODEL_UNSUPPORTED (config) */
export async function openSession({
  folder,
  facts,
  runtime,
  nativeFrom,
}: WorkerStart): Promise<ModelSession> {
  const tokenizer = await openTokenizer(folder);
  const loaded = await loadRuntime(runtime, nativeFrom);
  const path = join(folder, facts.modelFile);
  const session = await loaded.open(await readFile(path)).catch((cause: unknown) => {
    throw fault('MODEL_DAMAGED', `${path} is no model that can be run. Fetch it again.`, cause);
  });
  const model = new SentenceModel(session, loaded, facts, path);
  return {
    runtime: loaded.kind,
    embed: async (texts) => {
      const windows = texts.flatMap((text, of) =>
        windowsOf(tokenizer.encode(text).ids, facts).map((ids) => ({ of, ids })),
      );
      const encoded = windows.map(({ ids }) => ids);
      const sums = texts.map(() => new Float32Array(facts.dimension));
      for (const run of runsOf(encoded)) {
        const found = await model.run(run.map((at) => encoded[at] ?? []));
        for (const [place, at] of run.entries()) add(sums[windows[at]?.of ?? -1], found[place]);
      }
      const vectors = new Float32Array(texts.length * facts.dimension);
      for (const [at, sum] of sums.entries()) vectors.set(unit(sum), at * facts.dimension);
      return { vectors, tokens: encoded.reduce((sum, { length }) => sum + length, 0) };
    },
  };
}

async function openTokenizer(folder: string): Promise<Tokenizer> {
  const read = async (name: string) => JSON.parse(await readFile(join(folder, name), 'utf8')) as object;
  try {
    const [tokenizer, config] = await Promise.all([read('tokenizer.json'), read('tokenizer_config.json')]);
    // The file may carry the cutting and padding of another use; both are done here.
    return new Tokenizer({ ...tokenizer, truncation: null, padding: null }, config);
  } catch (cause) {
    throw fault(
      'MODEL_DAMAGED',
      `${join(folder, 'tokenizer.json')} cannot be read. Fetch the model again.`,
      cause,
    );
  }
}

/** Parts of like length, each between the marks that models are trained to see. */
export function windowsOf(
  ids: readonly number[],
  { maxTokens, windowTokens }: Pick<ModelFacts, 'maxTokens' | 'windowTokens'>,
): (readonly number[])[] {
  const [first = 0] = ids;
  const last = ids.at(-1) ?? 0;
  const text = ids.slice(1, -1).slice(0, maxTokens);
  const parts = Math.max(1, Math.ceil(text.length / windowTokens));
  return Array.from({ length: parts }, (_, part) => [
    first,
    ...text.slice(Math.round((part * text.length) / parts), Math.round(((part + 1) * text.length) / parts)),
    last,
  ]);
}

function add(sum: Float32Array | undefined, vector: Float32Array | undefined): void {
  if (!sum || !vector) return;
  for (let axis = 0; axis < sum.length; axis++) sum[axis] = (sum[axis] as number) + (vector[axis] as number);
}

/** Places of texts that run together: of like length, so that little is padding. */
function runsOf(encoded: readonly (readonly number[])[]): number[][] {
  const order = encoded.map((_, at) => at).sort((a, b) => lengthOf(encoded, b) - lengthOf(encoded, a));
  const runs: number[][] = [];
  for (const at of order) {
    const open = runs.at(-1);
    const longest = open && lengthOf(encoded, open[0] ?? 0);
    if (open && longest !== undefined && (open.length + 1) * longest <= TOKENS_PER_RUN) open.push(at);
    else runs.push([at]);
  }
  return runs;
}

function lengthOf(encoded: readonly (readonly number[])[], at: number): number {
  return encoded[at]?.length ?? 0;
}

class SentenceModel {
  readonly #session: InferenceSession;
  readonly #runtime: Runtime;
  readonly #facts: ModelFacts;
  readonly #path: string;

  constructor(session: InferenceSession, runtime: Runtime, facts: ModelFacts, path: string) {
    this.#session = session;
    this.#runtime = runtime;
    this.#facts = facts;
    this.#path = path;
  }

  async run(batch: readonly (readonly number[])[]): Promise<Float32Array[]> {
    const tokens = Math.max(...batch.map(({ length }) => length));
    const output = await this.#session.run(this.#feeds(batch, tokens));
    const [name] = this.#session.outputNames;
    const { data, dims } = output['last_hidden_state'] ?? output[name ?? ''] ?? { data: undefined, dims: [] };
    const expected = [batch.length, tokens, this.#facts.dimension];
    if (!(data instanceof Float32Array) || dims.join() !== expected.join())
      throw fault(
        'MODEL_UNSUPPORTED',
        `${this.#path} gives [${dims.join(', ')}] where [${expected.join(', ')}] is expected. Only models that give a vector per token are understood.`,
      );
    const vectors: TokenVectors = { values: data, tokens, dimension: this.#facts.dimension };
    const lengths = batch.map(({ length }) => length);
    return this.#facts.pooling === 'cls' ? firstTokens(vectors, lengths) : meanOfTokens(vectors, lengths);
  }

  #feeds(
    batch: readonly (readonly number[])[],
    tokens: number,
  ): Record<string, InstanceType<Runtime['Tensor']>> {
    const shape = [batch.length, tokens];
    const ids = new BigInt64Array(batch.length * tokens);
    const mask = new BigInt64Array(batch.length * tokens);
    for (const [row, text] of batch.entries())
      for (const [column, id] of text.entries()) {
        ids[row * tokens + column] = BigInt(id);
        mask[row * tokens + column] = 1n;
      }
    const all: Record<string, BigInt64Array> = {
      input_ids: ids,
      attention_mask: mask,
      token_type_ids: new BigInt64Array(ids.length),
    };
    return Object.fromEntries(
      this.#session.inputNames.map((name) => [
        name,
        new this.#runtime.Tensor('int64', this.#known(all, name), shape),
      ]),
    );
  }

  #known(all: Readonly<Record<string, BigInt64Array>>, name: string): BigInt64Array {
    const values = all[name];
    if (values) return values;
    throw fault('MODEL_UNSUPPORTED', `${this.#path} asks for an input "${name}", which no text model has.`);
  }
}

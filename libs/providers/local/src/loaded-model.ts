import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Tokenizer } from '@huggingface/tokenizers';
import type { InferenceSession, Tensor } from 'onnxruntime-web';
import { fault } from './facts.ts';
import type { ModelPlace } from './protocol.ts';
import { loadRuntime } from './runtime.ts';
import type { Runtime } from './runtime.ts';

/** Padded tokens of one run: more brings no speed on a processor and costs memory. */
const TOKENS_PER_RUN = 1_024;

/** A text, or a pair of them, as a model reads it. */
export interface Encoded {
  readonly ids: readonly number[];
  /** 1 for the second text of a pair; absent: all 0. */
  readonly types?: readonly number[];
}

/** @throws AppError MODEL_DAMAGED (config) */
export async function openTokenizer(folder: string): Promise<Tokenizer> {
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

/** A model in its runtime. Not for several runs at once. */
export class LoadedModel {
  readonly path: string;
  readonly #session: InferenceSession;
  readonly #runtime: Runtime;

  private constructor(path: string, session: InferenceSession, runtime: Runtime) {
    this.path = path;
    this.#session = session;
    this.#runtime = runtime;
  }

  /** @throws AppError MODEL_DAMAGED (config) */
  static async open({ folder, runtime, nativeFrom }: ModelPlace, modelFile: string): Promise<LoadedModel> {
    const loaded = await loadRuntime(runtime, nativeFrom);
    const path = join(folder, modelFile);
    const session = await loaded.open(await readFile(path)).catch((cause: unknown) => {
      throw fault('MODEL_DAMAGED', `${path} is no model that can be run. Fetch it again.`, cause);
    });
    return new LoadedModel(path, session, loaded);
  }

  get kind(): Runtime['kind'] {
    return this.#runtime.kind;
  }

  /**
   * The output of one run, rows in the order of the batch, padded to its longest.
   * @param wanted name of the output; the first one when the model has none of this name
   * @throws AppError MODEL_UNSUPPORTED (config)
   */
  async run(batch: readonly Encoded[], wanted: string): Promise<Tensor | undefined> {
    const output = await this.#session.run(this.#feeds(batch));
    return output[wanted] ?? output[this.#session.outputNames[0] ?? ''];
  }

  #feeds(batch: readonly Encoded[]): Record<string, InstanceType<Runtime['Tensor']>> {
    const tokens = Math.max(...batch.map(({ ids }) => ids.length));
    const shape = [batch.length, tokens];
    const empty = () => new BigInt64Array(batch.length * tokens);
    const all: Record<string, BigInt64Array> = {
      input_ids: empty(),
      attention_mask: empty(),
      token_type_ids: empty(),
    };
    for (const [row, { ids, types }] of batch.entries())
      for (const [column, id] of ids.entries()) {
        const at = row * tokens + column;
        (all['input_ids'] as BigInt64Array)[at] = BigInt(id);
        (all['attention_mask'] as BigInt64Array)[at] = 1n;
        (all['token_type_ids'] as BigInt64Array)[at] = BigInt(types?.[column] ?? 0);
      }
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
    throw fault('MODEL_UNSUPPORTED', `${this.path} asks for an input "${name}", which no text model has.`);
  }
}

/** Places of texts that run together: of like length, so that little is padding. */
export function runsOf(encoded: readonly Encoded[]): number[][] {
  const lengthOf = (at: number) => encoded[at]?.ids.length ?? 0;
  const order = encoded.map((_, at) => at).sort((a, b) => lengthOf(b) - lengthOf(a));
  const runs: number[][] = [];
  for (const at of order) {
    const open = runs.at(-1);
    const longest = open && lengthOf(open[0] ?? 0);
    if (open && longest !== undefined && (open.length + 1) * longest <= TOKENS_PER_RUN) open.push(at);
    else runs.push([at]);
  }
  return runs;
}

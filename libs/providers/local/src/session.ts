import { fault } from './facts.ts';
import type { ModelFacts } from './facts.ts';
import { LoadedModel, openTokenizer, runsOf } from './loaded-model.ts';
import type { Encoded } from './loaded-model.ts';
import { firstTokens, meanOfTokens, unit } from './pooling.ts';
import type { TokenVectors } from './pooling.ts';
import type { ModelJob, ModelPlace, ModelResult } from './protocol.ts';

/** One model, loaded. Not for several calls at once. */
export interface ModelSession {
  run(job: ModelJob): Promise<ModelResult>;
}

/** Vectors of texts. @throws AppError MODEL_DAMAGED, MODEL_UNSUPPORTED (config) */
export async function openSession(place: ModelPlace, facts: ModelFacts): Promise<ModelSession> {
  const tokenizer = await openTokenizer(place.folder);
  const model = await LoadedModel.open(place, facts.modelFile);
  return {
    run: async ({ texts }) => {
      const windows = texts.flatMap((text, of) =>
        windowsOf(tokenizer.encode(text).ids, facts).map((ids) => ({ of, ids })),
      );
      const sums = texts.map(() => new Float32Array(facts.dimension));
      for (const run of runsOf(windows)) {
        const batch = run.map((at) => windows[at] ?? { ids: [] });
        const found = await vectorsOf(model, batch, facts);
        for (const [place, at] of run.entries()) add(sums[windows[at]?.of ?? -1], found[place]);
      }
      const values = new Float32Array(texts.length * facts.dimension);
      for (const [at, sum] of sums.entries()) values.set(unit(sum), at * facts.dimension);
      return { values, tokens: windows.reduce((sum, { ids }) => sum + ids.length, 0) };
    },
  };
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

async function vectorsOf(
  model: LoadedModel,
  batch: readonly Encoded[],
  { dimension, pooling }: ModelFacts,
): Promise<Float32Array[]> {
  const lengths = batch.map(({ ids }) => ids.length);
  const tokens = Math.max(...lengths);
  const { data, dims } = (await model.run(batch, 'last_hidden_state')) ?? { data: undefined, dims: [] };
  const expected = [batch.length, tokens, dimension];
  if (!(data instanceof Float32Array) || dims.join() !== expected.join())
    throw fault(
      'MODEL_UNSUPPORTED',
      `${model.path} gives [${dims.join(', ')}] where [${expected.join(', ')}] is expected. Only models that give a vector per token are understood.`,
    );
  const vectors: TokenVectors = { values: data, tokens, dimension };
  return pooling === 'cls' ? firstTokens(vectors, lengths) : meanOfTokens(vectors, lengths);
}

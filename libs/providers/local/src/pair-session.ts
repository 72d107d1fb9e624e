import type { Tokenizer } from '@huggingface/tokenizers';
import { fault } from './facts.ts';
import type { PairFacts } from './facts.ts';
import { LoadedModel, openTokenizer, runsOf } from './loaded-model.ts';
import type { Encoded } from './loaded-model.ts';
import type { ModelPlace } from './protocol.ts';
import type { ModelSession } from './session.ts';

/** Of what a model reads at once: a longer query is cut, so that there is room for the text. */
const QUERY_SHARE = 0.5;

/** Scores of texts beside a query, higher for what answers it. @throws AppError MODEL_DAMAGED, MODEL_UNSUPPORTED (config) */
export async function openPairSession(place: ModelPlace, facts: PairFacts): Promise<ModelSession> {
  const tokenizer = await openTokenizer(place.folder);
  const model = await LoadedModel.open(place, facts.modelFile);
  return {
    run: async ({ texts, query = '' }) => {
      const asked = cutQuery(tokenizer, query, Math.floor(facts.maxTokens * QUERY_SHARE));
      const pairs = texts.map((text) => pairOf(tokenizer, asked, text, facts.maxTokens));
      const values = new Float32Array(texts.length);
      for (const run of runsOf(pairs)) {
        const scores = await scoresOf(
          model,
          run.map((at) => pairs[at] ?? { ids: [] }),
        );
        for (const [place, at] of run.entries()) values[at] = scores[place] ?? NaN;
      }
      return { values, tokens: pairs.reduce((sum, { ids }) => sum + ids.length, 0) };
    },
  };
}

function cutQuery(tokenizer: Tokenizer, query: string, most: number): string {
  let text = query;
  for (;;) {
    const { length } = tokenizer.encode(text, { add_special_tokens: false }).ids;
    if (length <= most) return text;
    // Characters stand for tokens unevenly: cut again until it fits.
    text = text.slice(0, Math.min(text.length - 1, Math.floor((text.length * most) / length)));
  }
}

/** The end of a text that is too long is left out; the mark behind it stays. */
export function pairOf(tokenizer: Tokenizer, query: string, text: string, most: number): Encoded {
  const { ids, token_type_ids: types } = tokenizer.encode(query, {
    text_pair: text,
    return_token_type_ids: true,
  });
  if (ids.length <= most) return { ids, types };
  return {
    ids: [...ids.slice(0, most - 1), ids.at(-1) ?? 0],
    types: [...types.slice(0, most - 1), types.at(-1) ?? 0],
  };
}

/** One logit is the score; of two, the second speaks for relevance and the first against it. */
async function scoresOf(model: LoadedModel, batch: readonly Encoded[]): Promise<number[]> {
  const { data, dims } = (await model.run(batch, 'logits')) ?? { data: undefined, dims: [] };
  const [rows, classes = 1] = dims;
  if (!(data instanceof Float32Array) || rows !== batch.length || dims.length > 2 || classes > 2)
    throw fault(
      'MODEL_UNSUPPORTED',
      `${model.path} gives [${dims.join(', ')}] where [${batch.length}, 1] is expected. Only cross-encoders that give one score for a query and a text are understood.`,
    );
  return batch.map((_, row) =>
    classes === 2 ? (data[row * 2 + 1] as number) - (data[row * 2] as number) : (data[row] as number),
  );
}

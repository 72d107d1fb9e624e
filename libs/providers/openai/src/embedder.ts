import type { AppError } from '@fumikura/errors';
import type { EmbedAnswer, Embedded, Embedder, EmbedOptions } from '@fumikura/ports';
import { checked, readAnswer } from './answer.ts';
import { batchesOf } from './batches.ts';
import type { BatchLimits } from './batches.ts';
import { BatchRefused, createEndpoint, refused } from './client.ts';
import type { Ask, EndpointOptions } from './client.ts';
import { countTokens, cutToTokens } from './tokens.ts';

export interface OpenaiEmbedderOptions extends EndpointOptions {
  readonly model: string;
  /** Of its vectors; an answer with another one is refused. */
  readonly dimension: number;
  /** Ask for this dimension, of models that can give several. */
  readonly sendDimension?: boolean;
  /** Tokens the model reads of a text; default 8,000. */
  readonly maxTokens?: number;
  /** Put in front of each text; some models are trained with them. */
  readonly prompts?: { readonly query: string; readonly passage: string };
  readonly languages?: readonly string[];
  readonly pricePerMillionTokens?: number;
  readonly limits?: Partial<BatchLimits>;
}

/** Those of OpenAI, with room below: 2,048 texts and 300,000 tokens a request. */
const LIMITS: BatchLimits = { texts: 256, tokens: 200_000, bytes: 2_000_000 };
const DEFAULT_MAX_TOKENS = 8_000;
/** A text that is too long in spite of our count is shortened so often, by half each time. */
const SHORTENINGS = 3;
/** So many texts refused, and none taken: it is not the texts. */
const HOPELESS = 4;
const TOO_LONG = /token|length|too long|context|input is too large/iu;

export function createOpenaiEmbedder(options: OpenaiEmbedderOptions): Embedder {
  const { model, baseUrl, dimension, languages, pricePerMillionTokens } = options;
  const prompts = options.prompts ?? { query: '', passage: '' };
  const limits = { ...LIMITS, ...options.limits };
  const endpoint = createEndpoint(options);
  const embed = (texts: readonly string[], { as, signal }: EmbedOptions) => {
    const call = new Call(options, endpoint[as], signal);
    return call.embed(texts.map((text) => prompts[as] + text));
  };
  return {
    identity: {
      model: `${model}@${baseUrl.host}`,
      dimension,
      promptForm:
        prompts.query === '' && prompts.passage === '' ? 'plain' : JSON.stringify(Object.values(prompts)),
    },
    ...(languages && { languages }),
    textsPerCall: limits.texts * 2,
    ...(pricePerMillionTokens !== undefined && { pricePerMillionTokens }),
    embed,
    warmUp: async (signal) => void (await embed(['ready'], { as: 'query', signal })),
    close: async () => undefined,
  };
}

/** The dimension of a model's vectors, by asking it once. Rejects as `embed` does. */
export async function askDimension(
  options: EndpointOptions & { readonly model: string; readonly dimensions?: number },
  signal: AbortSignal,
): Promise<number> {
  const { model, dimensions } = options;
  const request = { model, input: ['ready'], ...(dimensions !== undefined && { dimensions }) };
  const body = await createEndpoint(options)
    .query(request, signal)
    .catch((error: unknown) => {
      throw error instanceof BatchRefused ? refused(error.message, error) : error;
    });
  return readAnswer(body, 1).vectors[0]?.length ?? 0;
}

/** One call of `embed`: its batches, and what became of each text. */
class Call {
  readonly #options: OpenaiEmbedderOptions;
  readonly #ask: Ask;
  readonly #stop = new AbortController();
  readonly #signal: AbortSignal;
  #tokens = 0;
  #taken = 0;
  #refused = 0;

  constructor(options: OpenaiEmbedderOptions, ask: Ask, signal: AbortSignal) {
    this.#options = options;
    this.#ask = ask;
    this.#signal = AbortSignal.any([signal, this.#stop.signal]);
  }

  async embed(texts: readonly string[]): Promise<EmbedAnswer> {
    const { maxTokens = DEFAULT_MAX_TOKENS, limits } = this.#options;
    // An empty input is an error for most endpoints, and would refuse its neighbours too.
    const cut = texts.map((text) => cutToTokens(text.trim() === '' ? '.' : text, maxTokens));
    const results = new Array<Embedded>(texts.length);
    const batches = batchesOf(cut, { ...LIMITS, ...limits });
    try {
      await Promise.all(
        batches.map(async (places) => {
          const found = await this.#batch(places.map((at) => cut[at] ?? ''));
          for (const [place, at] of places.entries()) results[at] = found[place] as Embedded;
        }),
      );
    } catch (error) {
      // One batch that cannot be had is the end of the call: the others would be paid for nothing.
      this.#stop.abort(error);
      throw error;
    }
    return { results, tokens: this.#tokens };
  }

  /** Halves what is refused until the text is found that is meant. */
  async #batch(texts: readonly string[]): Promise<Embedded[]> {
    try {
      return await this.#send(texts);
    } catch (error) {
      if (!(error instanceof BatchRefused)) throw error;
      if (texts.length === 1) return [await this.#culprit(texts[0] ?? '', error)];
      const middle = Math.ceil(texts.length / 2);
      return [...(await this.#batch(texts.slice(0, middle))), ...(await this.#batch(texts.slice(middle)))];
    }
  }

  async #culprit(text: string, first: BatchRefused): Promise<Embedded> {
    let reason = first;
    for (let time = 1; time <= SHORTENINGS && TOO_LONG.test(reason.message); time++) {
      try {
        const [found] = await this.#send([text.slice(0, Math.ceil(text.length / 2 ** time))]);
        return found as Embedded;
      } catch (error) {
        if (!(error instanceof BatchRefused)) throw error;
        reason = error;
      }
    }
    this.#refused++;
    const why: AppError = refused(reason.message, reason);
    if (this.#taken === 0 && this.#refused >= HOPELESS) throw why;
    return { refused: why };
  }

  async #send(texts: readonly string[]): Promise<Embedded[]> {
    const { model, dimension, sendDimension } = this.#options;
    const body = await this.#ask(
      { model, input: texts, ...(sendDimension && { dimensions: dimension }) },
      this.#signal,
    );
    const { vectors, tokens } = readAnswer(body, texts.length);
    this.#tokens += tokens ?? texts.reduce((sum, text) => sum + countTokens(text), 0);
    this.#taken += texts.length;
    return vectors.map((vector) => checked(vector, dimension));
  }
}

import { existsSync } from 'node:fs';
import { startSimulator } from '../kit/simulator.ts';
import type { SimulatedAnswer, SimulatedRequest, Simulator } from '../kit/simulator.ts';
import { loadSpecification } from '../kit/specification.ts';
import { meaningOf } from './meaning.ts';

const SPECIFICATION = new URL('../../../../shared/specs/openai.json', import.meta.url);

/** What compatible endpoints do differently from each other. */
export interface EndpointHabits {
  readonly dimension?: number;
  /** Answers come in another order than the texts. */
  readonly shuffles?: boolean;
  /** Answers with numbers whatever encoding is asked for, as some local servers do. */
  readonly ignoresEncoding?: boolean;
  /** Says nothing of tokens. */
  readonly withoutUsage?: boolean;
  /** Refuses a request that holds such a text. */
  readonly refuses?: (text: string) => string | undefined;
}

export interface EmbeddingEndpoint {
  readonly simulator: Simulator;
  /** With its version path. */
  readonly baseUrl: URL;
  readonly key: string;
  /** Texts embedded so far, repeated ones each time. */
  readonly embedded: readonly string[];
  /**
   * What the description does not allow, but for what is meant: that an embedding may be base64 it does not know, though
   * the recordings show it; and an endpoint that counts no tokens breaks it.
   */
  violations(): string[];
  /** The same name answers with another model from now on. */
  becomes(dimension: number): void;
}

interface Body {
  readonly model: string;
  readonly input: string | readonly string[];
  readonly encoding_format?: 'float' | 'base64';
  readonly dimensions?: number;
}

const MEANT = /\/embedding must be array$|must have required property 'usage'$/u;
const MODEL = 'text-embedding-3-small';
const KEY = 'sk-simulated-key';
const MAX_TEXTS = 2_048;
const MAX_TOKENS = 300_000;
const MAX_TEXT_TOKENS = 8_192;

/** The embeddings of OpenAI's API on loopback; vectors of a bag of words, so that shared words make texts alike. */
export async function startEmbeddings(habits: EndpointHabits = {}): Promise<EmbeddingEndpoint> {
  let dimension = habits.dimension ?? 64;
  const embedded: string[] = [];
  const answer = (request: SimulatedRequest): SimulatedAnswer | undefined => {
    if (request.url.pathname !== '/v1/embeddings') return undefined;
    if (request.headers['authorization'] !== `Bearer ${KEY}`)
      return failure(401, 'Incorrect API key provided.', 'invalid_api_key');
    const body = request.body as Body;
    if (body.model !== MODEL)
      return failure(
        404,
        `The model \`${body.model}\` does not exist or you do not have access to it.`,
        'model_not_found',
      );
    const texts = typeof body.input === 'string' ? [body.input] : body.input;
    const refusal = refusalOf(texts) ?? texts.map((text) => habits.refuses?.(text)).find(Boolean);
    if (refusal) return failure(400, refusal, null);
    embedded.push(...texts);
    return success(texts, body, { ...habits, dimension: body.dimensions ?? dimension });
  };
  const simulator = await startSimulator({
    answer,
    // Without its description there is no judge, and the tests that need one skip.
    specifications: existsSync(SPECIFICATION) ? [loadSpecification(SPECIFICATION, { basePath: '/v1' })] : [],
  });
  return {
    simulator,
    baseUrl: new URL(`${simulator.url}/v1`),
    key: KEY,
    embedded,
    violations: () => simulator.violations.filter((each) => !MEANT.test(each)),
    becomes: (other) => (dimension = other),
  };
}

export { MODEL as SIMULATED_MODEL };

/** Eight characters a word and a half: near enough to what the service counts of English. */
function tokensOf(text: string): number {
  return Math.ceil(text.length / 4);
}

function refusalOf(texts: readonly string[]): string | undefined {
  if (texts.length > MAX_TEXTS)
    return `Invalid 'input': array too long. Expected maximum length ${MAX_TEXTS}.`;
  if (texts.some((text) => text === '')) return `Invalid 'input[0]': input cannot be an empty string.`;
  const longest = Math.max(0, ...texts.map(tokensOf));
  if (longest > MAX_TEXT_TOKENS)
    return `This model's maximum context length is ${MAX_TEXT_TOKENS} tokens, however you requested ${longest} tokens.`;
  const all = texts.reduce((sum, text) => sum + tokensOf(text), 0);
  return all > MAX_TOKENS ? `Requested ${all} tokens, max ${MAX_TOKENS} tokens per request` : undefined;
}

function failure(status: number, message: string, code: string | null): SimulatedAnswer {
  return { status, body: { error: { message, type: 'invalid_request_error', param: null, code } } };
}

function success(
  texts: readonly string[],
  { encoding_format: format, model }: Body,
  { dimension, shuffles, ignoresEncoding, withoutUsage }: EndpointHabits & { readonly dimension: number },
): SimulatedAnswer {
  const data = texts.map((text, index) => {
    const vector = meaningOf(text, dimension);
    const isText = format === 'base64' && !ignoresEncoding;
    const embedding = isText ? Buffer.from(vector.buffer).toString('base64') : [...vector];
    return { object: 'embedding', index, embedding };
  });
  if (shuffles) data.reverse();
  const tokens = texts.reduce((sum, text) => sum + tokensOf(text), 0);
  return {
    status: 200,
    body: {
      object: 'list',
      data,
      model,
      ...(!withoutUsage && { usage: { prompt_tokens: tokens, total_tokens: tokens } }),
    },
  };
}

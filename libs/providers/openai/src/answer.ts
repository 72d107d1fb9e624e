import { AppError } from '@fumikura/errors';
import type { Embedded } from '@fumikura/ports';
import { z } from 'zod';

const answerSchema = z.looseObject({
  data: z.array(
    z.looseObject({
      index: z.int().min(0).optional(),
      // Not every compatible endpoint knows base64, and some answer with numbers whatever was asked.
      embedding: z.union([z.string(), z.array(z.number().nullable())]),
    }),
  ),
  usage: z
    .looseObject({ total_tokens: z.number().optional(), prompt_tokens: z.number().optional() })
    .nullish(),
});

export interface ReadAnswer {
  /** In the order of the texts. */
  readonly vectors: readonly Float32Array[];
  /** Undefined when the endpoint does not count. */
  readonly tokens: number | undefined;
}

/** @throws AppError EMBEDDER_ANSWER_INVALID (transient) for anything that is not one vector for each text */
export function readAnswer(body: unknown, texts: number): ReadAnswer {
  const parsed = answerSchema.safeParse(body);
  if (!parsed.success) throw invalid('an answer of another form', 'transient');
  const { data, usage } = parsed.data;
  if (data.length !== texts) throw invalid(`${data.length} vectors for ${texts} texts`, 'transient');
  const hasIndex = data.some(({ index }) => index !== undefined);
  const vectors = new Array<Float32Array | undefined>(texts);
  for (const [at, { index, embedding }] of data.entries()) {
    const place = hasIndex ? index : at;
    if (place === undefined || place >= texts || vectors[place])
      throw invalid('vectors that do not say which text they are of', 'transient');
    vectors[place] = decode(embedding);
  }
  return { vectors: vectors as Float32Array[], tokens: usage?.total_tokens ?? usage?.prompt_tokens };
}

/**
 * The vector at length 1, or why it cannot be used.
 * @throws AppError EMBEDDER_ANSWER_INVALID (config) when it has another dimension: another model answers by that name
 */
export function checked(vector: Float32Array, dimension: number): Embedded {
  if (vector.length !== dimension)
    throw invalid(
      `vectors of ${vector.length} dimensions where ${dimension} were agreed on. Another model answers by that name: add it again with "fumi embed add"`,
      'config',
    );
  let square = 0;
  for (const value of vector) square += value * value;
  if (!Number.isFinite(square) || square === 0)
    return { refused: invalid('a vector of zeros or of no numbers', 'config') };
  const length = Math.sqrt(square);
  return { vector: vector.map((value) => value / length) };
}

function decode(embedding: string | readonly (number | null)[]): Float32Array {
  if (typeof embedding !== 'string') return Float32Array.from(embedding, (value) => value ?? NaN);
  const bytes = Uint8Array.from(Buffer.from(embedding, 'base64'));
  if (bytes.length === 0 || bytes.length % 4 !== 0) throw invalid('a vector that is cut', 'transient');
  return new Float32Array(bytes.buffer);
}

function invalid(what: string, kind: 'transient' | 'config'): AppError {
  return new AppError('EMBEDDER_ANSWER_INVALID', kind, `the endpoint gave ${what}`, {
    publicMessage: `The embedder gave ${what}.`,
  });
}

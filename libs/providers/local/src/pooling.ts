/** What a model gives for a batch: a vector per token, [text][token][dimension] in one array. */
export interface TokenVectors {
  readonly values: Float32Array;
  readonly tokens: number;
  readonly dimension: number;
}

/** The mean of the first `lengths[text]` token vectors, at length 1; what stands behind them is padding. */
export function meanOfTokens(
  { values, tokens, dimension }: TokenVectors,
  lengths: readonly number[],
): Float32Array[] {
  return lengths.map((length, text) => {
    const sum = new Float32Array(dimension);
    const start = text * tokens * dimension;
    for (let token = 0; token < length; token++) {
      const at = start + token * dimension;
      for (let axis = 0; axis < dimension; axis++)
        sum[axis] = (sum[axis] as number) + (values[at + axis] as number);
    }
    return unit(sum);
  });
}

/** The vector of each text's first token, at length 1. */
export function firstTokens(
  { values, tokens, dimension }: TokenVectors,
  lengths: readonly number[],
): Float32Array[] {
  return lengths.map((_, text) => {
    const start = text * tokens * dimension;
    return unit(values.slice(start, start + dimension));
  });
}

/** At length 1. Zero and NaN stay what they are: the caller refuses them. */
export function unit(vector: Float32Array): Float32Array {
  let square = 0;
  for (const value of vector) square += value * value;
  const length = Math.sqrt(square) || 1;
  return vector.map((value) => value / length);
}

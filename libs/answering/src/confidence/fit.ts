/** One question with its evidence as it was found, and whether the documents could answer it. */
export interface Example {
  readonly set: string;
  readonly question: string;
  readonly features: readonly number[];
  readonly isAnswerable: boolean;
}

/** Logistic regression over standardised features. */
export interface Calibration {
  readonly version: string;
  readonly features: readonly string[];
  readonly mean: readonly number[];
  readonly deviation: readonly number[];
  readonly weights: readonly number[];
  readonly bias: number;
}

const ROUNDS = 600;
const RATE = 0.4;
/** Of the squared weights: keeps features that say the same from fighting. */
const RIDGE = 0.002;

/**
 * Every set counts alike, whatever its size: none of them is the company that will ask. Deterministic.
 * Cost: rounds × examples × features.
 */
export function fit(examples: readonly Example[], features: readonly string[], version: string): Calibration {
  const share = shareOf(examples);
  const columns = features.map((_, at) => examples.map((example) => example.features[at] ?? 0));
  const mean = columns.map((values) =>
    values.reduce((sum, value, row) => sum + value * (share[row] ?? 0), 0),
  );
  const deviation = columns.map((values, at) =>
    Math.max(
      1e-6,
      Math.sqrt(
        values.reduce((sum, value, row) => sum + (value - (mean[at] ?? 0)) ** 2 * (share[row] ?? 0), 0),
      ),
    ),
  );
  const rows = examples.map((example) =>
    example.features.map((value, at) => (value - (mean[at] ?? 0)) / (deviation[at] ?? 1)),
  );
  const weights = features.map(() => 0);
  let bias = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const step = features.map((_, at) => RIDGE * (weights[at] ?? 0));
    let biasStep = 0;
    for (const [row, values] of rows.entries()) {
      const error =
        (sigmoid(dot(weights, values) + bias) - (examples[row]?.isAnswerable ? 1 : 0)) * (share[row] ?? 0);
      for (const [at, value] of values.entries()) step[at] = (step[at] ?? 0) + error * value;
      biasStep += error;
    }
    for (const [at, by] of step.entries()) weights[at] = (weights[at] ?? 0) - RATE * by;
    bias -= RATE * biasStep;
  }
  return { version, features, mean, deviation, weights, bias };
}

/** Probability, 0 to 1. */
export function probability(
  { mean, deviation, weights, bias }: Calibration,
  features: readonly number[],
): number {
  const standard = features.map((value, at) => (value - (mean[at] ?? 0)) / (deviation[at] ?? 1));
  return sigmoid(dot(weights, standard) + bias);
}

function shareOf(examples: readonly Example[]): number[] {
  const sizes = new Map<string, number>();
  for (const { set } of examples) sizes.set(set, (sizes.get(set) ?? 0) + 1);
  return examples.map(({ set }) => 1 / ((sizes.get(set) ?? 1) * sizes.size));
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0);
}

function sigmoid(value: number): number {
  return 1 / (1 + Math.exp(-value));
}

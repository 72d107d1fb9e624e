/** One question with its evidence as it was found, and whether the documents could answer it. */
export interface Example {
  readonly set: string;
  readonly question: string;
  readonly features: readonly number[];
  /** Documents that share anything with the question. */
  readonly found: number;
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

const ROUNDS = 8;
/** Of the squared weights: keeps features that say the same from fighting. */
const RIDGE = 0.005;

/**
 * Every set counts alike, whatever its size: none of them is the company that will ask. Deterministic.
 * Cost: rounds × examples × features².
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
  let solution: readonly number[] = [...features.map(() => 0), 0];
  for (let round = 0; round < ROUNDS; round++) solution = stepped(solution, rows, examples, share);
  return { version, features, mean, deviation, weights: solution.slice(0, -1), bias: solution.at(-1) ?? 0 };
}

/** One step of Newton: weights, and the bias behind them, which alone is not held small. */
function stepped(
  solution: readonly number[],
  rows: readonly (readonly number[])[],
  examples: readonly Example[],
  share: readonly number[],
): number[] {
  const size = solution.length;
  const last = size - 1;
  const ridge = (at: number): number => (at === last ? 1e-9 : RIDGE);
  const slope = solution.map((weight, at) => (at === last ? 0 : RIDGE * weight));
  const curve: number[][] = solution.map((_, at) => solution.map((__, to) => (at === to ? ridge(at) : 0)));
  for (const [row, values] of rows.entries()) {
    const inputs = [...values, 1];
    const believed = sigmoid(dot(inputs, solution));
    const error = (believed - (examples[row]?.isAnswerable ? 1 : 0)) * (share[row] ?? 0);
    const weight = believed * (1 - believed) * (share[row] ?? 0);
    for (const [at, value] of inputs.entries()) {
      slope[at] = (slope[at] ?? 0) + error * value;
      const line = curve[at] ?? [];
      for (const [to, other] of inputs.entries()) line[to] = (line[to] ?? 0) + weight * value * other;
    }
  }
  const by = solved(curve, slope);
  return solution.map((value, at) => value - (by[at] ?? 0));
}

/** Gauss and Jordan; the ridge keeps every pivot above 0. */
function solved(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const lines = matrix.map((line, at) => [...line, right[at] ?? 0]);
  for (const [at, pivot] of lines.entries())
    for (const [other, line] of lines.entries()) {
      const factor = (line[at] ?? 0) / (pivot[at] ?? 1);
      if (other !== at && factor !== 0)
        for (const [to, value] of pivot.entries()) line[to] = (line[to] ?? 0) - factor * value;
    }
  return lines.map((line, at) => (line.at(-1) ?? 0) / (line[at] ?? 1));
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

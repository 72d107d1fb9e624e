import { seeded } from './fixed-clock.ts';

export interface ClusteredVectorOptions {
  readonly seed: number;
  /** Default 384. */
  readonly dimension?: number;
  /** Outer clusters; each holds `subtopics` inner ones. Default 200 and 20. */
  readonly topics?: number;
  readonly subtopics?: number;
  /** Length of what all vectors share, compared with 1 for what separates topics. Default 1, as of e5 models. */
  readonly commonMean?: number;
}

/** Directions a vector varies in, each of less weight than the one before: models use few of their dimensions much. */
const FACTORS = 48;
const DECAY = 0.5;
const SUBTOPIC_SHARE = 0.7;
const OWN_SHARE = 0.6;
/** Variation outside of the factors, by length. */
const NOISE = 0.15;

/**
 * Vectors as embedding models make them: a common mean, topics, subtopics inside them, and single items around those,
 * with a decaying spectrum over random directions. Not normalised. Equal options give equal vectors on every machine.
 * Each call makes the next vector of a random subtopic, or of the one asked for; costs about 20 µs at 384 dimensions.
 */
export function clusteredVectors({
  seed,
  dimension = 384,
  topics = 200,
  subtopics = 20,
  commonMean = 1,
}: ClusteredVectorOptions): (subtopic?: number) => Float32Array {
  const random = seeded(seed);
  const gaussian = gaussians(random);
  const direction = () => Float32Array.from({ length: dimension }, () => gaussian() / Math.sqrt(dimension));
  const factors = Array.from({ length: FACTORS }, direction);
  const weights = decayingWeights();
  const common = direction().map((value) => value * commonMean);
  const draw = (share: number) => weights.map((weight) => gaussian() * weight * share);
  const outer = Array.from({ length: topics }, () => draw(1));
  const inner = Array.from({ length: topics * subtopics }, (_, at) =>
    sum(outer[at % topics] ?? [], draw(SUBTOPIC_SHARE)),
  );
  return (subtopic = Math.floor(random() * inner.length)) => {
    const loads = sum(inner[subtopic % inner.length] ?? [], draw(OWN_SHARE));
    const vector = common.map((value) => value + (gaussian() * NOISE) / Math.sqrt(dimension));
    for (const [factor, load] of loads.entries()) add(vector, factors[factor], load);
    return vector;
  };
}

/** Weights whose squares sum to 1. */
function decayingWeights(): number[] {
  const raw = Array.from({ length: FACTORS }, (_, at) => (at + 1) ** -DECAY);
  const length = Math.hypot(...raw);
  return raw.map((weight) => weight / length);
}

function sum(a: readonly number[], b: readonly number[]): number[] {
  return a.map((value, at) => value + (b[at] ?? 0));
}

function add(vector: Float32Array, direction: Float32Array | undefined, load: number): void {
  if (!direction) return;
  for (let at = 0; at < vector.length; at++) vector[at] = (vector[at] ?? 0) + load * (direction[at] ?? 0);
}

/** Box and Muller, Annals of Mathematical Statistics 29 (1958), two at a time. */
function gaussians(random: () => number): () => number {
  let spare: number | undefined;
  return () => {
    if (spare !== undefined) {
      const value = spare;
      spare = undefined;
      return value;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - random()));
    const angle = 2 * Math.PI * random();
    spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  };
}

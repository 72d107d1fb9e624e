/** Document id → relevance, > 0 for relevant ones. */
export type Judgements = ReadonlyMap<string, number>;

/** nDCG at `depth` with linear gain and log2 discount, as trec_eval computes it. 0 to 1. */
export function ndcg(ranked: readonly string[], judgements: Judgements, depth: number): number {
  const gain = (relevances: readonly number[]) =>
    relevances.reduce((sum, relevance, index) => sum + relevance / Math.log2(index + 2), 0);
  const ideal = gain([...judgements.values()].sort((a, b) => b - a).slice(0, depth));
  return ideal === 0 ? 0 : gain(ranked.slice(0, depth).map((id) => judgements.get(id) ?? 0)) / ideal;
}

/** Share of the relevant documents within `depth`. */
export function recall(ranked: readonly string[], judgements: Judgements, depth: number): number {
  const relevant = [...judgements].filter(([, relevance]) => relevance > 0).map(([id]) => id);
  const found = new Set(ranked.slice(0, depth));
  return relevant.length === 0 ? 0 : relevant.filter((id) => found.has(id)).length / relevant.length;
}

/** 1 / rank of the first relevant document within `depth`, else 0. */
export function reciprocalRank(ranked: readonly string[], judgements: Judgements, depth: number): number {
  const index = ranked.slice(0, depth).findIndex((id) => (judgements.get(id) ?? 0) > 0);
  return index < 0 ? 0 : 1 / (index + 1);
}

export function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Nearest-rank percentile; `share` 0 to 1. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
}

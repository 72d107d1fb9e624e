import type { Collection } from './collection.ts';
import { figure } from './figures.ts';
import type { Figure } from './figures.ts';
import { mean, ndcg, percentile, recall, reciprocalRank } from './metrics.ts';

/** Documents a ranking is asked for. */
export const DEPTH = 100;

/** What a release has to reach with no model installed, nDCG@10. */
const LEXICAL_TARGETS: Readonly<Record<string, number>> = {
  scifact: 0.685,
  aws_docs: 0.76,
  'aws_docs.full': 0.745,
  jsquad: 0.94,
  lawqa_jp: 0.79,
  workarena_kb: 0.845,
};

/** Asks every query of a collection, one after another, and averages. `search` gives ids, best first. */
export async function evaluate(
  { name, queries, judgements }: Pick<Collection, 'name' | 'queries' | 'judgements'>,
  search: (query: string) => Promise<readonly string[]>,
): Promise<Figure[]> {
  const scores = {
    ndcg10: [] as number[],
    recall10: [] as number[],
    recall100: [] as number[],
    mrr10: [] as number[],
  };
  const latencies: number[] = [];
  for (const { id, text } of queries) {
    const relevant = judgements.get(id) ?? new Map<string, number>();
    const started = performance.now();
    const ranked = await search(text);
    latencies.push(performance.now() - started);
    scores.ndcg10.push(ndcg(ranked, relevant, 10));
    scores.recall10.push(recall(ranked, relevant, 10));
    scores.recall100.push(recall(ranked, relevant, DEPTH));
    scores.mrr10.push(reciprocalRank(ranked, relevant, 10));
  }
  return [
    figure(`eval.${name}.ndcg10`, mean(scores.ndcg10), '', 'higher', LEXICAL_TARGETS[name]),
    figure(`eval.${name}.recall10`, mean(scores.recall10), '', 'higher'),
    figure(`eval.${name}.recall100`, mean(scores.recall100), '', 'higher'),
    figure(`eval.${name}.mrr10`, mean(scores.mrr10), '', 'higher'),
    figure(`eval.${name}.latency.p50`, percentile(latencies, 0.5), 'ms', 'lower'),
    figure(`eval.${name}.latency.p95`, percentile(latencies, 0.95), 'ms', 'lower'),
  ];
}

import type { Collection } from './collection.ts';
import { figure } from './figures.ts';
import type { Figure } from './figures.ts';
import { HYBRID } from './hybrid.ts';
import { mean, ndcg, percentile, recall, reciprocalRank } from './metrics.ts';

/** Documents a ranking is asked for. */
export const DEPTH = 100;

/** What a release has to reach with no model installed, nDCG@10. */
const LEXICAL_TARGETS: Readonly<Record<string, number>> = {
  scifact: 0.7,
  aws_docs: 0.77,
  'aws_docs.full': 0.755,
  jsquad: 0.945,
  lawqa_jp: 0.83,
  workarena_kb: 0.855,
};

/** The same with the small English model of docs/retrieval.md. */
const HYBRID_TARGETS: Readonly<Record<string, number>> = {
  scifact: 0.735,
  aws_docs: 0.81,
  workarena_kb: 0.92,
};

export interface QueryResult {
  readonly id: string;
  readonly text: string;
  readonly ndcg10: number;
  readonly recall100: number;
  readonly ms: number;
  /** The first documents, best first. */
  readonly top: readonly string[];
}

export interface Evaluated {
  readonly figures: readonly Figure[];
  readonly queries: readonly QueryResult[];
}

/** First documents kept of each query, for whoever looks at the worst ones. */
const KEPT = 10;

/** Asks every query of a collection, one after another, and averages. `search` gives ids, best first. */
export async function evaluate(
  { name, queries, judgements }: Pick<Collection, 'name' | 'queries' | 'judgements'>,
  search: (query: string) => Promise<readonly string[]>,
  embedder: 'none' | 'embedder' = 'none',
): Promise<Evaluated> {
  const scores = { recall10: [] as number[], mrr10: [] as number[] };
  const results: QueryResult[] = [];
  for (const { id, text } of queries) {
    const relevant = judgements.get(id) ?? new Map<string, number>();
    const started = performance.now();
    const ranked = await search(text);
    const ms = performance.now() - started;
    scores.recall10.push(recall(ranked, relevant, 10));
    scores.mrr10.push(reciprocalRank(ranked, relevant, 10));
    const ndcg10 = ndcg(ranked, relevant, 10);
    results.push({
      id,
      text,
      ndcg10,
      recall100: recall(ranked, relevant, DEPTH),
      ms,
      top: ranked.slice(0, KEPT),
    });
  }
  const latencies = results.map(({ ms }) => ms);
  const target = (embedder === 'none' ? LEXICAL_TARGETS : HYBRID_TARGETS)[name];
  const id = `eval.${name}${embedder === 'none' ? '' : HYBRID}`;
  const figures = [
    figure(`${id}.ndcg10`, mean(results.map(({ ndcg10 }) => ndcg10)), '', 'higher', target),
    figure(`${id}.recall10`, mean(scores.recall10), '', 'higher'),
    figure(`${id}.recall100`, mean(results.map(({ recall100 }) => recall100)), '', 'higher'),
    figure(`${id}.mrr10`, mean(scores.mrr10), '', 'higher'),
    figure(`${id}.latency.p50`, percentile(latencies, 0.5), 'ms', 'lower'),
    figure(`${id}.latency.p95`, percentile(latencies, 0.95), 'ms', 'lower'),
  ];
  return { figures, queries: results };
}

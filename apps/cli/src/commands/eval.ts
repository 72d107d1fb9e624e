import { join } from 'node:path';
import {
  evaluateCollection,
  openEmbedder,
  openReranker,
  readSynonyms,
  withVectorFile,
} from '@fumikura/composition';
import {
  compareQueries,
  evaluate,
  figure,
  HYBRID,
  openCollection,
  plainBm25,
  readReport,
  renderFigures,
  report,
  slicesOf,
  writeReport,
} from '@fumikura/evaluation';
import type { Figure, FigureReport, QueryResult } from '@fumikura/evaluation';
import type { Context } from '../context.ts';
import { EXIT_CODES } from '../exit-codes.ts';
import type { EvalOptions } from '../options.ts';
import { safe } from '../output.ts';
import { printDifferences, shortened } from './differences.ts';

export async function evalCommand(
  context: Context,
  folders: readonly string[],
  options: EvalOptions,
): Promise<void> {
  const { output } = context;
  // Before the work of minutes, not after it.
  const earlier = options.compare === undefined ? undefined : await readReport(options.compare);
  const { figures, queries } = await measure(context, folders, options);
  const measured = { ...report(figures), embedder: options.embedder, queries };
  const plain = options.baseline === undefined ? undefined : await measurePlain(folders, options);
  const against = plain ? againstPlain(plain, measured, options.embedder) : [];
  const result = { ...measured, figures: [...figures, ...against] };
  if (options.output !== undefined) await writeReport(options.output, result);
  output.json(result);
  output.line(renderFigures(result.figures));
  if (options.slices) printSlices(context, queries);
  if (options.worst !== undefined) printWorst(context, queries, options.worst);
  if (earlier !== undefined) printDifferences(context, earlier, result);
  if (plain !== undefined) printDifferences(context, plain, result);
  if (result.figures.some(({ pass }) => pass === false)) process.exitCode = EXIT_CODES.findings;
}

async function measure(context: Context, folders: readonly string[], options: EvalOptions) {
  const { output, signal } = context;
  const synonyms = options.synonyms === undefined ? undefined : await readSynonyms(options.synonyms);
  const embedder = await evalEmbedder(context, options);
  const reranker = await openReranker(options.rerank, modelHost(context, options));
  const figures: Figure[] = [];
  const queries: Record<string, readonly QueryResult[]> = {};
  try {
    for (const folder of folders) {
      const collection = await openCollection(folder, options.corpus);
      const asked = { ...collection, queries: collection.queries.slice(0, options.queries) };
      const { name } = collection;
      output.note(`${name}: indexing`);
      const found = await evaluateCollection(asked, {
        ...(embedder && { embedder }),
        ...(options.weight !== undefined && { weight: options.weight }),
        ...(synonyms && { synonyms }),
        ...(options.boostLinks !== undefined && { boosts: { links: { weight: options.boostLinks } } }),
        ...(reranker && { reranker }),
        ...(options.bound !== undefined && { bound: options.bound }),
        ...(options.chunks && { chunking: options.chunks }),
        signal,
        onEmbedded: (chunks) => output.note(`${name}: ${chunks} chunks embedded`),
        onIndexed: (documents) =>
          output.note(`${name}: ${documents} documents, asking ${asked.queries.length} queries`),
      });
      figures.push(...found.figures);
      queries[name] = found.queries;
    }
  } finally {
    await embedder?.close();
    await reranker?.close();
  }
  return { figures, queries };
}

async function measurePlain(folders: readonly string[], options: EvalOptions): Promise<FigureReport> {
  const figures: Figure[] = [];
  const queries: Record<string, readonly QueryResult[]> = {};
  for (const folder of folders) {
    const collection = await openCollection(folder, options.corpus);
    const asked = { ...collection, queries: collection.queries.slice(0, options.queries) };
    const found = await evaluate(asked, await plainBm25(collection.documents()));
    figures.push(...found.figures);
    queries[collection.name] = found.queries;
  }
  return { ...report(figures), commit: 'plain BM25', queries };
}

/** What is gained over plain BM25; a loss of which even the upper end is below 0 is none of chance. */
function againstPlain(plain: FigureReport, measured: FigureReport, embedder: string): Figure[] {
  const kind = embedder === 'none' ? '' : HYBRID;
  return compareQueries(plain, measured, 0).flatMap(({ collection, difference, high }) => [
    figure(`eval.${collection}${kind}.over-plain-bm25`, difference, '', 'higher'),
    figure(`eval.${collection}${kind}.over-plain-bm25.high`, high, '', 'higher', 0),
  ]);
}

function modelHost({ variables }: Context, { workers = 1, runtime, nativeFrom }: EvalOptions) {
  return { variables, workers, ...(runtime && { runtime }), ...(nativeFrom !== undefined && { nativeFrom }) };
}

async function evalEmbedder(context: Context, options: EvalOptions) {
  const embedder = await openEmbedder(options.embedder, modelHost(context, options), context.signal);
  const file = options.vectors ?? join(context.cacheFolder, 'eval-vectors.db');
  return embedder && withVectorFile(embedder, file);
}

function printSlices({ output }: Context, queries: Readonly<Record<string, readonly QueryResult[]>>): void {
  output.line();
  output.table(
    ['collection', 'slice', 'queries', 'nDCG@10'],
    Object.entries(queries).flatMap(([collection, results]) =>
      slicesOf(results).map(({ name, queries: count, ndcg10 }) => [
        collection,
        name,
        String(count),
        ndcg10.toFixed(4),
      ]),
    ),
  );
}

function printWorst(
  { output }: Context,
  queries: Readonly<Record<string, readonly QueryResult[]>>,
  count: number,
): void {
  const all = Object.entries(queries).flatMap(([collection, results]) =>
    results.map((result) => ({ collection, ...result })),
  );
  const worst = all.toSorted((a, b) => a.ndcg10 - b.ndcg10 || a.recall100 - b.recall100).slice(0, count);
  output.line();
  output.table(
    ['collection', 'query', 'text', 'nDCG@10', 'recall@100', 'first hits'],
    worst.map(({ collection, id, text, ndcg10, recall100, top }) => [
      collection,
      safe(id),
      shortened(text),
      ndcg10.toFixed(3),
      recall100.toFixed(2),
      safe(top.slice(0, 3).join(' ')),
    ]),
  );
}

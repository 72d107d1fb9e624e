export { openCollection } from './collection.ts';
export type { Collection, JudgedDocument, JudgedQuery } from './collection.ts';
export { DEPTH, evaluate } from './evaluate.ts';
export {
  compareReports,
  figure,
  latestFigures,
  readReport,
  renderFigures,
  report,
  writeReport,
} from './figures.ts';
export type { Difference, Figure, FigureReport } from './figures.ts';
export { mean, ndcg, percentile, recall, reciprocalRank } from './metrics.ts';
export type { Judgements } from './metrics.ts';

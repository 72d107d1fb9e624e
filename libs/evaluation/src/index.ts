export { HYBRID } from './hybrid.ts';
export { answerFigures, auroc, calibrationError, evenly, reliability } from './answers.ts';
export type { Belief, Bin, Extraction, MeasuredAnswers } from './answers.ts';
export { openCollection } from './collection.ts';
export type { Collection, JudgedDocument, JudgedQuery } from './collection.ts';
export { DEPTH, evaluate } from './evaluate.ts';
export type { Evaluated, QueryResult } from './evaluate.ts';
export { readSheet, renderSheet } from './judging.ts';
export type { ToJudge } from './judging.ts';
export { plainBm25 } from './plain-bm25.ts';
export { pairedBootstrap } from './significance.ts';
export type { PairedDifference } from './significance.ts';
export { slicesOf } from './slices.ts';
export type { Slice } from './slices.ts';
export {
  compareQueries,
  compareReports,
  figure,
  latestFigures,
  readReport,
  renderFigures,
  report,
  writeReport,
} from './figures.ts';
export type { Difference, Figure, FigureReport, QueryDifference } from './figures.ts';
export { mean, ndcg, percentile, recall, reciprocalRank } from './metrics.ts';
export type { Judgements } from './metrics.ts';

export { createAnswering } from './answering.ts';
export type { AnsweringOptions } from './answering.ts';
export { confidenceOf } from './confidence/confidence.ts';
export { believed, fitCalibrations } from './confidence/believed.ts';
export type { Calibration, Example } from './confidence/fit.ts';
export { examine } from './examine.ts';
export type { Examined } from './examine.ts';
export { createLikeness } from './verify/likeness.ts';
export type { Likeness, LikenessOptions } from './verify/likeness.ts';
export type { OtherWords } from './verify/other-words.ts';
export { verify } from './verify/verify.ts';
export type { CitedText, Fault, Verdict } from './verify/verify.ts';
export { unitsOf } from './units.ts';
export type {
  Answer,
  AnswerEvent,
  Answering,
  Asker,
  AskOptions,
  Citation,
  Claim,
  Confidence,
  Conflict,
  LeftOut,
  Refusal,
  Summary,
  SummaryDocument,
  SummaryEvent,
  SummaryOptions,
  SummaryTarget,
} from './types.ts';
export { createMemorySpendBook } from './writing/budget.ts';
export type { SpendBook, SpendLimits, Spent } from './writing/budget.ts';
export type { WriterOptions } from './writing/writer.ts';

import { figure } from './figures.ts';
import type { Figure } from './figures.ts';
import { mean } from './metrics.ts';

/** What was believed of one question, and what was so. */
export interface Belief {
  readonly question: string;
  readonly probability: number;
  readonly isTrue: boolean;
}

/** Chance that a true one was believed more than a false one; .5 when beliefs say nothing. */
export function auroc(beliefs: readonly Belief[]): number {
  const sorted = beliefs.toSorted((a, b) => a.probability - b.probability);
  const truths = sorted.filter(({ isTrue }) => isTrue).length;
  let rankSum = 0;
  for (let from = 0; from < sorted.length;) {
    let to = from;
    while (to < sorted.length && sorted[to]?.probability === sorted[from]?.probability) to++;
    for (let at = from; at < to; at++) if (sorted[at]?.isTrue) rankSum += (from + 1 + to) / 2;
    from = to;
  }
  const others = sorted.length - truths;
  return truths === 0 || others === 0 ? 0.5 : (rankSum - (truths * (truths + 1)) / 2) / (truths * others);
}

export interface Bin {
  readonly from: number;
  readonly count: number;
  readonly believed: number;
  readonly true: number;
}

const BINS = 10;

/** The reliability diagram as numbers: ten bins of equal width, empty ones left out. */
export function reliability(beliefs: readonly Belief[]): Bin[] {
  return Array.from({ length: BINS }, (_, bin): Bin => {
    const inside = beliefs.filter(
      ({ probability }) => Math.min(BINS - 1, Math.floor(probability * BINS)) === bin,
    );
    return {
      from: bin / BINS,
      count: inside.length,
      believed: mean(inside.map(({ probability }) => probability)),
      true: mean(inside.map(({ isTrue }) => (isTrue ? 1 : 0))),
    };
  }).filter(({ count }) => count > 0);
}

/** Expected calibration error: how far belief and truth are apart, by bin, weighted by how full it is. */
export function calibrationError(beliefs: readonly Belief[]): number {
  return reliability(beliefs).reduce(
    (sum, bin) => sum + (bin.count / beliefs.length) * Math.abs(bin.believed - bin.true),
    0,
  );
}

/** How often an extracted answer held what answers, over the questions of a collection. */
export interface Extraction {
  readonly questions: number;
  /** The first sentence of the first hit: what anybody could do. */
  readonly firstSentence: number;
  readonly best: number;
  readonly shown: number;
}

export interface MeasuredAnswers {
  readonly name: string;
  /** By the calibration that ships. */
  readonly shipped: readonly Belief[];
  /** By one fitted on the other half of the questions. */
  readonly heldOut: readonly Belief[];
  /** The same of folders of a few documents each. */
  readonly folders: { readonly shipped: readonly Belief[]; readonly heldOut: readonly Belief[] };
  readonly extraction?: Extraction;
}

const LEAST_AUROC = 0.75;
const MEAN_AUROC = 0.82;
const MOST_ERROR = 0.06;

/** Answers and refusals of small folders. Refused: believed less than this. */
const REFUSED_BELOW = 0.3;

function folderFigures(sets: readonly MeasuredAnswers[]): Figure[] {
  const aurocs = sets.map(({ folders }) => auroc(folders.shipped));
  const refused = (isTrue: boolean) =>
    mean(
      sets.map(({ folders: { shipped } }) =>
        mean(
          shipped
            .filter((each) => each.isTrue === isTrue)
            .map(({ probability }) => (probability < REFUSED_BELOW ? 1 : 0)),
        ),
      ),
    );
  return [
    figure('answers.small-folders.auroc.mean', mean(aurocs), '', 'higher', MEAN_AUROC),
    figure(
      'answers.small-folders.ece.heldout',
      calibrationError(evenly(sets.map(({ folders }) => folders))),
      '',
      'lower',
      MOST_ERROR,
    ),
    figure('answers.small-folders.refused.answerable', refused(true), '', 'lower'),
    figure('answers.small-folders.refused.unanswerable', refused(false), '', 'higher'),
  ];
}

export function answerFigures(sets: readonly MeasuredAnswers[]): Figure[] {
  const each = sets.flatMap(({ name, shipped, heldOut, extraction }) => [
    figure(`answers.${name}.auroc`, auroc(shipped), '', 'higher', LEAST_AUROC),
    figure(`answers.${name}.auroc.heldout`, auroc(heldOut), '', 'higher'),
    figure(`answers.${name}.ece.heldout`, calibrationError(heldOut), '', 'lower'),
    ...(extraction ? extractionFigures(name, extraction) : []),
  ]);
  return [
    ...each,
    figure('answers.auroc.mean', mean(sets.map(({ shipped }) => auroc(shipped))), '', 'higher', MEAN_AUROC),
    figure('answers.auroc.heldout.mean', mean(sets.map(({ heldOut }) => auroc(heldOut))), '', 'higher'),
    figure('answers.ece.heldout', calibrationError(evenly(sets)), '', 'lower', MOST_ERROR),
    ...folderFigures(sets),
  ];
}

/** Better than the first sentence by half of what it leaves. */
function extractionFigures(name: string, { firstSentence, best, shown }: Extraction): Figure[] {
  const target = firstSentence + (1 - firstSentence) / 2;
  return [
    figure(`answers.${name}.extraction.first-sentence`, firstSentence, '', 'higher'),
    figure(`answers.${name}.extraction.best`, best, '', 'higher'),
    figure(`answers.${name}.extraction`, shown, '', 'higher', Number(target.toPrecision(6))),
  ];
}

/** As many beliefs of each set, so that a large one does not speak for all. */
export function evenly(sets: readonly Pick<MeasuredAnswers, 'heldOut'>[]): Belief[] {
  const least = Math.min(...sets.map(({ heldOut }) => heldOut.length));
  return sets.flatMap(({ heldOut }) => {
    const step = heldOut.length / least;
    return Array.from({ length: least }, (_, at) => heldOut[Math.floor(at * step)] as Belief);
  });
}

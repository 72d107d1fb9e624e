import { believed, examine, fitCalibrations } from '@fumikura/answering';
import type { Calibration, Example } from '@fumikura/answering';
import type { Belief, Collection, Extraction, JudgedQuery, MeasuredAnswers } from '@fumikura/evaluation';
import { mean } from '@fumikura/evaluation';
import { createKnowledge } from '@fumikura/retrieval';
import { withCollection } from './evaluation.ts';
import type { EvaluationOptions } from './evaluation.ts';
import { judge } from './judged-extraction.ts';
import type { Found } from './judged-extraction.ts';
import type { Reading } from './judged-readers.ts';
import { smallFolders } from './small-folders.ts';

/** Questions asked of one collection, evenly over all of them. */
const MOST_QUESTIONS = 500;
/** Beyond it a question is refused. */
const MAX_CHARACTERS = 2_000;

/** Fewer with an answer in words say nothing of a collection. */
const LEAST_QUESTIONS = 20;

type AskedExample = Example & { readonly believed: number };

/** Each question twice: with the documents that answer it, and with those removed. */
export interface AskedCollection {
  readonly set: string;
  readonly examples: readonly AskedExample[];
  /** The same of a few documents at a time. */
  readonly folders: readonly AskedExample[];
  readonly extraction?: Extraction;
}

export function askCollection(collection: Collection, options: EvaluationOptions): Promise<AskedCollection> {
  return withCollection(collection, { ...options, hasOwnReaders: true }, async (store, filter, as) => {
    const knowledge = await createKnowledge({ store, deadlineMs: 60_000 });
    const { signal } = options;
    const relevantTo = (query: JudgedQuery) => [...(collection.judgements.get(query.id)?.keys() ?? [])];
    const examples: AskedExample[] = [];
    const found: Found[] = [];
    const ask = async (query: JudgedQuery, reading: Reading, isAnswerable: boolean) => {
      signal.throwIfAborted();
      const examined = await examine(knowledge, query.text, await as(reading), signal);
      const { features, found: documents, confidence } = examined;
      const asked = { set: collection.name, question: query.id, features, found: documents, isAnswerable };
      return { example: { ...asked, believed: confidence }, examined };
    };
    const queries = evenlyOf(collection.queries);
    for (const query of queries) {
      const relevant = relevantTo(query);
      const whole = await ask(query, { kind: 'all-but', ids: [] }, true);
      const rest = await ask(query, { kind: 'all-but', ids: relevant }, false);
      examples.push(whole.example, rest.example);
      if (query.answer === undefined) continue;
      const answered = { ...query, answer: query.answer };
      const judged = await judge(
        answered,
        new Set(relevant),
        whole.examined.extracted,
        knowledge,
        filter,
        signal,
      );
      if (judged) found.push(judged);
    }
    const folders: AskedExample[] = [];
    for await (const { query, ids, isAnswerable } of smallFolders(queries, relevantTo, {
      knowledge,
      as,
      signal,
    }))
      folders.push((await ask(query, { kind: 'only', ids }, isAnswerable)).example);
    const share = (of: (each: Found) => boolean) => mean(found.map((each) => (of(each) ? 1 : 0)));
    return {
      set: collection.name,
      examples,
      folders,
      ...(found.length >= LEAST_QUESTIONS && {
        extraction: {
          questions: found.length,
          firstSentence: share(({ isFirst }) => isFirst),
          best: share(({ isBest }) => isBest),
          shown: share(({ isShown }) => isShown),
        },
      }),
    };
  });
}

/** Beliefs by the shipped calibration, and by two others, each fitted on one half of the questions for the other half. */
export function measuredAnswers(asked: readonly AskedCollection[]): MeasuredAnswers[] {
  const isOdd = new Map<string, boolean>();
  for (const { examples } of asked)
    for (const { set, question } of examples)
      if (!isOdd.has(`${set} ${question}`)) isOdd.set(`${set} ${question}`, isOdd.size % 2 === 1);
  const oddity = ({ set, question }: Example) => isOdd.get(`${set} ${question}`) === true;
  const half = (odd: boolean) => {
    const those = (each: readonly AskedExample[]) => each.filter((example) => oddity(example) === odd);
    const sets = asked.map(({ examples, folders }) => [those(examples), those(folders)] as const);
    return fitCalibrations(
      { many: sets.flatMap(([many]) => many), few: sets.flatMap(([, few]) => few) },
      odd ? 'odd' : 'even',
    );
  };
  const fitted = { odd: half(true), even: half(false) };
  const shipped = (examples: readonly AskedExample[]): Belief[] =>
    examples.map(({ question, believed: probability, isAnswerable: isTrue }) => ({
      question,
      probability,
      isTrue,
    }));
  const heldOut = (examples: readonly AskedExample[]): Belief[] =>
    examples.map((example) => ({
      question: example.question,
      probability: believed(oddity(example) ? fitted.even : fitted.odd, example.features, example.found),
      isTrue: example.isAnswerable,
    }));
  return asked.map(({ set, examples, folders, extraction }) => ({
    name: set,
    shipped: shipped(examples),
    heldOut: heldOut(examples),
    folders: { shipped: shipped(folders), heldOut: heldOut(folders) },
    ...(extraction && { extraction }),
  }));
}

/** Calibrations of all that was asked, as the program text that ships. */
export function calibrationText(asked: readonly AskedCollection[], version: string): string {
  const { many, few } = fitCalibrations(
    { many: asked.flatMap(({ examples }) => examples), few: asked.flatMap(({ folders }) => folders) },
    version,
  );
  const counts = asked.map(({ set, examples, folders }) => `${set} (${examples.length}, ${folders.length})`);
  return [
    "import type { Calibrations } from './believed.ts';",
    '',
    `/** Written by \`npm run fit:confidence\` from ${counts.join(', ')}. */`,
    `export const CALIBRATIONS: Calibrations = ${JSON.stringify({ many: rounded(many), few: rounded(few) }, null, 2)};`,
    '',
  ].join('\n');
}

function rounded({ version, mean: middle, deviation, weights, bias, features }: Calibration): Calibration {
  const digits = (value: number) => Number(value.toPrecision(6));
  const [means, deviations, all] = [middle, deviation, weights].map((values) => values.map(digits));
  return {
    version,
    features,
    mean: means ?? [],
    deviation: deviations ?? [],
    weights: all ?? [],
    bias: digits(bias),
  };
}

function evenlyOf(queries: readonly JudgedQuery[]): JudgedQuery[] {
  const usable = queries.filter(({ text }) => text.length <= MAX_CHARACTERS);
  const step = Math.max(1, usable.length / MOST_QUESTIONS);
  return Array.from(
    { length: Math.min(usable.length, MOST_QUESTIONS) },
    (_, at) => usable[Math.floor(at * step)],
  ).filter((query) => query !== undefined);
}

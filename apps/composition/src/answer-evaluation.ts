import { examine, FEATURES, fit, probability, unitsOf } from '@fumikura/answering';
import type { Calibration, Example } from '@fumikura/answering';
import type { Belief, Collection, Extraction, JudgedQuery, MeasuredAnswers } from '@fumikura/evaluation';
import { mean } from '@fumikura/evaluation';
import type { DocumentId } from '@fumikura/model';
import type { AccessFilter, SearchIndex, Store } from '@fumikura/ports';
import { createKnowledge } from '@fumikura/retrieval';
import type { Knowledge } from '@fumikura/retrieval';
import { judgedId, storedId, withCollection } from './evaluation.ts';
import type { EvaluationOptions } from './evaluation.ts';

/** Questions asked of one collection, evenly over all of them. */
const MOST_QUESTIONS = 500;
/** Beyond it a question is refused. */
const MAX_CHARACTERS = 2_000;

/** Fewer with an answer in words say nothing of a collection. */
const LEAST_QUESTIONS = 20;

/** Each question twice: with the documents that answer it, and with those removed. */
export interface AskedCollection {
  readonly set: string;
  readonly examples: readonly (Example & { readonly believed: number })[];
  readonly extraction?: Extraction;
}

export function askCollection(collection: Collection, options: EvaluationOptions): Promise<AskedCollection> {
  return withCollection(collection, options, async (store, filter) => {
    const hidden = new Set<string>();
    const knowledge = await createKnowledge({
      store: withIndex(store, withoutHidden(store.index, hidden)),
      deadlineMs: 60_000,
    });
    const examples: AskedCollection['examples'][number][] = [];
    const found: Found[] = [];
    for (const query of evenlyOf(collection.queries)) {
      const relevant = collection.judgements.get(query.id) ?? new Map<string, number>();
      for (const isAnswerable of [true, false]) {
        options.signal.throwIfAborted();
        hidden.clear();
        if (!isAnswerable) for (const id of relevant.keys()) hidden.add(id);
        const { features, confidence, extracted } = await examine(
          knowledge,
          query.text,
          filter,
          options.signal,
        );
        examples.push({
          set: collection.name,
          question: query.id,
          features,
          isAnswerable,
          believed: confidence,
        });
        if (!isAnswerable || query.answer === undefined) continue;
        const asked = { ...query, answer: query.answer };
        const judged = await judge(asked, relevant, extracted, knowledge, filter, options.signal);
        if (judged) found.push(judged);
      }
    }
    const share = (of: (each: Found) => boolean) => mean(found.map((each) => (of(each) ? 1 : 0)));
    return {
      set: collection.name,
      examples,
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
  const all = asked.flatMap(({ examples }) => examples);
  const isOdd = new Map<string, boolean>();
  for (const { examples } of asked)
    for (const { set, question } of examples)
      if (!isOdd.has(`${set} ${question}`)) isOdd.set(`${set} ${question}`, isOdd.size % 2 === 1);
  const half = (odd: boolean) => all.filter(({ set, question }) => isOdd.get(`${set} ${question}`) === odd);
  const fitted = { odd: fit(half(true), FEATURES, 'odd'), even: fit(half(false), FEATURES, 'even') };
  return asked.map(({ set, examples, extraction }) => ({
    name: set,
    shipped: examples.map(({ question, believed, isAnswerable }): Belief => ({
      question,
      probability: believed,
      isTrue: isAnswerable,
    })),
    heldOut: examples.map(({ question, features, isAnswerable }): Belief => ({
      question,
      probability: probability(isOdd.get(`${set} ${question}`) ? fitted.even : fitted.odd, features),
      isTrue: isAnswerable,
    })),
    ...(extraction && { extraction }),
  }));
}

/** A calibration of all that was asked, as the program text that ships. */
export function calibrationText(asked: readonly AskedCollection[], version: string): string {
  const all = asked.flatMap(({ examples }) => examples);
  const rounded = (values: readonly number[]) => values.map((value) => Number(value.toPrecision(6)));
  const { features, mean: middle, deviation, weights, bias } = fit(all, FEATURES, version);
  const calibration: Calibration = {
    version,
    features,
    mean: rounded(middle),
    deviation: rounded(deviation),
    weights: rounded(weights),
    bias: Number(bias.toPrecision(6)),
  };
  return [
    "import type { Calibration } from './fit.ts';",
    '',
    `/** Written by \`npm run fit:confidence\` from ${asked.map(({ set, examples }) => `${set} (${examples.length})`).join(', ')}. */`,
    `export const CALIBRATION: Calibration = ${JSON.stringify(calibration, null, 2)};`,
    '',
  ].join('\n');
}

function evenlyOf(queries: readonly JudgedQuery[]): JudgedQuery[] {
  const usable = queries.filter(({ text }) => text.length <= MAX_CHARACTERS);
  const step = Math.max(1, usable.length / MOST_QUESTIONS);
  return Array.from(
    { length: Math.min(usable.length, MOST_QUESTIONS) },
    (_, at) => usable[Math.floor(at * step)],
  ).filter((query) => query !== undefined);
}

function withIndex({ catalog, commit, close }: Store, index: SearchIndex): Store {
  return { catalog, index, commit, close };
}

/** The index as if these documents were not in it. */
function withoutHidden(index: SearchIndex, hidden: ReadonlySet<string>): SearchIndex {
  return {
    write: (batch) => index.write(batch),
    search: async (request, access, signal) => {
      const answer = await index.search(request, access, signal);
      const candidates = answer.candidates.filter(({ documentId }) => !hidden.has(judgedId(documentId)));
      return { ...answer, candidates };
    },
    stats: () => index.stats(),
    useFingerprint: (fingerprint) => index.useFingerprint(fingerprint),
    maintain: (signal) => index.maintain(signal),
    check: (signal) => index.check(signal),
  };
}

interface Found {
  readonly isFirst: boolean;
  readonly isBest: boolean;
  readonly isShown: boolean;
}

/**
 * Whether what is quoted stands in a document that answers, and holds the answer. Undefined when no sentence of these
 * documents holds it, so that nobody could quote it.
 */
async function judge(
  { text, answer }: JudgedQuery & { readonly answer: string },
  relevant: ReadonlyMap<string, number>,
  extracted: readonly { readonly documentId: DocumentId; readonly text: string }[],
  knowledge: Knowledge,
  filter: AccessFilter,
  signal: AbortSignal,
): Promise<Found | undefined> {
  const answering = await knowledge.documents([...relevant.keys()].map(storedId), filter, signal);
  const holds = holdsAnswer(answer, answering.map(({ stored }) => stored.text).join('\n\n'));
  if (!holds) return undefined;
  const [first] = (await knowledge.evidence({ query: text, documents: 1 }, filter, signal)).documents;
  const opening = first && unitsOf(first.stored.text).find(({ kind }) => kind !== 'heading');
  const isRight = (each: { readonly documentId: DocumentId; readonly text: string } | undefined) =>
    each !== undefined && relevant.has(judgedId(each.documentId)) && holds(each.text);
  return {
    isFirst: isRight(
      first && opening && { documentId: first.id, text: first.stored.text.slice(opening.start, opening.end) },
    ),
    isBest: isRight(extracted[0]),
    isShown: extracted.some(isRight),
  };
}

/** An answer that is no quotation is held by the sentence of its document that says most of its words. */
function holdsAnswer(answer: string, text: string): ((sentence: string) => boolean) | undefined {
  const plain = fold(answer);
  // The letter of a choice is no answer in words.
  if (plain.trim().length < 2) return undefined;
  if (fold(text).includes(plain)) return (sentence) => fold(sentence).includes(plain);
  const words = new Set(plain.match(/[\p{L}\p{N}]+/gu) ?? []);
  const share = (sentence: string) => {
    const there = new Set(fold(sentence).match(/[\p{L}\p{N}]+/gu) ?? []);
    return [...words].filter((word) => there.has(word)).length / Math.max(1, words.size);
  };
  const best = unitsOf(text).reduce(
    (most, { start, end }) => Math.max(most, share(text.slice(start, end))),
    0,
  );
  return best < 0.5 ? undefined : (sentence) => share(sentence) >= best - 1e-9;
}

function fold(text: string): string {
  return text.normalize('NFKC').toLowerCase().replace(/\s+/gu, ' ');
}

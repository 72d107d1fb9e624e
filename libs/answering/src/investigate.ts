import type { Evidence, HitSummary, Knowledge } from '@fumikura/retrieval';
import { countTerms, matchSpans } from '@fumikura/text';
import { isFew } from './confidence/believed.ts';
import { confidenceFrom, confidenceOf, REFUSE_BELOW } from './confidence/confidence.ts';
import { featuresOf } from './confidence/features.ts';
import { scoreUnits, termWeights } from './relevance.ts';
import type { ScoredUnit, TermWeights } from './relevance.ts';
import { refers } from './question.ts';
import type { Question, QuestionPart } from './question.ts';
import { contentWords } from './verify/tokens.ts';
import type { Asker, AskOptions, Claim, Confidence, Refusal } from './types.ts';
import { say } from './words.ts';

/** Documents whose texts are looked through for one part of a question. */
const DOCUMENTS = 8;

/** What was found for one part of a question. */
export interface Finding {
  readonly part: QuestionPart;
  readonly searched: string;
  readonly evidence: Evidence;
  /** It refers to what was said before, and that is not known. */
  readonly isDangling: boolean;
  readonly weights: TermWeights;
  readonly units: readonly ScoredUnit[];
  /** In the order of FEATURES. */
  readonly features: readonly number[];
  readonly confidence: Confidence;
}

/** Looks for each part of a question, all at once. Rejects as `Knowledge.evidence`. */
export function investigate(
  knowledge: Knowledge,
  question: Question,
  { access, signal, onWithheld }: Asker,
  { filter }: Pick<AskOptions, 'filter'>,
): Promise<Finding[]> {
  return Promise.all(
    question.parts.map(async (part): Promise<Finding> => {
      const isDangling = dangles(part, question);
      const searched = [part.text, part.leansOn, question.leansOn].filter(Boolean).join(' ');
      const query = { query: searched.slice(0, 2_000), documents: DOCUMENTS, ...(filter && { filter }) };
      const evidence = await knowledge.evidence(query, access, signal, onWithheld);
      const finding = { part, searched, evidence, isDangling, ...judged(part, searched, evidence) };
      const { confidence } = finding;
      return isDangling || isForeign(finding)
        ? { ...finding, confidence: belowAll(confidence.value) }
        : finding;
    }),
  );
}

function judged(part: QuestionPart, searched: string, evidence: Evidence) {
  const weights = termWeights(evidence.terms, evidence.rarity);
  const units = scoreUnits(evidence, weights, part.type);
  const features = featuresOf(searched, evidence, weights, units);
  return { weights, units, features, confidence: confidenceFrom(features, evidence.found) };
}

/** Words that say what is asked about: of a question with fewer, "it" is all there is. */
const LEAST_WORDS = 2;

/** It speaks of something that was said before, and nobody told what. */
function dangles(part: QuestionPart, { leansOn }: Question): boolean {
  if (part.leansOn !== undefined || leansOn !== undefined || !refers(part.text)) return false;
  return new Set(contentWords(part.text)).size < LEAST_WORDS;
}

/** Few documents have nothing to compare the best with: it is not about what is asked when it lacks half of its words. */
function isForeign(finding: Finding): boolean {
  if (!isFew(finding.evidence.found)) return false;
  const words = finding.searched.split(/[^\p{L}\p{N}\p{M}]+/u).filter((word) => !ASKS_HOW_MUCH.test(word));
  const asked = new Set(contentWords(words.join(' '))).size;
  return asked > 0 && missingWords(finding).length >= asked / 2;
}

/** Just below the threshold: a refusal is never worded as an answer with little confidence. */
function belowAll(value: number): Confidence {
  return confidenceOf(Math.min(REFUSE_BELOW - 0.001, value));
}

/** Belongs to the asking: no document could be missing it. */
const ASKS_HOW_MUCH = /^(?:many|much|often|long|gets?|takes?|needs?|happens?|used?|allowed|possible)$/iu;

/** Words of the question that the best passages do not have, as they were written. */
export function missingWords({ searched, evidence, weights, units }: Finding): string[] {
  const titles = evidence.documents.flatMap(({ title }) => [...countTerms(title).counts.keys()]);
  const held = new Set([
    ...units.filter(({ document }) => document < 3).flatMap(({ terms }) => [...terms]),
    ...titles,
  ]);
  const missing = evidence.terms.terms.filter(
    ({ term, class: kind }) => kind === 'word' && weights.weights.has(term) && !held.has(term),
  );
  const spans = matchSpans(searched, { ...evidence.terms, terms: missing });
  const words = spans.map(({ start, end }) => searched.slice(start, end));
  return [
    ...new Set(words.filter((word) => contentWords(word).length > 0 && !ASKS_HOW_MUCH.test(word))),
  ].slice(0, 10);
}

/** Documents that fit and are not among those, best first. */
export function relatedTo(findings: readonly Finding[], cited: ReadonlySet<string>): HitSummary[] {
  const found = new Map<string, HitSummary>();
  for (const { evidence } of findings)
    for (const { id, title, url, source } of evidence.documents)
      if (!cited.has(id) && !found.has(id)) found.set(id, { id, title, url, source });
  return [...found.values()].slice(0, 5);
}

/** Questions that the documents themselves ask beside the one that was asked; of documents that may be named. */
export function questionsIn(
  findings: readonly Finding[],
  asked: string,
  mayName: (id: string) => boolean,
): string[] {
  const questions = findings.flatMap(({ units, evidence }) =>
    units
      .filter(({ text, around }) => /[?？]$/u.test(text) && text.length < 160 && around > 0.2)
      .filter(({ document }) => mayName(evidence.documents[document]?.id ?? ''))
      .toSorted((a, b) => b.score - a.score)
      .map(({ text }) => text.replace(/^[QＱ][.:：.\s]*\s*/u, '')),
  );
  return [...new Set(questions.filter((text) => text !== asked))].slice(0, 3);
}

/** Of the parts that were answered the least certain one; of a refusal at most what is refused. */
export function overall(findings: readonly Finding[], claims: readonly Claim[]): Confidence {
  const answered = findings.filter((_, part) => claims.some((claim) => claim.part === part));
  const values = (answered.length > 0 ? answered : findings).map(({ confidence }) => confidence.value);
  if (values.length === 0) return confidenceOf(0);
  return answered.length > 0 ? confidenceOf(Math.min(...values)) : belowAll(Math.min(...values));
}

const WORDS = {
  'nothing-found': 'nothingFound',
  'not-answered': 'notAnswered',
  'not-supported': 'notSupported',
} as const;

export function refusalOf(
  question: Question,
  findings: readonly Finding[],
  reason: Refusal['reason'] | undefined,
): Refusal {
  const isEmpty = findings.every(({ evidence }) => evidence.documents.length === 0);
  const why = isEmpty ? 'nothing-found' : (reason ?? 'not-answered');
  return {
    reason: why,
    message: say(
      findings.some(({ isDangling }) => isDangling) ? 'refersBack' : WORDS[why],
      question.language,
    ),
    searched: findings.map(({ searched }) => searched),
    missing: [...new Set(findings.flatMap(missingWords))],
  };
}

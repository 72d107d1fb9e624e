import type { Evidence, EvidenceDocument } from '@fumikura/retrieval';
import { countTerms } from '@fumikura/text';
import type { QueryTerms } from '@fumikura/text';
import type { AnswerType } from './question.ts';
import { isSuperseded } from './currency.ts';
import { isInstruction } from './instruction.ts';
import { unitsOf } from './units.ts';
import type { Unit } from './units.ts';

/** Of a bigram beside a word, which says the same once more. */
const BIGRAM_WEIGHT = 0.35;
/** Characters of one document that are looked at; around its best chunk when it is longer. */
const MAX_LOOKED_AT = 24_000;

/** What a document loses that says of itself that it holds no more: another one that says the same goes before. */
const SUPERSEDED = -0.25;

export interface TermWeights {
  readonly weights: ReadonlyMap<string, number>;
  readonly total: number;
}

/** A unit of a document beside what the question asks. */
export interface ScoredUnit extends Unit {
  readonly document: number;
  readonly text: string;
  readonly headingPath: readonly string[];
  /** The chunk it lies in. */
  readonly chunk: number;
  /** A table's header row, for one of its rows. */
  readonly header?: { readonly start: number; readonly end: number };
  /** Weight of the question's terms in it, and in it with its title, headings and neighbours; 0 to 1. */
  readonly own: number;
  readonly around: number;
  readonly score: number;
  readonly terms: ReadonlySet<string>;
  /** How often it has each of them. */
  readonly counts: ReadonlyMap<string, number>;
}

export function termWeights({ terms }: QueryTerms, rarity: ReadonlyMap<string, number>): TermWeights {
  const weights = new Map(
    terms.map(({ term, class: kind, count }) => [
      term,
      (rarity.get(term) ?? 1) * (kind === 'word' ? 1 : BIGRAM_WEIGHT) * Math.min(2, count),
    ]),
  );
  return { weights, total: [...weights.values()].reduce((sum, weight) => sum + weight, 0) || 1 };
}

export function weightIn({ weights, total }: TermWeights, holds: (term: string) => boolean): number {
  let sum = 0;
  for (const [term, weight] of weights) if (holds(term)) sum += weight;
  return sum / total;
}

/** Every unit of the evidence, scored; in the order of documents and text. */
export function scoreUnits(evidence: Evidence, weights: TermWeights, type: AnswerType): ScoredUnit[] {
  return evidence.documents.flatMap((document, index) => unitsOfDocument(document, index, weights, type));
}

interface Located extends Unit {
  readonly headingPath: readonly string[];
  readonly chunk: number;
  readonly header?: Unit;
}

function unitsOfDocument(
  document: EvidenceDocument,
  index: number,
  weights: TermWeights,
  type: AnswerType,
): ScoredUnit[] {
  const { text } = document.stored;
  // A sentence that speaks to an assistant answers nobody.
  const located = locate(document).filter(({ start, end }) => !isInstruction(text.slice(start, end)));
  const age = isSuperseded(document) ? SUPERSEDED : 0;
  const above = heldTerms([document.title, ...document.breadcrumbs].join('\n'), weights);
  const held = located.map(({ start, end }) => heldIn(text.slice(start, end), weights));
  const headings = new Map<string, ReadonlySet<string>>();
  return located.map((unit, at) => {
    const counts = held[at] ?? new Map<string, number>();
    const terms = new Set(counts.keys());
    const path = unit.headingPath.join('\n');
    const heading = headings.get(path) ?? heldTerms(path, weights);
    headings.set(path, heading);
    const header = unit.header
      ? heldTerms(text.slice(unit.header.start, unit.header.end), weights)
      : undefined;
    const neighbour = (by: number) => (located[at + by]?.chunk === unit.chunk ? held[at + by] : undefined);
    const near = (term: string) => neighbour(-1)?.has(term) || neighbour(1)?.has(term);
    const own = weightIn(weights, (term) => terms.has(term));
    const inHeadings = weightIn(
      weights,
      (term) => !terms.has(term) && (heading.has(term) || (header?.has(term) ?? false)),
    );
    const inTitle = weightIn(weights, (term) => !terms.has(term) && !heading.has(term) && above.has(term));
    const inNear = weightIn(
      weights,
      (term) => !terms.has(term) && !heading.has(term) && !above.has(term) && (near(term) ?? false),
    );
    const around = own + inHeadings + inTitle + inNear;
    const words = text.slice(unit.start, unit.end);
    const { header: row, ...rest } = unit;
    return {
      ...rest,
      ...(row && { header: { start: row.start, end: row.end } }),
      document: index,
      text: words,
      terms,
      counts,
      own,
      around,
      score:
        own +
        0.5 * inHeadings +
        0.35 * inTitle +
        0.3 * inNear +
        0.35 * document.score +
        (unit.chunk === document.bestChunk ? 0.1 : 0) +
        age +
        OPENING_WEIGHT * inOpening(words, own, weights) +
        fitness(words, unit.kind, type, terms.size),
    };
  });
}

function heldTerms(text: string, weights: TermWeights): Set<string> {
  return new Set(heldIn(text, weights).keys());
}

function heldIn(text: string, { weights }: TermWeights) {
  const all = countTerms(text).counts;
  return new Map([...all].filter(([term]) => weights.has(term)));
}

/** Units with their chunk and headings; of a long document those around the best chunk. */
function locate({ stored: { text, chunks }, bestChunk }: EvidenceDocument): Located[] {
  const centre = chunks[Math.max(0, bestChunk)];
  const isLong = text.length > MAX_LOOKED_AT;
  const from =
    isLong && centre
      ? Math.max(0, Math.min(centre.start - MAX_LOOKED_AT / 3, text.length - MAX_LOOKED_AT))
      : 0;
  const located: Located[] = [];
  for (const { ordinal, start, end, headingPath } of chunks) {
    if (end <= from || start >= from + MAX_LOOKED_AT) continue;
    let path = headingPath;
    let header: Unit | undefined;
    for (const unit of unitsOf(text, start, end)) {
      if (unit.kind === 'header') header = unit;
      else if (unit.kind !== 'row') header = undefined;
      located.push({
        ...unit,
        headingPath: path,
        chunk: ordinal,
        ...(header && unit.kind === 'row' && { header }),
      });
      if (unit.kind === 'heading') path = [...headingPath, text.slice(unit.start, unit.end)];
    }
  }
  return located;
}

const TIME =
  /\b(?:19|20)\d\d\b|\b\d{1,2}:\d\d\b|\b(?:monday|tuesday|wednesday|thursday|friday|saturday|sunday|january|february|march|april|june|july|august|september|october|november|december)\b|\d\s*(?:minutes?|hours?|days?|weeks?|months?|years?)\b|\b(?:every|each) (?:\d+ |other |second |third )?(?:minute|hour|day|night|morning|week|month|quarter|year|monday|friday|sprint|release)|\b(?:hour|dai|week|month|quarter|year|annual|biannual)ly\b|\b(?:once|twice|\w+ times) (?:a|an|every|per) \w+|\d+(?:年|月|日|時|分|週|か月|ヶ月|カ月|世紀)|時代|月曜|火曜|水曜|木曜|金曜|土曜|日曜|毎(?:日|週|月|年|朝|晩|回|時|四半期)|(?:日|週|月|年|時間|四半期)(?:ごと|に[一二三\d]+[回度])|半年|隔週|年度/iu;
const REASON =
  /\b(?:because|due to|since|as a result|caused? by|so that|in order to|reason)\b|ため|から|ので|による|により|理由|原因/iu;
const STEP =
  /\b(?:click|select|choose|open|run|use|enter|go to|type|create|set|install|configure|contact|submit|you can|must|should)\b|して(?:ください|下さい)|します|クリック|選択|開(?:く|き)|設定|入力|申請|提出/iu;
const PERSON =
  /\b\p{Lu}\p{Ll}+ \p{Lu}\p{Ll}+|氏|さん|(?:部長|課長|社長|担当|博士|教授|天皇|大統領|首相|将軍)/u;
const PLACE = /\b(?:in|at|on|to) (?:the )?\p{Lu}|県|市|区|町|村|国|州|島|都|府|地方|大陸|駅|階|室/u;

const FITS: Readonly<Partial<Record<AnswerType, RegExp>>> = {
  time: TIME,
  number: /\d|[一二三四五六七八九十百千万]+(?:人|個|回|件|つ|種|か国|割)/u,
  reason: REASON,
  procedure: STEP,
  person: PERSON,
  place: PLACE,
  definition: /\b(?:is|are|means|refers to)\b|(?:とは|である|であり|のこと|という|の一種)/iu,
};

const KIND: Readonly<Record<Unit['kind'], number>> = {
  sentence: 0,
  item: 0,
  row: 0,
  header: -0.3,
  code: -0.2,
  heading: -0.6,
};

const WIDE = /[\u3040-\u30ff\u3400-\u9fff]/u;

/** What a sentence is like, whatever it says: of the kind that is asked for, no question itself, neither stub nor wall. */
function fitness(text: string, kind: Unit['kind'], type: AnswerType, held: number): number {
  const isWide = WIDE.test(text);
  const length = text.length * (isWide ? 2.5 : 1);
  const stub = length < 25 ? -0.25 : length < 45 && held < 3 ? -0.1 : 0;
  const wall = length > 700 ? -0.15 : 0;
  const question = /[?？]$/u.test(text) ? -0.35 : 0;
  const lead = /[:：]$/u.test(text) ? -0.08 : 0;
  const pointer = POINTER.test(text) || isNavigation(text) ? AWAY : 0;
  return (FITS[type]?.test(text) ? 0.12 : 0) + stub + wall + question + lead + pointer + KIND[kind];
}

/** What sends the reader elsewhere answers nothing itself. */
const AWAY = -0.2;
const POINTER =
  /^[+*\s-]*(?:for (?:more|further|additional|general|details|an? )[^.]{0,100}\bsee\b|see (?:also\b|\[)|to learn (?:more|about|how)|learn (?:more|about|how)\b)/iu;
const LINK = /\[([^\]]*)\]\([^)]*\)/gu;
const LEAST_BESIDE = 0.2;

/** Links, and hardly a word beside them. */
function isNavigation(text: string): boolean {
  if (!text.includes('](')) return false;
  const letters = (words: string) => words.replace(/[^\p{L}\p{N}]/gu, '').length;
  return letters(text.replace(LINK, '')) < LEAST_BESIDE * letters(text.replace(LINK, '$1'));
}

/** Where words have spaces between them, what a sentence is about stands at its beginning. */
const OPENING = 70;
const OPENING_WEIGHT = 0.3;
/** Of a sentence that holds little of the question the beginning says nothing, and is not looked at. */
const LEAST_OWN = 0.4;

function inOpening(text: string, own: number, weights: TermWeights): number {
  if (own < LEAST_OWN || WIDE.test(text)) return 0;
  const held = heldTerms(text.slice(0, OPENING), weights);
  return weightIn(weights, (term) => held.has(term));
}

import type { Coverage } from '@fumikura/model';
import type { Knowledge } from '@fumikura/retrieval';
import { citedBy, createCitationBook } from './citations.ts';
import type { CitationBook } from './citations.ts';
import { confidenceOf, REFUSE_BELOW } from './confidence/confidence.ts';
import { extract, readableRow } from './extract.ts';
import { createGate } from './gate.ts';
import { investigate, missingWords, questionsIn, relatedTo } from './investigate.ts';
import type { Finding } from './investigate.ts';
import { analyseQuestion } from './question.ts';
import type { Question } from './question.ts';
import type { ScoredUnit } from './relevance.ts';
import type { AnswerEvent, Asker, AskOptions, Claim, Refusal } from './types.ts';
import { say } from './words.ts';

const MAX_CLAIMS = 3;

export interface AskParts {
  readonly knowledge: Knowledge;
}

export async function* askWith(
  { knowledge }: AskParts,
  asked: string,
  asker: Asker,
  options: AskOptions,
): AsyncGenerator<AnswerEvent> {
  const started = performance.now();
  const question = analyseQuestion(asked, options.context);
  yield { kind: 'searching', parts: question.parts.map(({ text }) => text) };
  const findings = await investigate(knowledge, question, asker, options);
  yield {
    kind: 'evidence',
    documents: findings.reduce((sum, { evidence }) => sum + evidence.documents.length, 0),
    passages: findings.reduce((sum, { units }) => sum + units.length, 0),
  };
  const gate = createGate(knowledge, asker);
  const book = createCitationBook();
  const shown: Claim[] = [];
  for (const claim of extractedClaims(findings, book, options.maxClaims ?? MAX_CLAIMS)) {
    const citations = book.all().filter(({ number }) => claim.citations.includes(number));
    const passed = await gate.pass(claim, citations);
    if (!passed) continue;
    shown.push(passed);
    yield { kind: 'claim', claim: passed, citations };
  }
  const cited = new Set(book.all().map(({ documentId }) => documentId));
  const related = relatedTo(findings, cited);
  const named = await gate.name(related.map(({ id }) => id));
  const citations = citedBy(shown, book.all());
  const passedIds = new Set(citations.map(({ documentId }) => documentId));
  const withdrawn = gate.withdrawn.size > 0 ? [say('withdrawn', question.language)] : [];
  yield {
    kind: 'answer',
    answer: {
      question: question.text,
      language: question.language,
      kind: shown.length > 0 ? 'extracted' : 'refused',
      claims: shown,
      citations,
      confidence: overall(findings, shown),
      conflicts: [],
      related: related.filter(({ id }) => named.has(id)),
      relatedQuestions: questionsIn(findings, question.text, (id) => named.has(id) || passedIds.has(id)),
      coverage: coverageOf(findings),
      ...(shown.length === 0 && { refusal: refusalOf(question, findings) }),
      notices: [
        ...new Set([
          ...question.notices,
          ...findings.flatMap(({ evidence }) => evidence.notices),
          ...withdrawn,
        ]),
      ],
      dropped: {},
      tookMs: Math.round((performance.now() - started) * 10) / 10,
    },
  };
}

/** Of each part that is answered at all, its best sentences. */
export function extractedClaims(findings: readonly Finding[], book: CitationBook, wanted: number): Claim[] {
  const said = new Set<string>();
  return findings.flatMap(({ confidence, units, evidence }, part) => {
    if (confidence.value < REFUSE_BELOW) return [];
    return extract(units, wanted).flatMap((unit): Claim[] => {
      const document = evidence.documents[unit.document];
      if (!document || said.has(unit.text)) return [];
      said.add(unit.text);
      const places = unit.header ? [unit, unit.header] : [unit];
      const citations = places.map(({ start, end }) => book.cite(document, start, end).number);
      const header = unit.header && document.stored.text.slice(unit.header.start, unit.header.end);
      return [{ text: wording(unit, header), kind: 'extracted', citations, support: supportOf(unit), part }];
    });
  });
}

function wording(unit: ScoredUnit, header: string | undefined): string {
  return unit.kind === 'row' ? readableRow(unit.text, header) : unit.text.replace(/\s+/gu, ' ');
}

function supportOf({ around }: ScoredUnit): number {
  return Math.round(Math.min(1, around) * 1_000) / 1_000;
}

/** Of the parts that were answered the least certain one; of a refusal the most certain. */
export function overall(findings: readonly Finding[], claims: readonly Claim[]) {
  const answered = findings.filter((_, part) => claims.some((claim) => claim.part === part));
  const values = (answered.length > 0 ? answered : findings).map(({ confidence }) => confidence.value);
  if (values.length === 0) return confidenceOf(0);
  return confidenceOf(answered.length > 0 ? Math.min(...values) : Math.min(REFUSE_BELOW, ...values));
}

export function coverageOf(findings: readonly Finding[]): Coverage {
  return findings[0]?.evidence.coverage ?? { complete: true, sources: [] };
}

export function refusalOf(
  question: Question,
  findings: readonly Finding[],
  reason?: Refusal['reason'],
): Refusal {
  const isEmpty = findings.every(({ evidence }) => evidence.documents.length === 0);
  const why = reason ?? (isEmpty ? 'nothing-found' : 'not-answered');
  const words = {
    'nothing-found': 'nothingFound',
    'not-answered': 'notAnswered',
    'not-supported': 'notSupported',
    'not-a-question': 'notAQuestion',
  } as const;
  return {
    reason: why,
    message: say(words[why], question.language),
    searched: findings.map(({ searched }) => searched),
    missing: [...new Set(findings.flatMap(missingWords))],
  };
}

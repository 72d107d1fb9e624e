import type { DocumentId } from '@fumikura/model';
import type { Knowledge } from '@fumikura/retrieval';
import { createCitationBook, citedBy } from './citations.ts';
import type { CitationBook } from './citations.ts';
import { REFUSE_BELOW } from './confidence/confidence.ts';
import { conflictsIn } from './conflicts.ts';
import { isSuperseded } from './currency.ts';
import { extractedClaims } from './extracted.ts';
import { createGate } from './gate.ts';
import type { Gate } from './gate.ts';
import { investigate, overall, questionsIn, refusalOf, relatedTo } from './investigate.ts';
import type { Finding } from './investigate.ts';
import { analyseQuestion } from './question.ts';
import type { Question } from './question.ts';
import type { Answer, AnswerEvent, Asker, AskOptions, Claim, Conflict, Refusal } from './types.ts';
import { say } from './words.ts';
import { citedClaim } from './written.ts';
import { selectPassages } from './writing/passages.ts';
import { modelFailure } from './writing/failure.ts';
import { ANSWER_PROMPT } from './writing/prompts.ts';
import { NOTHING_WRITTEN } from './writing/writer.ts';
import type { Writer } from './writing/writer.ts';

const MAX_CLAIMS = 3;
const MAX_TOKENS = 3_000;

export interface AskParts {
  readonly knowledge: Knowledge;
  readonly writer?: Writer | undefined;
}

/** What is at hand while one answer is made. */
interface Making {
  readonly question: Question;
  readonly findings: readonly Finding[];
  readonly asker: Asker;
  readonly options: AskOptions;
  readonly gate: Gate;
  readonly book: CitationBook;
  readonly shown: Claim[];
  readonly notices: string[];
}

/** How claims came to be, for the end of the answer. */
interface Made {
  readonly kind: 'extracted' | 'written';
  readonly dropped: Readonly<Record<string, number>>;
  readonly reason?: Refusal['reason'];
}

export async function* askWith(
  { knowledge, writer }: AskParts,
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
  const making: Making = {
    question,
    findings,
    asker,
    options,
    gate,
    book: createCitationBook(),
    shown: [],
    notices: [],
  };
  const isWorthwhile = findings.some(({ confidence }) => confidence.value >= REFUSE_BELOW);
  const made =
    writer && isWorthwhile && !options.withoutModel
      ? yield* written(making, writer)
      : yield* extracted(making);
  const answer = await finished(making, made);
  yield {
    kind: 'answer',
    answer: { ...answer, tookMs: Math.round((performance.now() - started) * 10) / 10 },
  };
}

async function* extracted(making: Making): AsyncGenerator<AnswerEvent, Made> {
  const { findings, book, options } = making;
  for (const claim of extractedClaims(findings, book, options.maxClaims ?? MAX_CLAIMS))
    yield* show(making, claim);
  return { kind: 'extracted', dropped: {} };
}

/** A model's claims as they are verified; what it cannot do is done by extraction, and said. */
async function* written(making: Making, writer: Writer): AsyncGenerator<AnswerEvent, Made> {
  const { question, findings, asker, options, shown } = making;
  const passages = selectPassages(findings, options.maxTokens ?? MAX_TOKENS, writer.model.countTokens);
  const task = {
    question: question.text,
    ...(options.context !== undefined && { saidBefore: options.context.slice(-2_000) }),
  };
  const { person, signal } = asker;
  const claims = writer.write({ prompt: ANSWER_PROMPT, task, passages, person, signal });
  try {
    for (;;) {
      const next = await claims.next();
      if (!next.done) {
        yield* show(
          making,
          citedClaim(next.value, making.book, partOf(next.value.passages[0]?.document.id, findings)),
        );
        continue;
      }
      const { dropped, isAnswered, askedOnce } = next.value;
      if (askedOnce > 0) yield* tell(making, say('askedOnce', question.language));
      const reason =
        Object.keys(dropped).length > 0 ? 'not-supported' : isAnswered ? 'not-supported' : 'not-answered';
      return { kind: 'written', dropped, reason };
    }
  } catch (cause) {
    const { language } = question;
    const isBegun = shown.length > 0;
    const rest = say(isBegun ? 'mayLack' : 'quoted', language);
    yield* tell(making, `${modelFailure(cause, language)} ${rest}`);
    return isBegun ? { kind: 'written', dropped: {} } : yield* extracted(making);
  } finally {
    // Whoever stops listening ends the model's work too.
    await claims.return(NOTHING_WRITTEN);
  }
}

function partOf(document: DocumentId | undefined, findings: readonly Finding[]): number {
  return Math.max(
    0,
    findings.findIndex(({ evidence }) => evidence.documents.some(({ id }) => id === document)),
  );
}

async function* show({ gate, book, shown }: Making, claim: Claim): AsyncGenerator<AnswerEvent> {
  const citations = citedBy([claim], book.all());
  if (!(await gate.pass(claim, citations))) return;
  shown.push(claim);
  yield { kind: 'claim', claim, citations };
}

async function* tell({ notices }: Making, text: string): AsyncGenerator<AnswerEvent> {
  notices.push(text);
  yield { kind: 'notice', text };
}

async function finished(making: Making, { kind, dropped, reason }: Made): Promise<Omit<Answer, 'tookMs'>> {
  const { question, findings, gate, book, shown, notices } = making;
  const conflicts = shown.length > 0 ? await conflictsThatMayBeShown(making) : [];
  const sides = conflicts.flatMap((conflict) =>
    conflict.sides.map(({ citation }) => ({ citations: [citation] })),
  );
  const citations = citedBy([...shown, ...sides], book.all());
  const cited = new Set(book.all().map(({ documentId }) => documentId));
  const related = relatedTo(findings, cited);
  const named = await gate.name(related.map(({ id }) => id));
  const mayName = new Set([...named, ...citations.map(({ documentId }) => documentId)]);
  return {
    question: question.text,
    language: question.language,
    kind: shown.length > 0 ? kind : 'refused',
    claims: shown,
    citations,
    confidence: overall(findings, shown),
    conflicts,
    related: related.filter(({ id }) => named.has(id)),
    relatedQuestions: questionsIn(findings, question.text, (id) => mayName.has(id)),
    coverage: findings[0]?.evidence.coverage ?? { complete: true, sources: [] },
    ...(shown.length === 0 && { refusal: refusalOf(question, findings, reason) }),
    notices: [
      ...new Set([
        ...question.notices,
        ...findings.flatMap(({ evidence }) => evidence.notices),
        ...notices,
        ...unanswered(making),
        ...superseded(making),
        ...(gate.withdrawn.size > 0 ? [say('withdrawn', question.language)] : []),
      ]),
    ],
    dropped,
  };
}

/** Both sides pass the same gate as claims: one side alone would be no contradiction. */
async function conflictsThatMayBeShown({ findings, book, gate, shown }: Making): Promise<Conflict[]> {
  const answered = findings.filter((_, part) => shown.some((claim) => claim.part === part));
  const kept: Conflict[] = [];
  for (const conflict of conflictsIn(answered, book)) {
    const numbers = conflict.sides.map(({ citation }) => citation);
    const claim: Claim = { text: conflict.about, kind: 'extracted', citations: numbers, support: 1, part: 0 };
    if (await gate.pass(claim, citedBy([claim], book.all()))) kept.push(conflict);
  }
  return kept;
}

function unanswered({ question, shown }: Making): string[] {
  if (question.parts.length < 2 || shown.length === 0) return [];
  return question.parts.flatMap(({ text }, part) =>
    shown.some((claim) => claim.part === part) ? [] : [`${say('partUnanswered', question.language)} ${text}`],
  );
}

function superseded({ findings, shown, book, question }: Making): string[] {
  const documents = findings.flatMap(({ evidence }) => evidence.documents);
  const old = citedBy(shown, book.all()).filter(({ documentId }) => {
    const document = documents.find(({ id }) => id === documentId);
    return document !== undefined && isSuperseded(document);
  });
  if (old.length === 0) return [];
  return [`${say('superseded', question.language)} ${old.map(({ number }) => `[${number}]`).join(' ')}`];
}

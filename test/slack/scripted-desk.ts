import { setTimeout as delay } from 'node:timers/promises';
import type { Answer, AnswerEvent, Citation, Claim, SummaryEvent } from '@fumikura/answering';
import { AppError } from '@fumikura/errors';
import { splitDocumentId } from '@fumikura/model';
import type { DocumentId, PersonId } from '@fumikura/model';
import type { BotEvent, Desk, DocumentCard, Place } from '@fumikura/slack-bot';

export interface DeskDocument {
  readonly id: DocumentId;
  readonly title: string;
  readonly url: string;
  /** The answering sentence. */
  readonly text: string;
  /** Subjects of persons. */
  readonly readers: Set<string>;
  readonly authors?: readonly string[];
}

export interface ScriptedDesk extends Desk {
  readonly documents: Map<DocumentId, DeskDocument>;
  /** What was written down, in order. */
  readonly records: {
    readonly person: string | undefined;
    readonly place: Place;
    readonly event: BotEvent;
  }[];
  /** How often each question was asked. */
  readonly asked: Map<string, number>;
  /** Before each claim; default 0. */
  claimMs: number;
  /** Thrown by the next call. */
  failNext: Error | undefined;
  /** The next answer breaks off behind so many claims. */
  failAfter: number | undefined;
}

/**
 * Answers from a handful of documents, each with its readers: so that worlds of thousands are made and judged in
 * seconds. Everything of it is for one person at one moment, as the real one is.
 */
export function createScriptedDesk(documents: readonly DeskDocument[]): ScriptedDesk {
  const all = new Map(documents.map((each) => [each.id, each]));
  const mayRead = ({ subject }: PersonId, id: DocumentId) => all.get(id)?.readers.has(subject) ?? false;
  const found = (person: PersonId, text: string, sources?: readonly string[]) => {
    const words = text
      .toLowerCase()
      .split(/\s+/u)
      .filter((word) => word.length > 2);
    return [...all.values()].filter(
      ({ id, title, text: body }) =>
        mayRead(person, id) &&
        (!sources || sources.includes(splitDocumentId(id)?.source ?? '')) &&
        words.some((word) => `${title} ${body}`.toLowerCase().includes(word)),
    );
  };
  const fail = () => {
    const { failNext } = desk;
    desk.failNext = undefined;
    if (failNext) throw failNext;
  };
  const desk: ScriptedDesk = {
    documents: all,
    records: [],
    asked: new Map(),
    claimMs: 0,
    ...{ failNext: undefined, failAfter: undefined },
    async *ask(person, { text, sources }, place, signal): AsyncIterable<AnswerEvent> {
      fail();
      desk.asked.set(text, (desk.asked.get(text) ?? 0) + 1);
      const hits = found(person, text, sources);
      const answer = answerFrom(text, hits);
      await desk.record(person, place, {
        ...{ action: 'answer', via: 'slack ask', outcome: 'done', shown: hits.map(({ id }) => id) },
      });
      for (const [index, claim] of answer.claims.entries()) {
        await delay(desk.claimMs, undefined, { signal });
        const citation = answer.citations[index];
        yield { kind: 'claim', claim, citations: citation ? [citation] : [] };
        if (desk.failAfter === index + 1) throw new Error('the model went away');
      }
      yield { kind: 'answer', answer: withdrawn(answer, (id) => mayRead(person, id)) };
    },
    async *summarize(person, target, place): AsyncIterable<SummaryEvent> {
      fail();
      const hits =
        'query' in target
          ? found(person, target.query)
          : target.documentIds.flatMap((id) => (mayRead(person, id) ? (all.get(id) ?? []) : []));
      const { claims, citations, coverage } = answerFrom('', hits);
      await desk.record(person, place, {
        ...{ action: 'answer', via: 'slack summarize', outcome: 'done', shown: hits.map(({ id }) => id) },
      });
      yield {
        kind: 'summary',
        summary: {
          ...{ kind: 'extracted', language: 'en', points: claims, citations, documents: [], leftOut: [] },
          ...{ leftOutBeyond: 0, truncated: false, coverage, notices: [], dropped: {}, tookMs: 1 },
        },
      };
    },
    search: async (person, { text, cursor, sources }, place) => {
      fail();
      const hits = found(person, text, sources);
      const from = Number(cursor ?? 0);
      const page = hits.slice(from, from + 3);
      await desk.record(person, place, {
        ...{ action: 'answer', via: 'slack search', outcome: 'done', shown: page.map(({ id }) => id) },
      });
      return {
        hits: page.map((each, index) => ({
          ...{ id: each.id, title: each.title, url: each.url, source: sourceOf(each.id), kind: 'page' },
          ...{ rank: from + index + 1, language: 'en', breadcrumbs: [], authors: [], labels: [] },
          snippet: { text: each.text, highlights: [], headingPath: [], start: 0, end: each.text.length },
          duplicates: [],
        })),
        coverage: { complete: true, sources: [] },
        ...(from + 3 < hits.length && { nextCursor: String(from + 3) }),
        ...{ notices: [], tookMs: 1 },
      };
    },
    readable: async (person, ids) => new Set(ids.filter((id) => mayRead(person, id))),
    recheck: async (person, answer) => withdrawn(answer, (id) => mayRead(person, id)),
    documentAt: async (person, url) => {
      const document = [...all.values()].find((each) => each.url === url);
      return document && mayRead(person, document.id) ? cardOf(document) : undefined;
    },
    cards: async (person, ids) =>
      ids.flatMap((id) => {
        const document = all.get(id);
        return document && mayRead(person, id) ? [cardOf(document)] : [];
      }),
    sources: async (person) => {
      const own = [...all.values()].filter(({ id }) => mayRead(person, id));
      const ids = [...new Set(own.map(({ id }) => sourceOf(id)))];
      return ids.map((id) => ({
        ...{ id, state: 'ready' as const, lastCompletedAt: '2026-06-01T00:00:00.000Z' },
        documents: own.filter((each) => sourceOf(each.id) === id).length,
      }));
    },
    record: async (person, place, event) => {
      desk.records.push({ person: person?.subject, place, event });
    },
  };
  return desk;
}

function sourceOf(id: DocumentId) {
  const source = splitDocumentId(id)?.source;
  if (source) return source;
  throw new AppError('UNEXPECTED', 'internal', `no source in ${id}`);
}

function cardOf({ id, title, url, authors = [] }: DeskDocument): DocumentCard {
  return { id, title, url, source: sourceOf(id), authors };
}

function answerFrom(question: string, hits: readonly DeskDocument[]): Answer {
  const citations = hits.map(({ id, title, url, text }, index): Citation => ({
    ...{ number: index + 1, documentId: id, title, url, source: sourceOf(id) },
    ...{ start: 0, end: text.length, quote: text, headingPath: [] },
  }));
  const claims = hits.map(({ text }, index): Claim => ({
    text,
    kind: 'extracted',
    citations: [index + 1],
    support: 1,
    part: 0,
  }));
  return {
    ...{ question, language: 'en', kind: hits.length > 0 ? 'extracted' : 'refused', claims, citations },
    confidence: { value: 0.8, words: 'high', version: 'test' },
    ...{ conflicts: [], related: [], relatedQuestions: [], notices: [], dropped: {}, tookMs: 1 },
    coverage: {
      complete: true,
      sources: [...new Set(hits.map(({ id }) => sourceOf(id)))].map((source) => ({
        source,
        state: 'answered',
      })),
    },
  };
}

function withdrawn(answer: Answer, mayRead: (id: DocumentId) => boolean): Answer {
  const citations = answer.citations.filter(({ documentId }) => mayRead(documentId));
  const numbers = new Set(citations.map(({ number }) => number));
  return {
    ...answer,
    citations,
    claims: answer.claims.filter((claim) => claim.citations.every((number) => numbers.has(number))),
  };
}

import type { Answer, AnswerEvent, SummaryEvent } from '@fumikura/answering';
import type { DocumentId, PersonId, SourceId } from '@fumikura/model';
import type { SearchPage, SourceSummary } from '@fumikura/retrieval';

/** Where in Slack somebody asked, for the audit record. */
export interface Place {
  readonly team: string;
  readonly channel: string;
  readonly user: string;
  /** `direct`: only the asker reads there. */
  readonly kind: 'direct' | 'channel';
}

export interface DocumentCard {
  readonly id: DocumentId;
  readonly title: string;
  readonly url: string;
  readonly source: SourceId;
  readonly authors: readonly string[];
  readonly updatedAt?: string;
}

export interface Question {
  readonly text: string;
  /** What was said in the thread before, the oldest first. */
  readonly earlier?: string;
  readonly sources?: readonly SourceId[];
}

/** Something that happened beside an answer, to be written down before anybody sees its effect. */
export interface BotEvent {
  readonly action: 'answer' | 'change' | 'access';
  readonly via: string;
  readonly outcome: 'done' | 'refused';
  readonly code?: string;
  readonly shown?: readonly DocumentId[];
  readonly withheld?: readonly DocumentId[];
  readonly details?: Readonly<Record<string, string | number | boolean>>;
}

/**
 * What the bot stands on: every call is for one person, with the rights of that moment, and written down before its
 * result is given. Rejects with AppErrors, whose public message may be shown to the asker.
 */
export interface Desk {
  ask(person: PersonId, question: Question, place: Place, signal: AbortSignal): AsyncIterable<AnswerEvent>;
  summarize(
    person: PersonId,
    target: { readonly documentIds: readonly DocumentId[] } | { readonly query: string },
    place: Place,
    signal: AbortSignal,
  ): AsyncIterable<SummaryEvent>;
  search(
    person: PersonId,
    query: { readonly text: string; readonly cursor?: string; readonly sources?: readonly SourceId[] },
    place: Place,
    signal: AbortSignal,
  ): Promise<SearchPage>;
  /** Those that the person may read now. Not written down: nothing of them is shown. */
  readable(person: PersonId, ids: readonly DocumentId[]): Promise<ReadonlySet<DocumentId>>;
  /** An earlier answer as it may be shown now. */
  recheck(person: PersonId, answer: Answer, place: Place): Promise<Answer>;
  /** The document that an address in a message leads to; undefined when absent or forbidden alike. */
  documentAt(person: PersonId, url: string): Promise<DocumentCard | undefined>;
  cards(person: PersonId, ids: readonly DocumentId[]): Promise<readonly DocumentCard[]>;
  sources(person: PersonId): Promise<readonly SourceSummary[]>;
  record(person: PersonId | undefined, place: Place, event: BotEvent): Promise<void>;
}

import type { BlockPlace, Coverage, DocumentId } from '@fumikura/model';
import type { AccessFilter, IndexFilter } from '@fumikura/ports';
import type { HitSummary, OnWithheld } from '@fumikura/retrieval';

/** Where a claim stands. `text` of the document from `start` to `end` is the evidence. */
export interface Citation {
  /** Counted from 1 within one answer, with gaps where a claim was dropped; claims refer to it. */
  readonly number: number;
  readonly documentId: DocumentId;
  readonly title: string;
  readonly url: string;
  readonly source: string;
  /** UTF-16 offsets into the document's normalised text. */
  readonly start: number;
  readonly end: number;
  /** The text there, as it is. Hostile input: never an instruction. */
  readonly quote: string;
  readonly headingPath: readonly string[];
  readonly place?: BlockPlace;
  readonly updatedAt?: string;
}

export interface Claim {
  /** One statement. `extracted` ones are text of a document: hostile input. */
  readonly text: string;
  readonly kind: 'extracted' | 'written';
  /** Numbers of citations, at least one. */
  readonly citations: readonly number[];
  /** 0 to 1: how well the cited text carries it. */
  readonly support: number;
  /** Which part of a question of several parts it answers, from 0. */
  readonly part: number;
}

export interface Confidence {
  /** Probability that the documents at hand answer the question, 0 to 1; calibrated, see docs/answers.md. */
  readonly value: number;
  readonly words: 'high' | 'medium' | 'low' | 'none';
  /** Which calibration it comes from. */
  readonly version: string;
}

/** Two passages that say different things about the same. */
export interface Conflict {
  readonly about: string;
  readonly kind: 'value' | 'date' | 'status' | 'negation';
  readonly sides: readonly {
    readonly citation: number;
    readonly says: string;
    readonly updatedAt?: string;
  }[];
  /** The citation to prefer, when one is newer or the other is superseded. */
  readonly preferred?: number;
}

export interface Refusal {
  readonly reason: 'nothing-found' | 'not-answered' | 'not-supported';
  /** For the asker, in the question's language. */
  readonly message: string;
  /** What was looked for. */
  readonly searched: readonly string[];
  /** Words of the question that no readable passage holds together with the rest. */
  readonly missing: readonly string[];
}

export interface Answer {
  readonly question: string;
  readonly language: string;
  /** `extracted`: sentences of documents. `written`: by a model, each claim verified. `refused`: no claim. */
  readonly kind: 'extracted' | 'written' | 'refused';
  readonly claims: readonly Claim[];
  readonly citations: readonly Citation[];
  readonly confidence: Confidence;
  readonly conflicts: readonly Conflict[];
  /** Further documents that fit, not cited. */
  readonly related: readonly HitSummary[];
  readonly relatedQuestions: readonly string[];
  readonly coverage: Coverage;
  readonly refusal?: Refusal;
  /** Said to the asker: what was left out, cut, or answered by other means. */
  readonly notices: readonly string[];
  /** Claims that a model made and that were not shown, by reason. */
  readonly dropped: Readonly<Record<string, number>>;
  readonly tookMs: number;
}

export type AnswerEvent =
  | { readonly kind: 'searching'; readonly parts: readonly string[] }
  | { readonly kind: 'evidence'; readonly documents: number; readonly passages: number }
  /** Verified; the citations are those it brings anew. */
  | { readonly kind: 'claim'; readonly claim: Claim; readonly citations: readonly Citation[] }
  | { readonly kind: 'notice'; readonly text: string }
  | { readonly kind: 'answer'; readonly answer: Answer };

export interface AskOptions {
  readonly filter?: IndexFilter;
  /** What was said before, for a question that refers to it; at most 8,000 characters are used. */
  readonly context?: string;
  /** Claims of an extracted answer, 1 to 10, default 3. */
  readonly maxClaims?: number;
  /** Of the evidence, default 3,000. */
  readonly maxTokens?: number;
  /** Answer by extraction although a model is configured. */
  readonly withoutModel?: boolean;
}

/** Who asks, with the rights to be used, and what has to happen before anything is shown. */
export interface Asker {
  readonly access: AccessFilter;
  /** Key of the person, for budgets. */
  readonly person: string;
  readonly signal: AbortSignal;
  /**
   * The rights of this moment, asked for again when an answer leaves: somebody may have lost one while it was made.
   * Default: `access`.
   */
  readonly accessNow?: () => Promise<AccessFilter>;
  /** Awaited with the documents of whatever is about to be shown; nothing is shown when it rejects. */
  readonly beforeShown?: (documents: readonly DocumentId[]) => Promise<void>;
  readonly onWithheld?: OnWithheld;
}

export type SummaryTarget =
  { readonly documentIds: readonly DocumentId[] } | { readonly query: string; readonly filter?: IndexFilter };

export interface SummaryOptions {
  /** What it is to be about. */
  readonly focus?: string;
  /** Words, 50 to 2,000, default 200; about two characters of Japanese to a word. */
  readonly length?: number;
  /** Only what changed on or after: a diff summary. ISO 8601. */
  readonly changedSince?: string;
  readonly withoutModel?: boolean;
}

export interface SummaryDocument extends HitSummary {
  readonly updatedAt?: string;
  /** Points taken from it. */
  readonly points: number;
  /** Characters read, and what it has. */
  readonly readCharacters: number;
  readonly characters: number;
}

export interface LeftOut {
  readonly title: string;
  readonly documentId?: DocumentId;
  readonly reason:
    | 'beyond-cap'
    | 'no-text'
    | 'not-found'
    | 'not-changed'
    | 'nothing-on-focus'
    | 'no-room'
    /** Nothing came to it since, and passages went: what they said is not kept. */
    | 'passages-removed';
  /** With `passages-removed`: how many, and the last day on which some went, ISO 8601. */
  readonly removed?: { readonly passages: number; readonly lastAt: string };
}

export interface Summary {
  readonly kind: 'extracted' | 'written' | 'refused';
  readonly language: string;
  readonly points: readonly Claim[];
  readonly citations: readonly Citation[];
  readonly documents: readonly SummaryDocument[];
  readonly leftOut: readonly LeftOut[];
  /** Documents left out beyond those named. */
  readonly leftOutBeyond: number;
  readonly truncated: boolean;
  readonly coverage?: Coverage;
  readonly notices: readonly string[];
  readonly dropped: Readonly<Record<string, number>>;
  readonly refusal?: Refusal;
  readonly tookMs: number;
}

export type SummaryEvent =
  | { readonly kind: 'reading'; readonly done: number; readonly total: number }
  /** Of a summary by a model: notes are taken of one batch of passages after the other, then the text is written. */
  | {
      readonly kind: 'stage';
      readonly stage: 'notes' | 'writing';
      readonly done: number;
      readonly total: number;
    }
  | { readonly kind: 'point'; readonly claim: Claim; readonly citations: readonly Citation[] }
  | { readonly kind: 'notice'; readonly text: string }
  | { readonly kind: 'summary'; readonly summary: Summary };

/** Answers and summaries from what the asker may read. Every citation is checked again when it leaves. */
export interface Answering {
  /**
   * Ends with one event of kind `answer`. Claims come as soon as they are verified.
   * Rejects with QUESTION_EMPTY or QUESTION_TOO_LONG (invalid-input), CANCELLED, and as `Knowledge.search`.
   */
  ask(question: string, asker: Asker, options?: AskOptions): AsyncIterable<AnswerEvent>;
  /** Ends with one event of kind `summary`. Unknown and forbidden ids are left out alike. */
  summarize(target: SummaryTarget, asker: Asker, options?: SummaryOptions): AsyncIterable<SummaryEvent>;
  /**
   * An answer that was made before, as it may be shown now: claims whose evidence was withdrawn or changed are dropped.
   * For whoever keeps answers: a thread, a cache.
   */
  recheck(answer: Answer, asker: Asker): Promise<Answer>;
}

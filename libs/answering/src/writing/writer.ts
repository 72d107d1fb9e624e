import { AppError, toAppError } from '@fumikura/errors';
import type { JsonValue } from '@fumikura/model';
import type { LanguageModel } from '@fumikura/ports';
import type { Likeness } from '../verify/likeness.ts';
import { verify } from '../verify/verify.ts';
import { createBreaker } from './breaker.ts';
import type { SpendBook, SpendLimits } from './budget.ts';
import { ClaimsReader } from './claims-stream.ts';
import type { RawClaim } from './claims-stream.ts';
import { metered } from './metered.ts';
import type { EvidencePassage } from './passages.ts';
import { CLAIMS_SCHEMA, inputOf } from './prompts.ts';
import type { Prompt } from './prompts.ts';
import { secondOpinion } from './second-opinion.ts';

export interface WriterOptions {
  readonly model: LanguageModel;
  readonly limits?: SpendLimits;
  readonly book: SpendBook;
  /** Of one answer; default 1,000. */
  readonly maxAnswerTokens?: number;
  /** Asks the model about each claim once more, apart from the others; default false. What rules refuse stays refused. */
  readonly asksTwice?: boolean;
  /** Asked about claims that only their words speak against; absent: they are refused. */
  readonly likeness?: Likeness;
  /** Milliseconds for one answer, its checks included; default 60,000. */
  readonly timeoutMs?: number;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

/** Claims of one answer that an embedder is asked about; further ones are judged by their words. */
const MOST_LIKENED = 12;

/** A claim that its passages carry. */
export interface WrittenClaim {
  readonly text: string;
  readonly passages: readonly EvidencePassage[];
  readonly support: number;
}

export interface Written {
  /** Claims that were not passed on, by what was wrong with them. */
  readonly dropped: Readonly<Record<string, number>>;
  /** The model says that the passages answer. */
  readonly isAnswered: boolean;
  /** Claims that stand by rules alone, because the model could not be asked about them again. */
  readonly askedOnce: number;
}

/** Of a model to which nobody listens any more. */
export const NOTHING_WRITTEN: Written = { dropped: {}, isAnswered: false, askedOnce: 0 };

export interface Task {
  readonly prompt: Prompt;
  readonly task: { readonly [key: string]: JsonValue };
  readonly passages: readonly EvidencePassage[];
  readonly person: string;
  readonly signal: AbortSignal;
}

/** Has a model write claims, and lets through those that hold. Rejects as LanguageModel, and with MODEL_BUDGET_SPENT. */
export interface Writer {
  readonly model: Pick<LanguageModel, 'name' | 'countTokens'>;
  write(task: Task): AsyncGenerator<WrittenClaim, Written>;
}

export function createWriter(options: WriterOptions): Writer {
  const { model, limits = {}, book, maxAnswerTokens = 1_000, timeoutMs = 60_000, now = Date.now } = options;
  const breaker = createBreaker(now);
  const meter = { model, limits, book, now, reserved: new Map() };
  return {
    model,
    write: async function* ({ prompt, task, passages, person, signal }) {
      breaker.require();
      const deadline = AbortSignal.timeout(timeoutMs);
      const request = {
        instructions: prompt.instructions,
        input: inputOf(task, passages),
        schema: CLAIMS_SCHEMA,
        maxTokens: maxAnswerTokens,
        signal: AbortSignal.any([signal, deadline]),
      };
      const reader = new ClaimsReader();
      const dropped: Record<string, number> = {};
      let askedOnce = 0;
      let likened = 0;
      const isLike: Likeness = async (said, by) =>
        options.likeness !== undefined && ++likened <= MOST_LIKENED && (await options.likeness(said, by));
      const drop = (why: string) => {
        dropped[why] = (dropped[why] ?? 0) + 1;
      };
      const isConfirmed = async ({ text, passages: cited }: WrittenClaim) => {
        if (options.asksTwice !== true) return true;
        try {
          return await secondOpinion(meter, text, cited, person, request.signal);
        } catch (cause) {
          if (request.signal.aborted || !toAppError(cause).code.startsWith('MODEL_')) throw cause;
          askedOnce++;
          return true;
        }
      };
      try {
        for await (const text of metered(meter, person, request))
          for (const claim of reader.push(text)) {
            const checked = await check(claim, passages, isLike, request.signal);
            if (typeof checked === 'string') drop(checked);
            else if (await isConfirmed(checked)) yield checked;
            else drop('second-opinion');
          }
        if (!reader.hasBegun && reader.isAnswered) throw malformed();
        breaker.succeeded();
      } catch (error) {
        if (signal.aborted) throw toAppError(signal.reason);
        const failure = deadline.aborted ? tooSlow(timeoutMs) : toAppError(error);
        // A budget says nothing of the model.
        if (failure.code !== 'MODEL_BUDGET_SPENT') breaker.failed();
        throw failure;
      }
      if (reader.malformed > 0) dropped['malformed'] = reader.malformed;
      return { dropped, isAnswered: reader.isAnswered, askedOnce };
    },
  };
}

/** The claim with its passages, or what is wrong with it. */
async function check(
  { text, passages: numbers }: RawClaim,
  passages: readonly EvidencePassage[],
  isLike: Likeness,
  signal: AbortSignal,
): Promise<WrittenClaim | string> {
  const cited = numbers.map((number) => passages.find((passage) => passage.number === number));
  // A number that nobody gave it stands for a document that it was not shown.
  if (cited.some((passage) => passage === undefined)) return 'citation';
  const known = cited.filter((passage) => passage !== undefined);
  const { isSupported, support, faults, otherWords } = verify(
    text,
    known.map(({ text: evidence, title, section }) => ({ text: evidence, context: `${title}\n${section}` })),
  );
  const holds = isSupported || (otherWords !== undefined && (await isLike(otherWords, signal)));
  return holds ? { text, passages: known, support } : (faults[0] ?? 'support');
}

function malformed(): AppError {
  return new AppError('MODEL_ANSWER_INVALID', 'transient', 'the model gave no list of claims', {
    publicMessage: 'The language model gave an answer that cannot be read.',
  });
}

function tooSlow(timeoutMs: number): AppError {
  return new AppError('MODEL_UNAVAILABLE', 'transient', `no whole answer within ${timeoutMs} ms`, {
    publicMessage: 'The language model takes too long.',
  });
}

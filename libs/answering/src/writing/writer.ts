import { AppError, toAppError } from '@fumikura/errors';
import type { JsonValue } from '@fumikura/model';
import type { LanguageModel, ModelUsage } from '@fumikura/ports';
import { verify } from '../verify/verify.ts';
import { createBreaker } from './breaker.ts';
import { costOf, requireBudget } from './budget.ts';
import type { SpendBook, SpendLimits } from './budget.ts';
import { ClaimsReader } from './claims-stream.ts';
import type { RawClaim } from './claims-stream.ts';
import type { EvidencePassage } from './passages.ts';
import { CLAIMS_SCHEMA, inputOf } from './prompts.ts';
import type { Prompt } from './prompts.ts';

export interface WriterOptions {
  readonly model: LanguageModel;
  readonly limits?: SpendLimits;
  readonly book: SpendBook;
  /** Of one answer; default 1,000. */
  readonly maxAnswerTokens?: number;
  /** Milliseconds for one answer, its checks included; default 60,000. */
  readonly timeoutMs?: number;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

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
}

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
  return {
    model,
    write: async function* ({ prompt, task, passages, person, signal }) {
      const input = inputOf(
        task,
        passages.map(({ document: _, start: __, end: ___, ...shown }) => shown),
      );
      const about = {
        inputTokens: model.countTokens(prompt.instructions + input),
        outputTokens: maxAnswerTokens,
      };
      const day = new Date(now()).toISOString().slice(0, 10);
      const tokens = about.inputTokens + about.outputTokens;
      await requireBudget(book, limits, person, day, { tokens, usd: costOf(model, about) });
      breaker.require();
      const deadline = AbortSignal.timeout(timeoutMs);
      const request = {
        instructions: prompt.instructions,
        input,
        schema: CLAIMS_SCHEMA,
        maxTokens: maxAnswerTokens,
        signal: AbortSignal.any([signal, deadline]),
      };
      const started = now();
      const reader = new ClaimsReader();
      const dropped: Record<string, number> = {};
      let written = '';
      let usage: ModelUsage | undefined;
      try {
        for await (const part of model.write(request)) {
          if ('usage' in part) usage = part.usage;
          else {
            written += part.text;
            for (const claim of reader.push(part.text)) {
              const checked = check(claim, passages);
              if (typeof checked === 'string') dropped[checked] = (dropped[checked] ?? 0) + 1;
              else yield checked;
            }
          }
        }
        if (!reader.hasBegun && reader.isAnswered) throw malformed();
        breaker.succeeded();
      } catch (error) {
        const failure = signal.aborted
          ? toAppError(signal.reason)
          : deadline.aborted
            ? tooSlow(timeoutMs)
            : toAppError(error);
        if (!signal.aborted) breaker.failed();
        throw failure;
      } finally {
        // What was begun is paid for, also when it broke off.
        const paid = usage ?? { inputTokens: about.inputTokens, outputTokens: model.countTokens(written) };
        await book.add(person, day, {
          tokens: paid.inputTokens + paid.outputTokens,
          usd: costOf(model, paid),
          seconds: (now() - started) / 1_000,
        });
      }
      if (reader.malformed > 0) dropped['malformed'] = reader.malformed;
      return { dropped, isAnswered: reader.isAnswered };
    },
  };
}

/** The claim with its passages, or what is wrong with it. */
function check(
  { text, passages: numbers }: RawClaim,
  passages: readonly EvidencePassage[],
): WrittenClaim | string {
  const cited = numbers.map((number) => passages.find((passage) => passage.number === number));
  // A number that nobody gave it stands for a document that it was not shown.
  if (cited.some((passage) => passage === undefined)) return 'citation';
  const known = cited.filter((passage) => passage !== undefined);
  const verdict = verify(
    text,
    known.map(({ text: evidence, title, section }) => ({ text: evidence, context: `${title}\n${section}` })),
  );
  if (!verdict.isSupported) return verdict.faults[0] ?? 'support';
  return { text, passages: known, support: verdict.support };
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

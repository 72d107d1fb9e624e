import { toAppError } from '@fumikura/errors';
import type { Knowledge } from '@fumikura/retrieval';
import { askWith } from './ask.ts';
import { recheckAnswer } from './recheck.ts';
import { summarizeWith } from './summary/summarize.ts';
import type { Answering } from './types.ts';
import { createWriter } from './writing/writer.ts';
import type { WriterOptions } from './writing/writer.ts';

export interface AnsweringOptions {
  readonly knowledge: Knowledge;
  /** Without one, sentences of documents are quoted. */
  readonly model?: WriterOptions;
}

export function createAnswering({ knowledge, model }: AnsweringOptions): Answering {
  const writer = model && createWriter(model);
  return {
    ask: (question, asker, options = {}) =>
      cancellable(askWith({ knowledge, writer }, question, asker, options), asker.signal),
    summarize: (target, asker, options = {}) =>
      cancellable(summarizeWith({ knowledge, writer }, target, asker, options), asker.signal),
    recheck: (answer, asker) => recheckAnswer(knowledge, answer, asker),
  };
}

/** Whatever was under way when it was cancelled ends in the same words, and nothing is told after it. */
async function* cancellable<T>(events: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T> {
  try {
    for await (const event of events) {
      signal.throwIfAborted();
      yield event;
    }
  } catch (error) {
    throw signal.aborted ? toAppError(signal.reason) : error;
  }
}

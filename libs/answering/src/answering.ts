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
    ask: (question, asker, options = {}) => askWith({ knowledge, writer }, question, asker, options),
    summarize: (target, asker, options = {}) => summarizeWith({ knowledge, writer }, target, asker, options),
    recheck: (answer, asker) => recheckAnswer(knowledge, answer, asker),
  };
}

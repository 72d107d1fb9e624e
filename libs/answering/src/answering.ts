import type { Knowledge } from '@fumikura/retrieval';
import { askWith } from './ask.ts';
import { recheckAnswer } from './recheck.ts';
import { summarizeWith } from './summary/summarize.ts';
import type { Answering } from './types.ts';

export interface AnsweringOptions {
  readonly knowledge: Knowledge;
}

export function createAnswering({ knowledge }: AnsweringOptions): Answering {
  return {
    ask: (question, asker, options = {}) => askWith({ knowledge }, question, asker, options),
    summarize: (target, asker, options = {}) => summarizeWith(knowledge, target, asker, options),
    recheck: (answer, asker) => recheckAnswer(knowledge, answer, asker),
  };
}

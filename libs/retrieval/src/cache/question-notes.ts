import { createHmac, randomBytes } from 'node:crypto';
import type { JsonValue } from '@fumikura/model';
import type { Catalog } from '@fumikura/ports';
import { TOKENISER_VERSION } from '@fumikura/text';
import type { RankedQuery } from '../ranker.ts';

/** A question that was asked more than once, with nothing of who asked it. */
export interface NotedQuestion {
  readonly key: string;
  /** Keyed hash of who may ask it again: the readers of a class, or one of them alone. */
  readonly askers: string;
  readonly query: RankedQuery;
  readonly times: number;
  /** Last asked, days since 1970. */
  readonly day: number;
}

const SPACE = 'search';
const KEY = 'questions';
const MOST_NOTED = 500;
const KEPT_DAYS = 14;

export interface QuestionNotes {
  askersOf(readers: string, caller?: string): string;
  load(today: number): Promise<readonly NotedQuestion[]>;
  /** Adds to what other processes have noted; left for the next time when one of them does so at this moment. */
  add(questions: readonly NotedQuestion[], today: number): Promise<boolean>;
}

/** In the catalog, which every process of an installation shares. Terms of another tokeniser are of no use. */
export async function openQuestionNotes({ setting, state }: Catalog): Promise<QuestionNotes> {
  const secret = await setting('questions-key', () => randomBytes(32).toString('base64'));
  const read = async (today: number) => {
    const entry = await state.get(SPACE, KEY);
    const noted = entry?.value as { tokeniser?: string; questions?: NotedQuestion[] } | undefined;
    const isUsable = noted?.tokeniser === String(TOKENISER_VERSION);
    const questions = isUsable ? (noted.questions ?? []) : [];
    return {
      version: entry?.version ?? 0,
      questions: questions.filter(({ day }) => today - day <= KEPT_DAYS),
    };
  };
  return {
    askersOf: (readers, caller = '') =>
      createHmac('sha256', secret)
        .update(JSON.stringify([readers, caller]))
        .digest('base64url'),
    load: async (today) => (await read(today)).questions,
    add: async (added, today) => {
      const { version, questions } = await read(today);
      const value = {
        tokeniser: String(TOKENISER_VERSION),
        questions: together([...questions, ...added]),
      } as unknown as JsonValue;
      return (await state.put(SPACE, { key: KEY, value, expected: version })) !== undefined;
    },
  };
}

/** The most frequent ones, of all days together. */
function together(questions: readonly NotedQuestion[]): NotedQuestion[] {
  const byKey = new Map<string, NotedQuestion>();
  for (const each of questions) {
    const id = `${each.askers} ${each.key}`;
    const known = byKey.get(id);
    byKey.set(id, {
      ...each,
      times: each.times + (known?.times ?? 0),
      day: Math.max(each.day, known?.day ?? 0),
    });
  }
  return [...byKey.values()].sort((a, b) => b.times - a.times || b.day - a.day).slice(0, MOST_NOTED);
}

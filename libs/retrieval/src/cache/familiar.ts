import { setTimeout as pause } from 'node:timers/promises';
import { toAppError } from '@fumikura/errors';
import type { AppError } from '@fumikura/errors';
import { readGrant } from '@fumikura/ports';
import type { AccessFilter } from '@fumikura/ports';
import { LRUCache } from 'lru-cache';
import type { RankedQuery, Ranker } from '../ranker.ts';
import type { CachedRanker } from './ranking-cache.ts';
import { rankingKey, readerClass } from './ranking-key.ts';
import type { NotedQuestion, QuestionNotes } from './question-notes.ts';

export interface FamiliarOptions {
  readonly cache: CachedRanker;
  readonly notes: QuestionNotes;
  readonly hasVectors: boolean;
  readonly now: () => number;
  /** Told when nothing could be ranked ahead: it is ranked when it is asked. */
  readonly onFailed: (error: AppError) => void;
  /** Between two looks whether anybody is being answered, ms; default 20. */
  readonly restMs?: number;
}

/** What was asked often is ranked again after a start, when somebody who may read the same comes. */
export interface Familiar {
  readonly rank: Ranker;
  /** Notes what was asked since the last time. */
  save(): Promise<void>;
  /** Resolves when nothing is being ranked ahead. */
  settled(): Promise<void>;
  /** Ends ranking ahead and saves. */
  close(): Promise<void>;
}

interface Asked {
  readonly query: RankedQuery;
  readonly readers: string;
  readonly caller: string;
  isOfSeveral: boolean;
  times: number;
}

const MOST_ASKED = 5_000;
/** For each class of readers; longer questions are seldom asked again, and are often a document's text. */
const MOST_AHEAD = 40;
const LONGEST = 200;
const DAY_MS = 24 * 3_600_000;
const REST_MS = 20;

/**
 * A question is noted when it was asked twice: for all who may read the same if two of them asked it, for the one person
 * otherwise. It is ranked ahead with the rights of a person who came, never with rights that were noted, one at a time and
 * only while nobody waits for an answer.
 */
export async function familiarQuestions(options: FamiliarOptions): Promise<Familiar> {
  const { cache, notes, hasVectors, now, onFailed, restMs = REST_MS } = options;
  const today = () => Math.floor(now() / DAY_MS);
  const noted = Map.groupBy(await notes.load(today()), ({ askers }) => askers);
  const asked = new LRUCache<string, Asked>({ max: MOST_ASKED });
  const closing = new AbortController();
  let [answering, ahead] = [0, Promise.resolve()];

  const note = (query: RankedQuery, access: AccessFilter, readers: string, caller: string): void => {
    const key = query.text.length <= LONGEST ? rankingKey(query, access, hasVectors) : undefined;
    if (key === undefined) return;
    const known = asked.get(key) ?? { query, readers, caller, isOfSeveral: false, times: 0 };
    known.times++;
    known.isOfSeveral ||= known.caller !== caller;
    asked.set(key, known);
  };
  const rankAhead = async (questions: readonly NotedQuestion[], access: AccessFilter): Promise<void> => {
    const most = questions.toSorted((a, b) => b.times - a.times).slice(0, MOST_AHEAD);
    for (const { query } of most) {
      while (answering > 0 && !closing.signal.aborted) await pause(restMs);
      if (closing.signal.aborted) return;
      await cache.rankAhead(query, access, closing.signal);
    }
  };
  const greet = (access: AccessFilter, readers: string, caller: string): void => {
    for (const askers of [notes.askersOf(readers), notes.askersOf(readers, caller)]) {
      const questions = noted.get(askers);
      if (!questions) continue;
      noted.delete(askers);
      ahead = ahead
        .then(() => rankAhead(questions, access))
        .catch((cause: unknown) => {
          if (!closing.signal.aborted) onFailed(toAppError(cause));
        });
    }
  };
  const save = async (): Promise<void> => {
    const questions = [...asked.entries()].flatMap(([key, each]): NotedQuestion[] => {
      if (each.times < 2) return [];
      const askers = notes.askersOf(each.readers, each.isOfSeveral ? undefined : each.caller);
      return [{ key, askers, query: each.query, times: each.times, day: today() }];
    });
    if (questions.length > 0 && (await notes.add(questions, today()))) asked.clear();
  };
  return {
    save,
    settled: () => ahead,
    close: async () => {
      closing.abort();
      await ahead;
      await save();
    },
    rank: async (query, access, signal) => {
      const readers = readerClass(access);
      const caller = readGrant(access)?.caller ?? '';
      if (readers !== undefined && cache.isKept(query)) {
        note(plainOf(query), access, readers, caller);
        greet(access, readers, caller);
      }
      answering++;
      try {
        return await cache.rank(query, access, signal);
      } finally {
        answering--;
      }
    },
  };
}

/** What is asked of the index alone: callers hand over more, which cannot be stored. */
function plainOf({ text, terms, filter, conditions }: RankedQuery): RankedQuery {
  return { text, terms, ...(filter && { filter }), ...(conditions && { conditions }) };
}

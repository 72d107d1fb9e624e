import { AppError } from '@fumikura/errors';
import type { LanguageModel, ModelUsage } from '@fumikura/ports';

/** What one person has used of models on one day. */
export interface Spent {
  readonly tokens: number;
  readonly usd: number;
  readonly seconds: number;
}

/** Of one person on one day of UTC; absent: no limit. */
export interface SpendLimits {
  readonly tokensPerDay?: number | undefined;
  readonly usdPerDay?: number | undefined;
  readonly secondsPerDay?: number | undefined;
}

/** Where it is kept what was used; every process of an installation has the same. */
export interface SpendBook {
  /** @param day `2026-01-31` */
  spent(person: string, day: string): Promise<Spent>;
  add(person: string, day: string, more: Spent): Promise<void>;
}

/** For one process, and forgotten with it. */
export function createMemorySpendBook(): SpendBook {
  const days = new Map<string, Spent>();
  return {
    spent: async (person, day) => days.get(`${day} ${person}`) ?? { tokens: 0, usd: 0, seconds: 0 },
    add: async (person, day, more) => {
      const known = days.get(`${day} ${person}`) ?? { tokens: 0, usd: 0, seconds: 0 };
      days.set(`${day} ${person}`, {
        tokens: known.tokens + more.tokens,
        usd: known.usd + more.usd,
        seconds: known.seconds + more.seconds,
      });
    },
  };
}

/** @throws AppError MODEL_BUDGET_SPENT (rate-limited) when a limit is reached, or would be by what is about to be asked */
export async function requireBudget(
  book: SpendBook,
  limits: SpendLimits,
  person: string,
  day: string,
  about: { readonly tokens: number; readonly usd: number },
): Promise<void> {
  const { tokens, usd, seconds } = await book.spent(person, day);
  const isOver =
    (limits.tokensPerDay !== undefined && tokens + about.tokens > limits.tokensPerDay) ||
    (limits.usdPerDay !== undefined && usd + about.usd > limits.usdPerDay) ||
    (limits.secondsPerDay !== undefined && seconds >= limits.secondsPerDay);
  if (!isOver) return;
  throw new AppError('MODEL_BUDGET_SPENT', 'rate-limited', 'the budget of a person for models is used up', {
    publicMessage: 'Your budget for the language model is used up for today.',
  });
}

export function costOf({ price }: LanguageModel, { inputTokens, outputTokens }: ModelUsage): number {
  if (!price) return 0;
  return (inputTokens * price.inputPerMillion + outputTokens * price.outputPerMillion) / 1e6;
}

import { AppError } from '@fumikura/errors';

const DAY_MS = 86_400_000;

/** Of one process: several that serve the same installation have a budget each. */
export interface DayBudget {
  /** @throws AppError BUDGET_SPENT (rate-limited) when so many tokens are no longer there */
  reserve(tokens: number): void;
  spent(tokens: number): void;
}

export function createDayBudget(
  { tokensPerDay, usdPerDay }: { readonly tokensPerDay?: number; readonly usdPerDay?: number },
  pricePerMillionTokens: number | undefined,
  now: () => number,
): DayBudget {
  const affordable =
    usdPerDay === undefined || !pricePerMillionTokens
      ? Infinity
      : (usdPerDay / pricePerMillionTokens) * 1_000_000;
  const limit = Math.min(tokensPerDay ?? Infinity, affordable);
  let day = NaN;
  let used = 0;
  return {
    reserve: (tokens) => {
      const today = Math.floor(now() / DAY_MS);
      // A clock that jumps back begins no new day, and one that was far ahead does not end them all.
      if (!(today <= day)) used = 0;
      if (today !== day - 1) day = today;
      if (used + tokens <= limit) return;
      throw new AppError('BUDGET_SPENT', 'rate-limited', `${used} of ${limit} tokens of today are used`);
    },
    spent: (tokens) => {
      used += tokens;
    },
  };
}

import type { LanguageModel, ModelRequest, ModelUsage } from '@fumikura/ports';
import { costOf, requireBudget } from './budget.ts';
import type { SpendBook, SpendLimits } from './budget.ts';

export interface Meter {
  readonly model: LanguageModel;
  readonly limits: SpendLimits;
  readonly book: SpendBook;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** What a model writes, counted for a person: not asked beyond the budget, and paid for also when it breaks off. */
export async function* metered(
  { model, limits, book, now }: Meter,
  person: string,
  request: ModelRequest,
): AsyncGenerator<string, void> {
  const about = {
    inputTokens: model.countTokens(request.instructions + request.input),
    outputTokens: request.maxTokens,
  };
  const day = new Date(now()).toISOString().slice(0, 10);
  const tokens = about.inputTokens + about.outputTokens;
  await requireBudget(book, limits, person, day, { tokens, usd: costOf(model, about) });
  const started = now();
  let written = '';
  let usage: ModelUsage | undefined;
  try {
    for await (const part of model.write(request)) {
      if ('usage' in part) usage = part.usage;
      else {
        written += part.text;
        yield part.text;
      }
    }
  } finally {
    const paid = usage ?? { inputTokens: about.inputTokens, outputTokens: model.countTokens(written) };
    await book.add(person, day, {
      tokens: paid.inputTokens + paid.outputTokens,
      usd: costOf(model, paid),
      seconds: (now() - started) / 1_000,
    });
  }
}

import { metered } from './metered.ts';
import type { Meter } from './metered.ts';
import type { EvidencePassage } from './passages.ts';
import { CHECK_PROMPT, shownOf, VERDICT_SCHEMA } from './prompts.ts';

const MAX_TOKENS = 60;

/**
 * Whether a model finds, too, that the passages say what a claim says. It is asked of claims that the rules let through and
 * can only take them away. An answer that cannot be read is a no. Rejects as LanguageModel, and with MODEL_BUDGET_SPENT.
 */
export async function secondOpinion(
  meter: Meter,
  claim: string,
  passages: readonly EvidencePassage[],
  person: string,
  signal: AbortSignal,
): Promise<boolean> {
  const request = {
    instructions: CHECK_PROMPT.instructions,
    input: JSON.stringify({ claim, passages: passages.map(shownOf), form: { supported: true } }),
    schema: VERDICT_SCHEMA,
    maxTokens: MAX_TOKENS,
    signal,
  };
  let said = '';
  for await (const text of metered(meter, person, request)) said += text;
  return /"supported"\s*:\s*true\b/u.test(said) && !/"supported"\s*:\s*false\b/u.test(said);
}

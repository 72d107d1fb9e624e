import type { Company, Question } from './company.ts';
import { sourceOf, teamOf } from './company.ts';
import type { ToolAnswer } from './mcp-session.ts';

export type Verdict = 'right' | 'wrong' | 'leaked' | 'refused' | 'degraded';

/** What an answer is worth: nothing of a team that is not theirs, and the one document that was asked for. */
export function judge(person: number, { handle }: Question, answer: ToolAnswer, company: Company): Verdict {
  const own = [sourceOf(teamOf(person, company)), sourceOf(-1)];
  const results = answer.structuredContent?.results ?? [];
  const shown = [...results.map(({ source }) => source), ...sourcesIn(answer)];
  if (shown.some((source) => !own.includes(source))) return 'leaked';
  if (answer.isError || !answer.structuredContent) return 'refused';
  if (answer.structuredContent.coverage.sources.some(({ state }) => state !== 'answered')) return 'degraded';
  if (!handle) return results.length > 0 ? 'right' : 'wrong';
  const mayRead = own.includes(sourceOf(handle.team));
  const isFound = results[0]?.id === handle.id;
  return isFound === mayRead ? 'right' : 'wrong';
}

/** Also what a message or a coverage names. */
function sourcesIn(answer: ToolAnswer): string[] {
  return JSON.stringify(answer).match(/files:(?:team\d+|everybody)/gu) ?? [];
}

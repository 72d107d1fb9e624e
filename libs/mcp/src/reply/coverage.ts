import type { Coverage, SourceCoverage } from '@fumikura/model';
import { z } from 'zod';

/** Sources named in one reply; those with a problem come first. */
const MAX_NAMED = 8;

export const coverageSchema = z
  .object({
    complete: z.boolean(),
    sources: z.array(z.looseObject({})),
    unnamed: z.int().optional().describe('Further sources, not named here.'),
  })
  .describe('Tell the person when it is incomplete or stale.');

/** Coverage in a bounded form: whether it is complete is said of all sources, however many are named. */
export function toCoverage({ complete, sources }: Coverage): z.output<typeof coverageSchema> {
  const troubled = sources.filter(hasTrouble);
  const named = [...troubled, ...sources.filter((source) => !hasTrouble(source))].slice(0, MAX_NAMED);
  const unnamed = sources.length - named.length;
  return { complete, sources: named.map((each) => ({ ...each })), ...(unnamed > 0 && { unnamed }) };
}

function hasTrouble({ state, staleSince, reason }: SourceCoverage): boolean {
  return state !== 'answered' || staleSince !== undefined || reason !== undefined;
}

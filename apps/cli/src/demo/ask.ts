import { LOCAL_ISSUER } from '@fumikura/access';
import type { Installation } from '@fumikura/composition';
import type { Hit } from '@fumikura/retrieval';
import type { Asker } from './company.ts';
import { closedBy } from './reasons.ts';
import type { Closed } from './reasons.ts';

/** Best answers of each person. */
const SHOWN = 3;

export interface Answer {
  readonly question: string;
  readonly people: readonly PersonalAnswer[];
}

export interface PersonalAnswer {
  readonly person: string;
  /** Best first. */
  readonly hits: readonly Hit[];
  /** Among the best answers of the others: what is closed to this person, by the rule that closes it. */
  readonly closed: Closed;
}

/** The same question as each of them. What one finds and another may not read is counted for the other by its rule. */
export async function askAs(
  installation: Installation,
  askers: readonly Asker[],
  question: string,
  signal: AbortSignal,
): Promise<Answer> {
  const { access, knowledge, store } = installation;
  const asked = [];
  for (const { id } of askers) {
    const filter = await access.filterFor({ issuer: LOCAL_ISSUER, subject: id });
    const { hits } = await knowledge.search({ query: question, limit: SHOWN }, filter, signal);
    asked.push({ id, filter, hits });
  }
  const best = [...new Set(asked.flatMap(({ hits }) => hits.map((hit) => hit.id)))];
  const people = [];
  for (const { id, filter, hits } of asked) {
    const open = new Set((await store.catalog.readable(best, filter)).map((record) => record.id));
    const closed = best.filter((document) => !open.has(document));
    people.push({ person: id, hits, closed: await closedBy(installation, id, closed) });
  }
  return { question, people };
}

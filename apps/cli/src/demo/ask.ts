import { LOCAL_ISSUER } from '@fumikura/access';
import type { Installation } from '@fumikura/composition';
import type { Hit } from '@fumikura/retrieval';
import { searchAs } from '../commands/search.ts';
import type { Context } from '../context.ts';
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
  context: Context,
  installation: Installation,
  askers: readonly Asker[],
  question: string,
): Promise<Answer> {
  const { access, store } = installation;
  const asked = [];
  for (const { id } of askers) {
    const actor = { issuer: LOCAL_ISSUER, subject: id };
    const { hits } = await searchAs(
      context,
      installation,
      question,
      { limit: SHOWN },
      { via: 'cli demo', actor },
    );
    asked.push({ actor, hits });
  }
  const best = [...new Set(asked.flatMap(({ hits }) => hits.map((hit) => hit.id)))];
  const people = [];
  for (const { actor, hits } of asked) {
    const filter = await access.filterFor(actor);
    const open = new Set((await store.catalog.readable(best, filter)).map((record) => record.id));
    const closed = best.filter((document) => !open.has(document));
    people.push({ person: actor.subject, hits, closed: await closedBy(installation, actor, closed) });
  }
  return { question, people };
}

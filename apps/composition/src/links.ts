import { join } from 'node:path';
import { createLinkDecisions } from '@fumikura/access';
import type { LinkDecisions, LinkedPerson } from '@fumikura/access';
import type { Config } from '@fumikura/config';

/** What was decided about accounts, beside the database. */
export function linkDecisionsOf({ dataFolder }: Pick<Config, 'dataFolder'>): LinkDecisions {
  return createLinkDecisions(join(dataFolder, 'links.jsonl'));
}

export function linkedPersonsOf({ persons }: Pick<Config, 'persons'>): readonly LinkedPerson[] {
  return persons.map(({ id, accounts, email }) => ({ id, accounts, ...(email !== undefined && { email }) }));
}

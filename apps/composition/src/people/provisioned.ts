import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { mergeProvisioned, withDecidedRoles } from '@fumikura/access';
import type { DirectoryPeople } from '@fumikura/access';
import type { Config } from '@fumikura/config';
import type { Logger } from '@fumikura/logging';
import type { People, PeopleStore, SharedState } from '@fumikura/ports';
import { createPeopleStore } from '@fumikura/store-people';
import type { Variables } from '../connectors/secrets.ts';
import { DATABASE_FILE, withState } from '../store.ts';
import { hasOlderFiles, importOlderFiles } from './older-files.ts';

type Entry = Config['persons'][number];

/** Who people are, beside the configuration; what lay in the data folder before is taken over first. */
export async function openPeopleStore(
  config: Pick<Config, 'dataFolder'>,
  state: SharedState,
  logger: Logger,
): Promise<PeopleStore> {
  const store = createPeopleStore(state);
  await importOlderFiles(config, state, store, logger);
  return store;
}

/** The configuration with everybody whom directories tell of and everything that was decided since it was written. */
export function withProvisioned(merged: Config, people: People, logger: Logger): Config {
  const config = merged.written ?? merged;
  const { persons, groups, left, unmatched } = mergeProvisioned<Entry>(
    config.persons,
    config.groups,
    directoriesOf(config, people),
    ({ accounts: _accounts, ...facts }) => ({ ...facts, accounts: [], slack: [], signIn: [...facts.signIn] }),
  );
  if (unmatched.length > 0)
    logger.warn('people.unmatched', { count: unmatched.length, first: unmatched.slice(0, 5).join(', ') });
  const decided = { links: people.links(), roles: people.roles() };
  return {
    ...config,
    written: config,
    persons: withDecidedRoles(persons, config.owner, decided.roles, (id) => ({
      id,
      accounts: [],
      slack: [],
      signIn: [],
    })),
    groups: groups.map((each) => ({ ...each, members: [...each.members] })),
    left,
    decided,
  };
}

/** For a command that ends soon: as the people are now. */
export async function withPeople(config: Config, logger: Logger, variables: Variables): Promise<Config> {
  // Nobody was told of anything where nothing was ever kept.
  const isNew = !config.stores && !existsSync(join(config.dataFolder, DATABASE_FILE));
  if (isNew && !hasOlderFiles(config)) return config;
  return withState(config, variables, async (state) => {
    const store = await openPeopleStore(config, state, logger);
    return withProvisioned(config, await store.read(), logger);
  });
}

function directoriesOf({ scim, directories }: Config, people: People): DirectoryPeople[] {
  const told = [...(scim ? [{ id: 'scim', ...scim }] : []), ...directories];
  return told.map(({ id, issuer, subject, linkBy }) => ({
    ...(issuer !== undefined && { issuer }),
    subject,
    linkBy,
    persons: people.persons(id),
    groups: people.groups(id),
    memberships: people.memberships(id),
  }));
}

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { mergeProvisioned } from '@fumikura/access';
import type { DirectoryPeople } from '@fumikura/access';
import { hasDirectories } from '@fumikura/config';
import type { Config } from '@fumikura/config';
import type { Logger } from '@fumikura/logging';
import type { PeopleStore } from '@fumikura/ports';
import { openPeopleStore } from '@fumikura/store-people';

type Entry = Config['persons'][number];

/** The store of people that directories tell of; undefined where the configuration names none. */
export function openPeopleStoreOf(config: Config): PeopleStore | undefined {
  return hasDirectories(config) ? openPeopleStore(join(config.dataFolder, 'people.db')) : undefined;
}

/** The configuration with everybody whom directories tell of: its persons, groups and leavers. */
export function withProvisioned(merged: Config, store: PeopleStore | undefined, logger: Logger): Config {
  const config = merged.written ?? merged;
  if (!store) return config;
  const directories = directoriesOf(config, store);
  const { persons, groups, left, unmatched } = mergeProvisioned<Entry>(
    config.persons,
    config.groups,
    directories,
    ({ accounts: _accounts, ...facts }) => ({ ...facts, accounts: [], slack: [], signIn: [...facts.signIn] }),
  );
  if (unmatched.length > 0)
    logger.warn('people.unmatched', { count: unmatched.length, first: unmatched.slice(0, 5).join(', ') });
  return {
    ...config,
    written: config,
    persons: [...persons],
    groups: groups.map((each) => ({ ...each, members: [...each.members] })),
    left,
  };
}

/** For a command that ends soon: as the people are now. */
export function withPeople(config: Config, logger: Logger): Config {
  if (!hasDirectories(config) || !existsSync(join(config.dataFolder, 'people.db'))) return config;
  const store = openPeopleStoreOf(config);
  try {
    return withProvisioned(config, store, logger);
  } finally {
    store?.close();
  }
}

function directoriesOf({ scim, directories }: Config, store: PeopleStore): DirectoryPeople[] {
  const told = [...(scim ? [{ id: 'scim', ...scim }] : []), ...directories];
  return told.map(({ id, issuer, subject, linkBy }) => ({
    ...(issuer !== undefined && { issuer }),
    subject,
    linkBy,
    persons: store.persons(id),
    groups: store.groups(id),
    memberships: store.memberships(id),
  }));
}

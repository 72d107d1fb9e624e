import type { Directory, RightsOf } from '@fumikura/access';
import { watchConfig } from '@fumikura/config';
import type { Config } from '@fumikura/config';
import type { Logger } from '@fumikura/logging';
import type { Catalog } from '@fumikura/ports';
import { peopleOf } from './people.ts';
import type { People } from './people.ts';

/** How often a process that serves looks for changes. */
const LOOK_EVERY_MS = 1_000;

/** The people of an installation as they are now: what changes them counts without a restart, in every process. */
export interface LivePeople {
  now(): People;
  readonly directory: Directory;
  readonly rightsOf: RightsOf;
  /** Calls back after each change. @returns the way to stop it */
  onChanged(listener: () => void): () => void;
  close(): void;
}

export interface LivePeopleOptions {
  readonly config: Config;
  readonly catalog: Catalog;
  readonly logger: Logger;
  /** A command that ends soon keeps the people it began with. */
  readonly isOneShot: boolean;
}

export function openPeople({ config, catalog, logger, isOneShot }: LivePeopleOptions): LivePeople {
  let people = peopleOf(config, catalog);
  const listeners = new Set<() => void>();
  const take = (changed: Config) => {
    const next = peopleOf(changed, catalog);
    if (next.version === people.version) return;
    people = next;
    logger.info('people.changed', { persons: changed.persons.length, groups: changed.groups.length });
    for (const listener of listeners) listener();
  };
  const watch = isOneShot
    ? undefined
    : watchConfig(config, {
        everyMs: LOOK_EVERY_MS,
        onChanged: take,
        // Whoever edits it is in the middle of it: the people of before stay until it can be read.
        onInvalid: ({ message }) => logger.error('people.config.invalid', { message: message.slice(0, 500) }),
      });
  return {
    now: () => people,
    directory: {
      principalsOf: (person) => people.directory.principalsOf(person),
      version: () => people.directory.version(),
    },
    rightsOf: (person) => people.rightsOf(person),
    onChanged: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    close: () => watch?.close(),
  };
}

import type { Directory, RightsOf } from '@fumikura/access';
import { watchConfig } from '@fumikura/config';
import type { Config } from '@fumikura/config';
import { toAppError } from '@fumikura/errors';
import type { Logger } from '@fumikura/logging';
import type { Catalog, PeopleStore } from '@fumikura/ports';
import { peopleOf } from './people.ts';
import type { People } from './people.ts';
import { withProvisioned } from './provisioned.ts';

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
  /** Of people that directories tell of. */
  readonly store: PeopleStore | undefined;
  /** A command that ends soon keeps the people it began with. */
  readonly isOneShot: boolean;
}

export function openPeople({ config, catalog, logger, store, isOneShot }: LivePeopleOptions): LivePeople {
  let written = config;
  let told = store?.version();
  const merged = () => peopleOf(withProvisioned(written, store, logger), catalog);
  let people = merged();
  const listeners = new Set<() => void>();
  const take = () => {
    const next = merged();
    if (next.version === people.version) return;
    people = next;
    const { persons, groups, left } = next.config;
    logger.info('people.changed', { persons: persons.length, groups: groups.length, left: left.length });
    for (const listener of listeners) listener();
  };
  const watch = isOneShot
    ? undefined
    : watchConfig(config, {
        everyMs: LOOK_EVERY_MS,
        onChanged: (changed) => {
          written = changed;
          take();
        },
        // Whoever edits it is in the middle of it: the people of before stay until it can be read.
        onInvalid: ({ message }) => logger.error('people.config.invalid', { message: message.slice(0, 500) }),
      });
  const lookAtStore = () => {
    try {
      const version = store?.version();
      if (version === told) return;
      take();
      told = version;
    } catch (cause) {
      logger.error('people.store.unreadable', { message: toAppError(cause).message });
    }
  };
  const timer = store && !isOneShot ? setInterval(lookAtStore, LOOK_EVERY_MS).unref() : undefined;
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
    close: () => {
      watch?.close();
      clearInterval(timer);
    },
  };
}

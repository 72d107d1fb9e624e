import type { Directory, RightsOf } from '@fumikura/access';
import { watchConfig } from '@fumikura/config';
import type { Config } from '@fumikura/config';
import { toAppError } from '@fumikura/errors';
import type { Logger } from '@fumikura/logging';
import type { Catalog, PeopleStore } from '@fumikura/ports';
import { keepPeople } from './past.ts';
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
  close(): Promise<void>;
}

export interface LivePeopleOptions {
  readonly config: Config;
  readonly catalog: Catalog;
  readonly logger: Logger;
  readonly store: PeopleStore;
  /** A command that ends soon keeps the people it began with. */
  readonly isOneShot: boolean;
}

export async function openPeople({
  config,
  catalog,
  logger,
  store,
  isOneShot,
}: LivePeopleOptions): Promise<LivePeople> {
  let written = config;
  let told = await store.version();
  const known = await store.read();
  const merged = () => peopleOf(withProvisioned(written, known, logger), catalog);
  let people = merged();
  const listeners = new Set<() => void>();
  /** Who people were is a fact of reviews alone: what cannot be kept ends nobody's work. */
  const keep = async () => {
    try {
      await keepPeople(catalog.state, people.config);
    } catch (cause) {
      logger.error('people.past.not-kept', { message: toAppError(cause).message });
    }
  };
  let keeping = isOneShot ? Promise.resolve() : keep();
  const take = () => {
    const next = merged();
    if (next.version === people.version) return;
    people = next;
    keeping = keeping.then(keep);
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
  const look = async () => {
    try {
      const version = await store.version();
      if (version === told) return;
      await store.read();
      take();
      told = version;
    } catch (cause) {
      logger.error('people.store.unreadable', { message: toAppError(cause).message });
    }
  };
  let looking: Promise<void> | undefined;
  const lookOnce = () => (looking ??= look().finally(() => (looking = undefined)));
  const timer = isOneShot ? undefined : setInterval(() => void lookOnce(), LOOK_EVERY_MS).unref();
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
    close: async () => {
      watch?.close();
      clearInterval(timer);
      await looking;
      await keeping;
    },
  };
}

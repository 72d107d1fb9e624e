import {
  createLinkedDirectory,
  createLocalDirectory,
  decidedLinks,
  LOCAL_ISSUER,
  readersThen,
} from '@fumikura/access';
import type { Directory, Moment, ReadersThen } from '@fumikura/access';
import type { DocumentId } from '@fumikura/model';
import type { Installation } from '../installation.ts';
import { idsOf } from './people.ts';
import { keepPeople, peopleThen } from './past.ts';

export interface Moments {
  /** The time that today is compared with, ISO 8601 UTC: the one that was asked for, or the first that is known. */
  readonly since: string;
  readonly knownSince: string;
  readonly then: Moment;
  readonly now: Moment;
}

/**
 * Who may read, then and now. What is not kept is not guessed: an older time becomes the first that is known.
 * @param document changes of the ACLs of other documents are left out
 */
export async function momentsOf(
  { people, store, directory }: Pick<Installation, 'people' | 'store' | 'directory'>,
  wanted: string,
  document?: DocumentId,
): Promise<Moments> {
  const { catalog } = store;
  const { config } = people.now();
  await keepPeople(catalog.state, config);
  const asked = new Date(wanted);
  const from = Number.isNaN(asked.getTime()) ? wanted : asked.toISOString();
  const [kept, { knownSince: since, changes }] = [
    await peopleThen(catalog.state, from),
    await catalog.accessHistory(from, document),
  ];
  const knownSince = [kept?.knownSince ?? new Date().toISOString(), since].sort().at(-1) ?? since;
  // Taken back only as far as everything is known.
  if (from < knownSince) return momentsOf({ people, store, directory }, knownSince, document);
  const facts = readersThen(catalog, changes, (source) => store.export.directory(source));
  const persons = kept?.persons ?? [];
  return {
    since: from,
    knownSince,
    now: momentOf(catalog, directory, idsOf(config)),
    then: momentOf(
      facts,
      directoryThen(facts, kept),
      persons.map(({ id }) => id),
    ),
  };
}

function directoryThen(facts: ReadersThen, kept: Awaited<ReturnType<typeof peopleThen>>): Directory {
  const { persons = [], groups = [], links = [] } = kept ?? {};
  const local = createLocalDirectory(
    persons.map(({ id }) => id),
    groups,
    'then',
  );
  const decided = links.map((link) => ({ ...link, by: '', at: '' }));
  return createLinkedDirectory(local, facts, persons, decidedLinks(decided));
}

function momentOf(facts: Moment['facts'], directory: Directory, persons: readonly string[]): Moment {
  return {
    facts,
    persons,
    principalsOf: (subject) => directory.principalsOf({ issuer: LOCAL_ISSUER, subject }),
  };
}

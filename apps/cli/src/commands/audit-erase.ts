import { localPrincipal } from '@fumikura/access';
import { readAudit } from '@fumikura/audit';
import {
  askElsewhere,
  auditFolder,
  eraseInHistory,
  eraseInState,
  filesKeptAside,
  knownAs,
  localPerson,
  openInstallation,
  subjectOf,
} from '@fumikura/composition';
import type { AuditPlace, Elsewhere, Installation } from '@fumikura/composition';
import type { Config } from '@fumikura/config';
import { invalidInput } from '@fumikura/errors';
import { isPrincipal } from '@fumikura/model';
import type { PersonId, Principal } from '@fumikura/model';
import type { ProvisionedPerson } from '@fumikura/ports';
import { recordChange } from '../change.ts';
import type { Context } from '../context.ts';
import { requireLocalDuty } from '../duty.ts';
import { count } from '../output.ts';
import { personOf } from '../person.ts';
import {
  DEFAULT_WAIT_SECONDS,
  describe,
  directoryRecords,
  emailsOf,
  isLocal,
  tellSilent,
} from './audit-subject.ts';

export interface EraseOptions {
  /** Accounts in sources that nothing here tells of any more. */
  readonly account?: readonly string[];
  /** Seconds, for other hosts. */
  readonly wait?: number;
}

/**
 * Takes away what may go: tokens, what a directory told beside the ids that keep a leaver closed, and their names in the history of
 * readers. Whoever is still there is refused: their directory, or the configuration, has to let them go first.
 */
export async function eraseSubject(
  context: Context,
  name: string,
  { account = [], wait = DEFAULT_WAIT_SECONDS }: EraseOptions,
): Promise<void> {
  const config = await context.config();
  await requireLocalDuty(context, config, 'audit', 'cli audit erase');
  const person = personOf(config, name);
  refusePresent(config, person, name);
  const accounts = accountsFrom(account);
  const object = describe(person);
  await recordChange(context, config, {
    ...{ via: 'cli audit erase', object },
    ...(accounts.length > 0 && { details: { accounts: accounts.join(' ') } }),
  });
  const installation = await openInstallation(config, { ...context, mode: 'one-shot' });
  try {
    const told = directoryRecords(await installation.peopleStore.read(), config, person);
    if (told.some(({ isDeleted }) => !isDeleted))
      throw invalidInput(
        'INVALID_ARGUMENT',
        `"${name}" is still in the directory: they have to leave there first.`,
      );
    const others = await accountsOfOthers(installation, config, person);
    const [taken] = accounts.filter((each) => others.has(each));
    if (taken !== undefined)
      throw invalidInput('INVALID_ARGUMENT', `"${taken}" is the account of somebody who is here.`);
    const erased = await erase(installation, { person, told, accounts, others });
    const records = await countOf(readAudit(auditFolder(config), { person }));
    const { issuer, subject } = localPerson(config);
    const elsewhere = await outcomeOf(
      askElsewhere(config, installation.store.catalog.state, {
        ...{ person, by: { issuer, subject }, wants: 'count', waitMs: wait * 1_000, signal: context.signal },
      }),
    );
    report(context, {
      person: object,
      ...erased,
      auditRecordsThatStay: elsewhere.answered.reduce((sum, each) => sum + each.records, records),
      filesThatStay: [
        ...filesKeptAside(config),
        ...elsewhere.answered.flatMap(({ host, filesThatStay }) =>
          filesThatStay.map((file) => `${host}:${file}`),
        ),
      ],
      notAnswered: elsewhere.silent.map(({ id, host, folder, seenAt }) => ({ id, host, folder, seenAt })),
    });
    tellSilent(context, elsewhere.silent);
  } finally {
    await installation.close();
  }
}

function refusePresent(config: Config, person: PersonId, name: string): void {
  const written = (config.written ?? config).persons.some(({ id }) => isLocal(person, id));
  const isHere = written && !config.left.includes(person.subject);
  if (isHere || isLocal(person, config.owner))
    throw invalidInput(
      'INVALID_ARGUMENT',
      `"${name}" is a person here: take the entry out of ${config.file} first.`,
    );
}

function accountsFrom(given: readonly string[]): readonly Principal[] {
  return given.map((each) => {
    if (isPrincipal(each) && each.startsWith('user:')) return each;
    const message = `"${each}" is no account. Write user:<source>:<account id>, as "fumi people" shows it.`;
    throw invalidInput('INVALID_ARGUMENT', message);
  });
}

interface Erased {
  readonly tokens: number;
  readonly entries: Readonly<Record<string, number>>;
  readonly directoryRecords: number;
  readonly changesOfReaders: number;
  /** Their sources still tell of these: what they tell next is written down again. */
  readonly accountsInSources: readonly Principal[];
}

interface Erasure {
  readonly person: PersonId;
  readonly told: readonly ProvisionedPerson[];
  readonly accounts: readonly Principal[];
  readonly others: ReadonlySet<Principal>;
}

/** What nobody may take out of the history by erasing somebody else: accounts of everybody who is here. */
async function accountsOfOthers(
  { store }: Installation,
  { persons, decided, left }: Config,
  person: PersonId,
): Promise<ReadonlySet<Principal>> {
  const here = persons.filter(({ id }) => !left.includes(id) && !isLocal(person, id));
  const emails = here.flatMap(({ email }) => (email === undefined ? [] : [email]));
  const found = await store.catalog.accounts([], emails);
  const ids = new Set(here.map(({ id }) => id));
  return new Set([
    ...here.flatMap(({ id, accounts }) => [localPrincipal(id), ...accounts]),
    ...decided.links.flatMap((each) =>
      each.person !== undefined && ids.has(each.person) ? [each.account] : [],
    ),
    ...found.map(({ principal }) => principal),
  ]);
}

async function erase(
  { peopleStore, store: { catalog } }: Installation,
  { person, told, accounts, others }: Erasure,
): Promise<Erased> {
  const subject = await subjectOf(person, catalog.state);
  // Before what says which accounts were theirs is gone.
  const known = await knownAs(catalog, subject, { accounts, emails: emailsOf(told) });
  // An account may have been handed on: what its holder of today could read stays theirs.
  const names = {
    principals: new Set([...known.principals].filter((each) => !others.has(each))),
    told: known.told.filter(({ principal }) => !others.has(principal)),
  };
  const changesOfReaders = await eraseInHistory(catalog, names);
  await peopleStore.change((edit) => told.forEach(({ origin, id }) => edit.forget(origin, id)));
  const { token: tokens = 0, ...entries } = await eraseInState(catalog.state, peopleStore, subject);
  return {
    tokens,
    entries,
    directoryRecords: told.length,
    changesOfReaders,
    accountsInSources: names.told.map(({ principal }) => principal),
  };
}

interface Report extends Erased {
  readonly notAnswered: readonly AuditPlace[];
  readonly person: string;
  readonly auditRecordsThatStay: number;
  readonly filesThatStay: readonly string[];
}

function report({ output }: Context, result: Report): void {
  output.json(result);
  const parts = [
    count(result.tokens, 'token'),
    count(result.directoryRecords, 'directory record'),
    ...(result.changesOfReaders > 0
      ? [`their names in ${count(result.changesOfReaders, 'change')} of readers`]
      : []),
    ...Object.entries(result.entries).map(([space, number]) => `${number} of ${space}`),
  ];
  output.line(`Erased of ${result.person}: ${parts.join(', ')}.`);
  for (const file of result.filesThatStay)
    output.line(`${file} was taken over into the catalog and still holds what it held: delete it.`);
  for (const account of result.accountsInSources)
    output.line(
      `${account} is still told of by its source: erase it there, and run this again after the next sync.`,
    );
  output.line(
    `${count(result.auditRecordsThatStay, 'audit record')} stay until "keepDays" ends them: they are the proof that nothing was changed.`,
  );
}

async function outcomeOf(asked: ReturnType<typeof askElsewhere>): Promise<Elsewhere> {
  for (;;) {
    const next = await asked.next();
    if (next.done) return next.value;
  }
}

async function countOf(all: AsyncIterable<unknown>): Promise<number> {
  let found = 0;
  for await (const _each of all) found++;
  return found;
}

import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { decidedLinks, linksOf } from '@fumikura/access';
import { readAudit } from '@fumikura/audit';
import {
  auditFolder,
  eraseInState,
  filesKeptAside,
  keptInState,
  openInstallation,
  subjectOf,
} from '@fumikura/composition';
import type { Installation } from '@fumikura/composition';
import type { Config } from '@fumikura/config';
import { invalidInput } from '@fumikura/errors';
import type { JsonValue, PersonId } from '@fumikura/model';
import type { People, ProvisionedPerson, SpaceOfPersons } from '@fumikura/ports';
import { recordChange, recordDeed } from '../change.ts';
import type { Context } from '../context.ts';
import { requireLocalDuty } from '../duty.ts';
import { count } from '../output.ts';
import { personOf } from '../person.ts';

/** Everything that is kept of a person, one JSON value a line: for the person, when they ask. */
export async function subjectAccess(
  context: Context,
  name: string,
  { output }: { output?: string },
): Promise<void> {
  const config = await context.config();
  await requireLocalDuty(context, config, 'audit', 'cli audit subject');
  const person = personOf(config, name);
  const object = describe(person);
  await recordDeed(context, config, { action: 'access', via: 'cli audit subject', outcome: 'done', object });
  const target = output === undefined ? process.stdout : createWriteStream(output, { mode: 0o600 });
  const counts: Record<string, number> = {};
  for await (const item of keptOf(context, config, person)) {
    counts[item.kind] = (counts[item.kind] ?? 0) + 1;
    if (!target.write(`${JSON.stringify(item)}\n`)) await once(target, 'drain');
  }
  if (output === undefined) return;
  target.end();
  await once(target, 'finish');
  context.output.json({ person: object, file: output, counts });
  const told = Object.entries(counts).map(([kind, number]) => `${kind} ${number}`);
  context.output.line(`Wrote ${told.join(', ') || 'nothing: nothing is kept'} to ${output}.`);
}

interface Kept {
  readonly kind: 'entry' | 'directory' | 'account' | 'record' | SpaceOfPersons;
  readonly value: unknown;
}

async function* keptOf(context: Context, config: Config, person: PersonId): AsyncGenerator<Kept> {
  const installation = await openInstallation(config, { ...context, mode: 'one-shot' });
  try {
    const entry = config.persons.find(({ id }) => isLocal(person, id));
    if (entry) yield { kind: 'entry', value: entry };
    for (const told of directoryRecords(await installation.peopleStore.read(), config, person))
      yield { kind: 'directory', value: told };
    if (entry) yield* accountsOf(installation, config, entry);
    const { state } = installation.store.catalog;
    for await (const { space, value } of keptInState(state, await subjectOf(person, state, entry?.slack)))
      yield { kind: space, value: withoutHash(value) };
  } finally {
    await installation.close();
  }
  for await (const record of readAudit(auditFolder(config), { person }))
    yield { kind: 'record', value: record };
}

/** The hash of a token is a secret of the installation, not a fact of the person. */
function withoutHash(value: JsonValue): JsonValue {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([name]) => name !== 'hash'));
}

async function* accountsOf(
  { store }: Installation,
  { persons, decided }: Config,
  entry: Config['persons'][number],
): AsyncGenerator<Kept> {
  const linked = (each: typeof entry) => ({
    id: each.id,
    accounts: each.accounts,
    ...(each.email !== undefined && { email: each.email }),
  });
  for (const link of await linksOf(
    linked(entry),
    persons.map(linked),
    store.catalog,
    decidedLinks(decided.links),
  ))
    yield { kind: 'account', value: link };
}

/** By the id that a directory gave them, or by a subject of their entry. */
function directoryRecords(people: People, config: Config, person: PersonId): ProvisionedPerson[] {
  const subjects = new Set(
    config.persons.find(({ id }) => isLocal(person, id))?.signIn.map(({ subject }) => subject) ?? [],
  );
  return people
    .persons()
    .filter(
      (each) =>
        isLocal(person, each.person) ||
        [each.externalId, each.userName, each.id].some((value) => value !== undefined && subjects.has(value)),
    );
}

/**
 * Takes away what may go: tokens, and what a directory told beside the ids that keep a leaver closed. Whoever is still there is
 * refused: their directory, or the configuration, has to let them go first.
 */
export async function eraseSubject(context: Context, name: string): Promise<void> {
  const config = await context.config();
  await requireLocalDuty(context, config, 'audit', 'cli audit erase');
  const person = personOf(config, name);
  const written = (config.written ?? config).persons.some(({ id }) => isLocal(person, id));
  const isHere = written && !config.left.includes(person.subject);
  if (isHere || isLocal(person, config.owner))
    throw invalidInput(
      'INVALID_ARGUMENT',
      `"${name}" is a person here: take the entry out of ${config.file} first.`,
    );
  const object = describe(person);
  await recordChange(context, config, { via: 'cli audit erase', object });
  const installation = await openInstallation(config, { ...context, mode: 'one-shot' });
  try {
    const { peopleStore } = installation;
    const told = directoryRecords(await peopleStore.read(), config, person);
    if (told.some(({ isDeleted }) => !isDeleted))
      throw invalidInput(
        'INVALID_ARGUMENT',
        `"${name}" is still in the directory: they have to leave there first.`,
      );
    await peopleStore.change((edit) => told.forEach(({ origin, id }) => edit.forget(origin, id)));
    const { state } = installation.store.catalog;
    const subject = await subjectOf(person, state);
    const { token: tokens = 0, ...erased } = await eraseInState(state, peopleStore, subject);
    const filesThatStay = filesKeptAside(config);
    const records = await countOf(readAudit(auditFolder(config), { person }));
    const result = {
      person: object,
      tokens,
      entries: erased,
      directoryRecords: told.length,
      auditRecordsThatStay: records,
      filesThatStay,
    };
    context.output.json(result);
    context.output.line(
      `Erased of ${object}: ${count(tokens, 'token')}, ${count(told.length, 'directory record')}${Object.entries(
        erased,
      )
        .map(([space, number]) => `, ${number} of ${space}`)
        .join('')}.`,
    );
    for (const file of filesThatStay)
      context.output.line(`${file} was taken over into the catalog and still holds what it held: delete it.`);
    context.output.line(
      `${count(records, 'audit record')} stay until "keepDays" ends them: they are the proof that nothing was changed.`,
    );
  } finally {
    await installation.close();
  }
}

async function countOf(all: AsyncIterable<unknown>): Promise<number> {
  let found = 0;
  for await (const _each of all) found++;
  return found;
}

function isLocal({ issuer, subject }: PersonId, id: string): boolean {
  return issuer === 'local' && subject === id;
}

function describe({ issuer, subject }: PersonId): string {
  return issuer === 'local' ? subject : `${issuer}#${subject}`;
}

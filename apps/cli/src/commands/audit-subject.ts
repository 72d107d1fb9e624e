import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { decidedLinks, linksOf } from '@fumikura/access';
import type { AccountLink } from '@fumikura/access';
import { readAudit } from '@fumikura/audit';
import {
  auditFolder,
  changesAbout,
  keptInState,
  knownAs,
  openInstallation,
  subjectOf,
} from '@fumikura/composition';
import type { Installation } from '@fumikura/composition';
import type { Config } from '@fumikura/config';
import type { JsonValue, PersonId } from '@fumikura/model';
import type { People, ProvisionedPerson, SpaceOfPersons } from '@fumikura/ports';
import { recordDeed } from '../change.ts';
import type { Context } from '../context.ts';
import { requireLocalDuty } from '../duty.ts';
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
  readonly kind: 'entry' | 'directory' | 'account' | 'readers' | 'record' | SpaceOfPersons;
  readonly value: unknown;
}

async function* keptOf(context: Context, config: Config, person: PersonId): AsyncGenerator<Kept> {
  const installation = await openInstallation(config, { ...context, mode: 'one-shot' });
  try {
    const entry = config.persons.find(({ id }) => isLocal(person, id));
    if (entry) yield { kind: 'entry', value: entry };
    const told = directoryRecords(await installation.peopleStore.read(), config, person);
    for (const value of told) yield { kind: 'directory', value };
    const accounts = entry ? await accountsOf(installation, config, entry) : [];
    for (const value of accounts) yield { kind: 'account', value };
    const { catalog } = installation.store;
    const subject = await subjectOf(person, catalog.state, entry?.slack);
    for await (const { space, value } of keptInState(catalog.state, subject))
      yield { kind: space, value: withoutHash(value) };
    const names = await knownAs(catalog, subject, {
      accounts: accounts.filter(({ state }) => THEIRS.has(state)).map(({ account }) => account),
      emails: emailsOf(told, entry),
    });
    for await (const value of changesAbout(catalog, names)) yield { kind: 'readers', value };
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

/** What somebody else has, or nobody decided of, is not theirs to be told of. */
const THEIRS: ReadonlySet<AccountLink['state']> = new Set(['linked', 'inactive', 'unknown', 'overruled']);

export function emailsOf(
  told: readonly ProvisionedPerson[],
  entry?: { readonly email?: string | undefined },
): string[] {
  return [entry, ...told].flatMap((each) => (each?.email === undefined ? [] : [each.email]));
}

function accountsOf(
  { store }: Installation,
  { persons, decided }: Config,
  entry: Config['persons'][number],
): Promise<AccountLink[]> {
  const linked = (each: typeof entry) => ({
    id: each.id,
    accounts: each.accounts,
    ...(each.email !== undefined && { email: each.email }),
  });
  return linksOf(linked(entry), persons.map(linked), store.catalog, decidedLinks(decided.links));
}

/** By the id that a directory gave them, or by a subject of their entry. */
export function directoryRecords(people: People, config: Config, person: PersonId): ProvisionedPerson[] {
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

export function isLocal({ issuer, subject }: PersonId, id: string): boolean {
  return issuer === 'local' && subject === id;
}

export function describe({ issuer, subject }: PersonId): string {
  return issuer === 'local' ? subject : `${issuer}#${subject}`;
}

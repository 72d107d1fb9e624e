import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { decidedLinks, linksOf } from '@fumikura/access';
import type { AccountLink } from '@fumikura/access';
import { readAudit } from '@fumikura/audit';
import {
  askElsewhere,
  auditFolder,
  changesAbout,
  keptInState,
  knownAs,
  localPerson,
  openInstallation,
  subjectOf,
} from '@fumikura/composition';
import type { AuditPlace, Installation } from '@fumikura/composition';
import type { Config } from '@fumikura/config';
import type { JsonValue, PersonId } from '@fumikura/model';
import type { People, ProvisionedPerson, SpaceOfPersons } from '@fumikura/ports';
import { recordDeed } from '../change.ts';
import type { Context } from '../context.ts';
import { requireLocalDuty } from '../duty.ts';
import { EXIT_CODES } from '../exit-codes.ts';
import { safe } from '../output.ts';
import { personOf } from '../person.ts';

export const DEFAULT_WAIT_SECONDS = 15;

export interface SubjectOptions {
  readonly output?: string;
  /** For other hosts. */
  readonly wait?: number;
}

/** Everything that is kept of a person, one JSON value a line: for the person, when they ask. */
export async function subjectAccess(
  context: Context,
  name: string,
  { output, wait = DEFAULT_WAIT_SECONDS }: SubjectOptions,
): Promise<void> {
  const config = await context.config();
  await requireLocalDuty(context, config, 'audit', 'cli audit subject');
  const person = personOf(config, name);
  const object = describe(person);
  await recordDeed(context, config, { action: 'access', via: 'cli audit subject', outcome: 'done', object });
  const target = output === undefined ? process.stdout : createWriteStream(output, { mode: 0o600 });
  const counts: Record<string, number> = {};
  const silent: AuditPlace[] = [];
  for await (const item of keptOf(context, config, { person, waitMs: wait * 1_000, silent })) {
    counts[item.kind] = (counts[item.kind] ?? 0) + 1;
    if (!target.write(`${JSON.stringify(item)}\n`)) await once(target, 'drain');
  }
  if (output !== undefined) {
    target.end();
    await once(target, 'finish');
    const notAnswered = silent.map(({ id, host, folder, seenAt }) => ({ id, host, folder, seenAt }));
    context.output.json({ person: object, file: output, counts, notAnswered });
    const told = Object.entries(counts).map(([kind, number]) => `${kind} ${number}`);
    context.output.line(`Wrote ${told.join(', ') || 'nothing: nothing is kept'} to ${output}.`);
  }
  tellSilent(context, silent);
}

/** A person is not told half: whoever runs it hears where more may lie, and a script by the exit code. */
export function tellSilent({ output }: Context, silent: readonly AuditPlace[]): void {
  if (silent.length === 0) return;
  for (const { id, host, folder, seenAt } of silent)
    output.note(
      `${safe(host)} has records of its own in ${safe(folder)}, written until ${seenAt.slice(0, 10)} or later, and has not answered: run this again while "fumi up", "server" or "worker" runs there. If it is gone for good: fumi audit places --forget ${id}`,
    );
  process.exitCode = EXIT_CODES.temporary;
}

interface Kept {
  readonly kind: 'entry' | 'directory' | 'account' | 'readers' | 'record' | SpaceOfPersons;
  readonly value: unknown;
}

interface Wanted {
  readonly person: PersonId;
  readonly waitMs: number;
  /** Places that have not answered are added. */
  readonly silent: AuditPlace[];
}

async function* keptOf(
  context: Context,
  config: Config,
  { person, waitMs, silent }: Wanted,
): AsyncGenerator<Kept> {
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
    const { issuer, subject: id } = localPerson(config);
    const asked = askElsewhere(config, catalog.state, {
      ...{ person, by: { issuer, subject: id }, wants: 'records', waitMs, signal: context.signal },
    });
    for (let next = await asked.next(); ; next = await asked.next()) {
      if (next.done) {
        silent.push(...next.value.silent);
        break;
      }
      yield { kind: 'record', value: next.value };
    }
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

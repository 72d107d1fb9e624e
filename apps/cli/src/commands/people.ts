import { decidedLinks, linksOf, LOCAL_ISSUER } from '@fumikura/access';
import type { AccountLink, LinkedPerson } from '@fumikura/access';
import { linkedPersonsOf, localPerson, openInstallation } from '@fumikura/composition';
import type { Installation } from '@fumikura/composition';
import type { Config } from '@fumikura/config';
import { invalidInput } from '@fumikura/errors';
import { isPrincipal } from '@fumikura/model';
import type { Principal } from '@fumikura/model';
import type { Catalog, PeopleStore } from '@fumikura/ports';
import { recordChange } from '../change.ts';
import type { Context } from '../context.ts';
import { requireLocalDuty } from '../duty.ts';
import { count, safe } from '../output.ts';
import { personOf } from '../person.ts';
import { describeReading } from './people-sync.ts';

const MEANING: Readonly<Record<AccountLink['state'], string>> = {
  linked: 'linked',
  inactive: 'switched off in the source',
  unknown: 'the source has no such account',
  ambiguous: 'not decided: not one account\u2019s and one person\u2019s alone',
  overruled: 'not used: other accounts of this source are written down or decided',
  refused: 'not used: decided to be nobody\u2019s, or another person\u2019s',
  'not-a-person': 'not used: an app',
};

interface Linked {
  readonly id: string;
  readonly links: readonly AccountLink[];
}

/** Whose account is whose, as every search decides it; closed links are shown with the reason. */
export async function peopleCommand(context: Context): Promise<void> {
  const config = await context.config();
  await withInstallation(context, config, async ({ store: { catalog }, peopleStore }) => {
    const directories = await catalog.directories();
    const people = await linksOfAll(config, catalog);
    const readings = await peopleStore.readings();
    context.output.json({ directories, people, readings });
    show(context, config, people);
    for (const { source, accounts, groups, unreadableGroups, readAt } of directories)
      context.output.line(
        `${source}: ${accounts} accounts, ${groups} groups (${unreadableGroups} closed to us), read ${readAt}`,
      );
    for (const reading of readings) context.output.line(describeReading(reading));
  });
}

/** @throws INVALID_ARGUMENT for an account that nobody can be given, ROLE_MISSING */
export async function linkCommand(context: Context, person: string, account: string): Promise<void> {
  const config = await context.config();
  await requireLocalDuty(context, config, 'people', 'cli people link');
  await withInstallation(context, config, async ({ store: { catalog }, peopleStore }) => {
    const { id } = linkedPerson(config, person);
    const principal = await givable(catalog, account);
    refuseOthers(await linksOfAll(config, catalog), config, id, principal);
    await decide(context, config, peopleStore, 'link', { account: principal, person: id });
    context.output.json({ account: principal, person: id });
    context.output.line(`${safe(principal)} is ${id}. Servers that run know it within five seconds.`);
  });
}

/** @throws INVALID_ARGUMENT where nothing speaks for the link, ROLE_MISSING */
export async function unlinkCommand(context: Context, person: string, account: string): Promise<void> {
  const config = await context.config();
  await requireLocalDuty(context, config, 'people', 'cli people unlink');
  await withInstallation(context, config, async ({ store: { catalog }, peopleStore }) => {
    const { id } = linkedPerson(config, person);
    const found = (await linksOfAll(config, catalog)).find((each) => each.id === id);
    const link = found?.links.find((each) => each.account === account);
    if (!link)
      throw invalidInput(
        'INVALID_ARGUMENT',
        `Nothing links ${account} to ${id}. "fumi people" shows what does.`,
      );
    await decide(context, config, peopleStore, 'unlink', { account: link.account, person: id });
    context.output.json({ account: link.account, person: null });
    context.output.line(
      `${safe(link.account)} is nobody\u2019s. Servers that run know it within five seconds; "fumi people link" takes it back.`,
    );
  });
}

/** Written down before it is made; what cannot be written down is not done. */
async function decide(
  context: Context,
  config: Config,
  people: PeopleStore,
  verb: 'link' | 'unlink',
  { account, person }: { readonly account: Principal; readonly person: string },
): Promise<void> {
  await recordChange(context, config, { via: `cli people ${verb}`, object: account, details: { person } });
  const by = localPerson(config).subject;
  await people.change((edit) => edit.decideLink({ account, by, ...(verb === 'link' && { person }) }));
}

async function withInstallation(
  context: Context,
  config: Config,
  work: (installation: Installation) => Promise<void>,
): Promise<void> {
  const installation = await openInstallation(config, { logger: context.logger, mode: 'one-shot' });
  try {
    await work(installation);
  } finally {
    await installation.close();
  }
}

async function linksOfAll(config: Config, catalog: Pick<Catalog, 'accounts'>): Promise<readonly Linked[]> {
  const persons = linkedPersonsOf(config);
  const decided = decidedLinks(config.decided.links);
  return Promise.all(
    persons.map(async (person) => ({
      id: person.id,
      links: await linksOf(person, persons, catalog, decided),
    })),
  );
}

/** Accounts belong to persons with an entry: nothing but an entry says that there is such a person. */
function linkedPerson(config: Config, name: string): LinkedPerson {
  const { issuer, subject } = personOf(config, name);
  const found = linkedPersonsOf(config).find(({ id }) => issuer === LOCAL_ISSUER && id === subject);
  if (found) return found;
  throw invalidInput(
    'INVALID_ARGUMENT',
    `${name} has no entry under "persons" in ${config.file}: only persons with an entry have accounts.`,
  );
}

async function givable(catalog: Pick<Catalog, 'accounts'>, account: string): Promise<Principal> {
  const [found] = isPrincipal(account) ? await catalog.accounts([account], []) : [];
  if (!found)
    throw invalidInput(
      'INVALID_ARGUMENT',
      `No source has an account "${account}". It is written user:<source>:<account id>, and known once the directory was read: fumi sync --directory`,
    );
  if (!found.isPerson) throw invalidInput('INVALID_ARGUMENT', `${account} is an app, and nobody\u2019s.`);
  return found.principal;
}

/** What somebody has is taken from them first, and in so many words. */
function refuseOthers(people: readonly Linked[], { persons }: Config, id: string, account: Principal): void {
  const has = ({ links }: Linked) =>
    links.some((each) => each.account === account && each.state === 'linked');
  const holder =
    persons.find((each) => each.id !== id && each.accounts.some((own) => own === account)) ??
    people.find((each) => each.id !== id && has(each));
  if (!holder) return;
  throw invalidInput(
    'INVALID_ARGUMENT',
    `${account} is ${holder.id}. Take it from them first: in the configuration where it is written down there, else fumi people unlink ${holder.id} ${account}`,
  );
}

function show({ output }: Context, { file }: Config, people: readonly Linked[]): void {
  if (people.length === 0) return output.line(`No persons yet. Name them under "persons" in ${file}.`);
  output.table(
    ['person', 'account', 'by', 'state'],
    people.flatMap(({ id, links }) =>
      links.length === 0
        ? [[id, '', '', 'no accounts']]
        : links.map(({ account, name, by, state }) => [
            id,
            safe(name === undefined ? account : `${account} (${name})`),
            by,
            MEANING[state],
          ]),
    ),
  );
  const open = people.flatMap(({ links }) => links.filter(({ state }) => state === 'ambiguous'));
  if (open.length > 0)
    output.line(
      `\n${count(new Set(open.map(({ account }) => account)).size, 'account')} not decided, and closed until then: fumi people link <person> <account>`,
    );
}

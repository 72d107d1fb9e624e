import { linksOf } from '@fumikura/access';
import type { AccountLink } from '@fumikura/access';
import { openInstallation } from '@fumikura/composition';
import type { Context } from '../context.ts';
import { safe } from '../output.ts';
import { describeReading } from './people-sync.ts';

const MEANING: Readonly<Record<AccountLink['state'], string>> = {
  linked: 'linked',
  inactive: 'switched off in the source',
  unknown: 'the source has no such account',
  ambiguous:
    'not decided: the address is not one account\u2019s and one person\u2019s alone. Write it under "accounts"',
  overruled: 'not used: other accounts of this source are written down',
  'not-a-person': 'not used: an app',
};

/** Whose account is whose, as every search decides it; closed links are shown with the reason. */
export async function peopleCommand(context: Context): Promise<void> {
  const { output } = context;
  const { file, ...config } = await context.config();
  const installation = await openInstallation(
    { file, ...config },
    { logger: context.logger, mode: 'one-shot' },
  );
  try {
    const { catalog } = installation.store;
    const directories = await catalog.directories();
    const people = await Promise.all(
      config.persons.map(async (person) => ({
        id: person.id,
        links: await linksOf(
          {
            id: person.id,
            accounts: person.accounts,
            ...(person.email !== undefined && { email: person.email }),
          },
          config.persons.map(({ id, accounts, email }) => ({
            id,
            accounts,
            ...(email !== undefined && { email }),
          })),
          catalog,
        ),
      })),
    );
    const readings = installation.peopleStore?.readings() ?? [];
    output.json({ directories, people, readings });
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
    for (const { source, accounts, groups, unreadableGroups, readAt } of directories)
      output.line(
        `${source}: ${accounts} accounts, ${groups} groups (${unreadableGroups} closed to us), read ${readAt}`,
      );
    for (const reading of readings) output.line(describeReading(reading));
  } finally {
    await installation.close();
  }
}

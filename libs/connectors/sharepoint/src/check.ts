import type { SourceCheck } from '@fumikura/ports';
import { placesOf } from './pull.ts';
import type { Run } from './run.ts';
import { readSites } from './sites.ts';

type Missing = SourceCheck['missing'][number];

/** Signs in, finds the sites, and says what stays closed. @throws kinds config, auth, permission */
export async function check(run: Run): Promise<SourceCheck> {
  const { client, config, signal } = run;
  const rights = await client.tokens.rights(signal);
  const sites = await readSites(client, config, signal);
  const places = await placesOf(run, sites);
  return {
    account: `application ${config.clientId}`,
    missing: [
      ...(rights ? missingRights(rights) : []),
      ...closedByDesign(
        run,
        sites.map(({ id }) => id),
      ),
    ],
    counts: { sites: sites.length, libraries: places.length },
  };
}

function missingRights(rights: ReadonlySet<string>): Missing[] {
  const has = (...names: string[]) => names.some((name) => rights.has(name));
  const found: Missing[] = [];
  if (!has('Sites.Read.All', 'Sites.Selected', 'Sites.ReadWrite.All', 'Sites.FullControl.All'))
    found.push({ right: 'Sites.Read.All', consequence: 'no site can be read' });
  if (!has('User.Read.All', 'Directory.Read.All'))
    found.push({ right: 'User.Read.All', consequence: 'nobody can be told apart: everything stays closed' });
  if (!has('GroupMember.Read.All', 'Group.Read.All', 'Directory.Read.All'))
    found.push({ right: 'GroupMember.Read.All', consequence: 'what is granted to groups stays closed' });
  if (!has('Member.Read.Hidden'))
    found.push({ right: 'Member.Read.Hidden', consequence: 'groups that hide their members stay closed' });
  return found;
}

function closedByDesign({ config }: Run, sites: readonly string[]): Missing[] {
  const stated = (what: 'pages' | 'lists') =>
    new Set(config.siteReaders.filter((each) => each[what].length > 0).map(({ site }) => site));
  const open = { pages: stated('pages'), lists: stated('lists') };
  return (['pages', 'lists'] as const)
    .filter((what) => config[what] && sites.some((site) => !open[what].has(site)))
    .map((what) => ({
      right: `readers of ${what}`,
      consequence: `Graph does not tell who may read ${what === 'pages' ? 'site pages' : 'list items'}: closed where siteReaders names nobody`,
    }))
    .concat(
      config.siteGroups.length > 0
        ? []
        : [
            {
              right: 'members of site groups',
              consequence: 'items granted through site groups alone stay closed until siteGroups maps them',
            },
          ],
    );
}

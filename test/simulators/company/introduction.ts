import { ACCOUNT_EMAIL } from '../confluence/server.ts';
import { accountOf } from './jira.ts';
import { COMPANY, mailOf, PEOPLE } from './people.ts';
import { COMPANY_SITE, groupIdOf, OPERATIONS_ROOM, OPERATIONS_SITE, TENANT, userIdOf } from './sharepoint.ts';

export interface Addresses {
  readonly confluence: string;
  readonly jira: string;
  readonly github: string;
  readonly sharepoint: string;
}

export interface Keys {
  readonly githubKey: string;
  /** Person → number of the account. */
  readonly githubAccounts: ReadonlyMap<string, number>;
}

/** Who asks, and what they are in the company. */
const ASKERS: Readonly<Record<string, string>> = {
  emi: 'platform engineer; in engineering through the platform team',
  rika: 'head of people; in the people team and in leadership',
  henrik: 'illustrator of a supplier; a guest with one space, one project, one repository, one folder',
};

const QUESTIONS = [
  'How is the bonus calculated?',
  '障害が起きたときの連絡先',
  'Is there an open security problem in the gateway?',
  '育児休業の予定',
  'Do we buy another company?',
  'When are invoices paid?',
];

/** What somebody needs who wants to read the company as its search: sources as a configuration has them, without secrets. */
export function introduction(urls: Addresses, { githubKey, githubAccounts }: Keys) {
  const id = (kind: string) => `${kind}:${COMPANY.slug}`;
  return {
    name: COMPANY.name,
    about: '21 people in Onomichi, Tokyo and Bergen who make planning software for ferry operators',
    secrets: { 'token.txt': 'simulated', 'github-app.pem': githubKey },
    sources: [
      {
        id: id('confluence'),
        url: urls.confluence,
        apiUrl: `${urls.confluence}/`,
        credential: { email: ACCOUNT_EMAIL, token: { file: './token.txt' } },
      },
      {
        id: id('jira'),
        baseUrl: `${urls.jira}/`,
        siteUrl: `https://jira.${COMPANY.domain}/`,
        credential: { email: 'fumikura@example.com', token: { file: './token.txt' } },
        verifiedEmails: true,
      },
      {
        id: id('github'),
        credential: { appId: 4_711, privateKey: { file: './github-app.pem' } },
        apiUrl: `${urls.github}/`,
        isOneEnterprise: true,
        // The pace of github.com is nobody's here.
        requestsPerSecond: 1_000,
      },
      {
        id: id('sharepoint'),
        tenant: TENANT,
        clientId: '00000000-0000-4000-8000-00000000c11e',
        credential: { secret: { file: './token.txt' } },
        graphUrl: `${urls.sharepoint}/`,
        loginUrl: `${urls.sharepoint}/`,
        ...VOUCHED,
      },
    ],
    persons: Object.entries(ASKERS).map(([asker, role]) => personOf(asker, role, githubAccounts)),
    questions: QUESTIONS,
  };
}

/** What Graph does not tell and an operator vouches for: a group of a site, and who reads pages and list items. */
export const VOUCHED = {
  siteGroups: [
    {
      site: OPERATIONS_SITE,
      group: OPERATIONS_ROOM,
      members: [`group:${groupIdOf('engineering')}`, `group:${groupIdOf('go-to-market')}`] as const,
    },
  ],
  siteReaders: [
    {
      site: COMPANY_SITE,
      pages: [`group:${groupIdOf('staff')}`] as const,
      lists: [`group:${groupIdOf('staff')}`] as const,
    },
  ],
};

function personOf(asker: string, role: string, githubAccounts: ReadonlyMap<string, number>) {
  const person = PEOPLE.find(({ id }) => id === asker);
  if (!person) throw new Error(`nobody is called ${asker}`);
  const account = (kind: string, id: string | number | undefined) => `user:${kind}:${COMPANY.slug}:${id}`;
  // Neither of these two tells verified addresses.
  const written = [account('confluence', asker), account('github', githubAccounts.get(asker))];
  const proven = [account('jira', accountOf(asker)), account('sharepoint', userIdOf(asker))];
  return {
    id: person.id,
    name: person.name,
    role,
    // A guest's address is another company's word.
    ...(person.isGuest
      ? { accounts: [...written, ...proven] }
      : { email: mailOf(person), accounts: written }),
  };
}

import { openBrowser } from '../auth/browser.ts';
import type { Browser, Shown } from '../auth/browser.ts';
import { startProvider } from '../auth/provider.ts';
import type { TestProvider } from '../auth/provider.ts';
import { freePort } from '../scale/processes.ts';
import { openInstalled } from './installed.ts';
import type { Installed } from './installed.ts';

export const CLIENT_ID = 'slack-page';
const CLIENT_SECRET = 'a-secret-of-the-page';
const SCIM_TOKEN = 'a-scim-token-of-the-test';
/** A name that would do something in a page that believes it. */
export const HOSTILE_NAME = `<img src=x onerror="alert('1')">`;

/** `fumi up` in a simulated workspace, where people sign in at a real provider. */
export interface SignInStage extends Installed {
  readonly provider: TestProvider;
  /** `http://127.0.0.1:7700` */
  readonly site: string;
  /** Where the browser comes back to. */
  readonly back: string;
  /** From the first page to the last, as who signs in at the provider. */
  signIn(subject: string, browser?: Browser, headers?: Readonly<Record<string, string>>): Promise<Shown>;
  /** Everything but the last step. @returns the address that the provider sends the browser back to */
  comesBack(subject: string, browser: Browser): Promise<URL>;
  /** Tells of somebody as the company's directory does. @returns the way to say that they left */
  joins(subject: string): Promise<() => Promise<void>>;
}

export async function openSignInStage(): Promise<SignInStage> {
  const site = `http://127.0.0.1:${await freePort()}`;
  const back = `${site}/slack/signed-in`;
  const provider = await startProvider(
    () => false,
    [
      {
        ...{ client_id: CLIENT_ID, client_secret: CLIENT_SECRET, redirect_uris: [back] },
        ...{ grant_types: ['authorization_code'], response_types: ['code'] },
      },
    ],
  );
  const installed = await openInstalled('socket', {
    command: ['up', '--no-watch', '--json', '--port', new URL(site).port],
    files: { 'page-secret': CLIENT_SECRET, 'scim-token': SCIM_TOKEN },
    configure: (config) => configured(config, site, provider.issuer),
  });
  const signIn: SignInStage['signIn'] = (subject, browser = openBrowser(), headers) => {
    provider.signInAs(subject);
    return browser.open(`${site}/slack/sign-in`, headers);
  };
  return {
    ...{ ...installed, provider, site, back, signIn },
    comesBack: (subject, browser) => {
      provider.signInAs(subject);
      return browser.openUntil(`${site}/slack/sign-in`, back);
    },
    joins: async (subject) => {
      const { id } = await scim(site, 'POST', 'Users', {
        ...{ schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'], active: true },
        ...{ externalId: subject, userName: subject, displayName: subject },
      });
      return async () => {
        await scim(site, 'PATCH', `Users/${String(id)}`, {
          schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
          Operations: [{ op: 'replace', path: 'active', value: false }],
        });
      };
    },
    close: async () => {
      await installed.close();
      await provider.close();
    },
  };
}

function configured(config: string, site: string, issuer: string): string {
  const subject = (name: string) => `signIn: [{ issuer: '${issuer}', subject: ${name} }]`;
  return config
    .replace('{ id: you, name: The owner }', `{ id: you, name: The owner, ${subject('you-at-work')} }`)
    .replace(
      'sources:',
      `  - { id: leaver, ${subject('leaver-at-work')} }\n  - { id: mallory, name: ${JSON.stringify(HOSTILE_NAME)}, ${subject('mallory-at-work')} }\nsources:`,
    )
    .replace(
      'slack: { ',
      `server: { trustedProxies: [127.0.0.1] }
signIn:
  publicUrl: ${site}
  issuers: [{ issuer: '${issuer}' }]
scim: { token: { file: scim-token }, issuer: '${issuer}' }
slack: { signIn: { issuer: '${issuer}', clientId: ${CLIENT_ID}, clientSecret: { file: page-secret } }, `,
    );
}

async function scim(site: string, method: string, path: string, body: object): Promise<{ id?: unknown }> {
  const headers = { authorization: `Bearer ${SCIM_TOKEN}`, 'content-type': 'application/scim+json' };
  const response = await fetch(`${site}/scim/v2/${path}`, { method, headers, body: JSON.stringify(body) });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return text === '' ? {} : (JSON.parse(text) as { id?: unknown });
}

/** What the page says to send, if it says anything. */
export function codeIn({ text }: Pick<Shown, 'text'>): string | undefined {
  return /<code>(link [A-Z0-9]{5}-[A-Z0-9]{5})<\/code>/u.exec(text)?.[1];
}

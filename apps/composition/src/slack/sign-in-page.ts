import { randomBytes } from 'node:crypto';
import type { AuditEvent } from '@fumikura/audit';
import { invalid, Secret } from '@fumikura/config';
import type { Config, ConfigProblem } from '@fumikura/config';
import type { Logger } from '@fumikura/logging';
import type { SharedState } from '@fumikura/ports';
import type { BrowserPages } from '@fumikura/server';
import { createSlackSignIn, examineSlackSignIn } from '@fumikura/server/browser';
import type { GivenCode, SignInFinding, SlackSignInOptions } from '@fumikura/server/browser';
import { CODE_HOLDS_MS, createLinks } from '@fumikura/slack-bot/links';
import { withSecrets } from '../connectors/secrets.ts';
import type { Variables } from '../connectors/secrets.ts';
import type { Installation } from '../installation.ts';
import { personOfIdentity } from '../person-of-identity.ts';
import { issuersOf } from '../sign-in.ts';

const SPACE = 'slack.sign-in';
const KEY_BYTES = 32;
const VIA = 'slack sign-in';

/** The pages by which people get a code for Slack; undefined where none is configured. @throws AppError CONFIG_INVALID (config) */
export function openSlackSignIn(
  installation: Installation,
  logger: Logger,
  variables: Variables,
): BrowserPages | undefined {
  const { config, store, audit } = installation;
  const asked = askedOf(config, variables);
  if (!asked) return undefined;
  const { state } = store.catalog;
  return createSlackSignIn({
    ...{ ...asked, logger },
    cookieKey: keyIn(state),
    useOnce: async (hash, expiresAt) =>
      (await state.put(SPACE, { key: `used/${hash}`, value: null, expected: 0, expiresAt })) !== undefined,
    giveCode: (identity) => giveCode(installation, identity),
    onRefused: ({ why, rule }) =>
      // Who is no person here was written down with their name.
      why === 'nobody'
        ? Promise.resolve()
        : audit.record({ ...DEED, action: 'access', outcome: 'refused', details: { why, rule } }),
  });
}

/** Whether people would get a code there; nothing where none is configured. @throws AppError CONFIG_INVALID (config) */
export async function examineSignInPage(
  config: Config,
  variables: Variables,
  signal: AbortSignal,
): Promise<readonly SignInFinding[]> {
  const asked = askedOf(config, variables);
  return asked ? examineSlackSignIn({ ...asked, signal }) : [];
}

type Asked = Pick<SlackSignInOptions, 'issuer' | 'publicUrl' | 'client' | 'scope'>;

function askedOf(config: Config, variables: Variables): Asked | undefined {
  const { slack, signIn } = config;
  const issuer = issuersOf(config, variables).find((each) => each.issuer === slack?.signIn?.issuer);
  const linkBy = signIn?.issuers.find((each) => each.issuer === issuer?.issuer)?.linkBy;
  if (!slack?.signIn || !signIn || !issuer) return undefined;
  return {
    ...{ issuer, publicUrl: signIn.publicUrl },
    client: clientOf(config, slack.signIn, variables),
    // Only what decides who somebody is.
    scope: [
      'openid',
      ...(linkBy === 'email' ? ['email'] : []),
      ...(issuer.subjectClaim === 'sub' ? [] : ['profile']),
    ].join(' '),
  };
}

const DEED = {
  via: VIA,
  object: 'slack code',
  client: { channel: 'http' },
} as const satisfies Partial<AuditEvent>;

/** As `fumi slack code` makes it, for whom the issuer says is there. */
async function giveCode(
  { people, directory, audit, store }: Installation,
  identity: Parameters<SlackSignInOptions['giveCode']>[0],
): Promise<GivenCode | undefined> {
  const now = people.now().config;
  const person = personOfIdentity(now, identity);
  const { issuer, subject } = person;
  const actor = { issuer, subject };
  const client = { ...DEED.client, credential: identity.credential };
  if ((await directory.principalsOf(person)).length === 0) {
    await audit.record({
      ...DEED,
      action: 'access',
      outcome: 'refused',
      code: 'PERSON_UNKNOWN',
      actor,
      client,
    });
    return undefined;
  }
  await audit.record({
    ...{ ...DEED, action: 'change', outcome: 'done', actor, client },
    object: `slack code of ${subject}`,
  });
  const code = await createLinks(store.catalog.state).createCode(actor);
  const name = now.persons.find(({ id }) => id === subject)?.name ?? subject;
  return { code, name, holdsMs: CODE_HOLDS_MS };
}

function clientOf(
  config: Pick<Config, 'folder' | 'file'>,
  { clientId, clientSecret }: { readonly clientId: string; readonly clientSecret?: unknown },
  variables: Variables,
): SlackSignInOptions['client'] {
  if (clientSecret === undefined) return { id: clientId };
  const problems: ConfigProblem[] = [];
  const place = { folder: config.folder, variables, path: 'slack.signIn.clientSecret' };
  const secret = withSecrets(clientSecret, place, problems);
  if (!(secret instanceof Secret) || problems.length > 0) throw invalid(config.file, problems);
  return { id: clientId, secret: secret.reveal() };
}

/** Made by the first server that needs it, and the same at all of them: a browser may come back to another one. */
function keyIn(state: SharedState): () => Promise<Uint8Array> {
  let known: Uint8Array | undefined;
  return async () => {
    if (known) return known;
    const key = 'cookie key';
    const made = randomBytes(KEY_BYTES).toString('base64');
    const entry =
      (await state.put(SPACE, { key, value: made, expected: 0 })) ?? (await state.get(SPACE, key));
    known = Buffer.from(String(entry?.value), 'base64');
    return known;
  };
}

import { LOCAL_ISSUER } from '@fumikura/access';
import { invalid, Secret } from '@fumikura/config';
import type { Config, ConfigProblem, SlackConfig } from '@fumikura/config';
import { AppError } from '@fumikura/errors';
import type { Logger } from '@fumikura/logging';
import type { PersonId } from '@fumikura/model';
import type { Connection, KeptWorkspaces, SlackBot, SlackFinding } from '@fumikura/slack-bot';
import type { SharedState } from '@fumikura/ports';
import { withSecrets } from '../connectors/secrets.ts';
import type { Variables } from '../connectors/secrets.ts';
import type { Installation } from '../installation.ts';
import type { PeopleConfig } from '../people/people.ts';
import { slackDesk } from './desk.ts';

const KEY_BYTES = 32;

export interface SlackHost {
  readonly logger: Logger;
  readonly variables: Variables;
}

/** @throws AppError SLACK_NOT_CONFIGURED, CONFIG_INVALID (config) before anything connects */
export async function startSlack(
  installation: Installation,
  { logger, variables }: SlackHost,
): Promise<SlackBot> {
  const { config, store, people } = installation;
  const slack = slackOf(config);
  const secrets = secretsOf(slack, config, variables);
  const { connection } = secrets;
  // Loaded only where it is needed: every other command starts without it.
  const { startSlackBot } = await import('@fumikura/slack-bot');
  const { apiUrl, questionsPerHour, atOnce } = slack;
  return startSlackBot({
    ...{ connection, logger, apiUrl, questionsPerHour, atOnce },
    desk: slackDesk(installation),
    state: store.catalog.state,
    ...(slack.signIn && config.signIn && { signInUrl: `${config.signIn.publicUrl}/slack/sign-in` }),
    workspaces: await workspacesOf(slack, secrets, store.catalog.state),
    configured: (team, user) => configuredPerson(people.now().config, team, user),
    ...(slack.linkBy === 'email' && {
      byEmail: async (email: string) => personOfEmail(people.now().config, email),
    }),
    nameOf: ({ subject }) => people.now().config.persons.find(({ id }) => id === subject)?.name ?? subject,
  });
}

/** Asks Slack whether everything is as it has to be, in each workspace, and the issuer whether people could sign in. */
export async function examineSlack(
  config: Config,
  { variables, state, signal }: SlackExamination,
): Promise<readonly SlackFinding[]> {
  const slack = slackOf(config);
  const secrets = secretsOf(slack, config, variables);
  const { connection } = secrets;
  const { checkSlack } = await import('@fumikura/slack-bot');
  const linkByEmail = slack.linkBy === 'email';
  const found = await checkSlack({
    ...{ tokens: await tokensOf(slack, secrets, state), signal, apiUrl: slack.apiUrl, linkByEmail },
    ...(connection.kind === 'socket'
      ? { appToken: connection.appToken }
      : { signingSecret: connection.signingSecret }),
    ...(slack.mode === 'http' && slack.publicUrl !== undefined && { publicUrl: slack.publicUrl }),
  });
  if (!slack.signIn) return found;
  const { examineSignInPage } = await import('./sign-in-page.ts');
  return [...found, ...(await examineSignInPage(config, variables, signal))];
}

export interface SlackExamination {
  readonly variables: Variables;
  /** Of the installation; absent when its database does not open: then nobody knows of several workspaces. */
  readonly state?: SharedState;
  readonly signal: AbortSignal;
}

/** The workspaces that `fumi slack install` has added. @throws AppError CONFIG_INVALID (config) when there is one alone */
export async function severalWorkspaces(
  config: Config,
  variables: Variables,
  state: SharedState,
): Promise<{ readonly workspaces: KeptWorkspaces; readonly address: string; readonly redirectUrl: string }> {
  const slack = slackOf(config);
  const secrets = secretsOf(slack, config, variables);
  if (!slack.workspaces || !secrets.several)
    throw new AppError('CONFIG_INVALID', 'config', 'no slack.workspaces', {
      publicMessage: `${config.file} has no "slack.workspaces": with "token" it serves one workspace. docs/slack.md says how to serve several.`,
    });
  const { keptWorkspaces, installAddress, scopesFor } = await import('@fumikura/slack-bot');
  const { clientId, redirectUrl } = slack.workspaces;
  return {
    workspaces: keptWorkspaces({ state, ...secrets.several, apiUrl: slack.apiUrl }),
    address: installAddress(clientId, redirectUrl, scopesFor(slack.linkBy === 'email')),
    redirectUrl,
  };
}

async function workspacesOf(slack: SlackConfig, { token, several }: Secrets, state: SharedState) {
  const { keptWorkspaces, singleWorkspace } = await import('@fumikura/slack-bot');
  return several
    ? keptWorkspaces({ state, ...several, apiUrl: slack.apiUrl })
    : singleWorkspace(token, slack.apiUrl);
}

async function tokensOf(
  slack: SlackConfig,
  { token, several }: Secrets,
  state: SharedState | undefined,
): Promise<string[]> {
  if (!several) return [token];
  if (!state) return [];
  const { keptWorkspaces } = await import('@fumikura/slack-bot');
  const workspaces = keptWorkspaces({ state, ...several, apiUrl: slack.apiUrl });
  const tokens: string[] = [];
  for (const { id } of await workspaces.list()) tokens.push(await workspaces.tokenOf(id));
  return tokens;
}

function slackOf({ slack, file }: Config): SlackConfig {
  if (slack) return slack;
  throw new AppError('CONFIG_INVALID', 'config', 'no slack in the configuration', {
    publicMessage: `${file} has no "slack". Print an app manifest with "fumi slack manifest"; docs/slack.md says how to go on.`,
  });
}

interface Secrets {
  /** Empty where there are several workspaces. */
  readonly token: string;
  readonly several?: {
    readonly key: Uint8Array;
    readonly client: { readonly id: string; readonly secret: string };
  };
  readonly connection: Connection;
}

function secretsOf(slack: SlackConfig, { file, folder }: Config, variables: Variables): Secrets {
  const problems: ConfigProblem[] = [];
  const read = (name: string, reference: unknown): string => {
    const secret = withSecrets(reference, { path: `slack.${name}`, folder, variables }, problems);
    return secret instanceof Secret ? secret.reveal() : '';
  };
  const token = slack.token === undefined ? '' : read('token', slack.token);
  const several = slack.workspaces && {
    key: Buffer.from(read('workspaces.key', slack.workspaces.key), 'base64'),
    client: {
      id: slack.workspaces.clientId,
      secret: read('workspaces.clientSecret', slack.workspaces.clientSecret),
    },
  };
  if (several && problems.length === 0 && several.key.length !== KEY_BYTES)
    problems.push({
      path: 'slack.workspaces.key',
      message: `has ${several.key.length} bytes instead of ${KEY_BYTES}: make one with "openssl rand -base64 ${KEY_BYTES}"`,
    });
  const connection: Connection =
    slack.mode === 'socket'
      ? { kind: 'socket', appToken: read('appToken', slack.appToken) }
      : {
          ...{ kind: 'http', host: slack.host, port: slack.port },
          signingSecret: read('signingSecret', slack.signingSecret),
        };
  if (problems.length > 0) throw invalid(file, problems);
  return { token, connection, ...(several && { several }) };
}

/** Undefined, too, when two persons claim the account. */
function configuredPerson({ persons }: PeopleConfig, team: string, user: string): PersonId | undefined {
  const named = persons.filter(({ slack }) => slack.includes(`${team}/${user}`));
  return named.length === 1 && named[0] ? { issuer: LOCAL_ISSUER, subject: named[0].id } : undefined;
}

/** Somebody whose account in Slack is written down is that account alone, whoever has their address now. */
function personOfEmail({ persons }: PeopleConfig, email: string): PersonId | undefined {
  const same = persons.filter((each) => each.email?.toLowerCase() === email.toLowerCase());
  const [only] = same.length === 1 ? same : [];
  return only && only.slack.length === 0 ? { issuer: LOCAL_ISSUER, subject: only.id } : undefined;
}

import { LOCAL_ISSUER } from '@fumikura/access';
import { invalid, Secret } from '@fumikura/config';
import type { Config, ConfigProblem, SlackConfig } from '@fumikura/config';
import { AppError } from '@fumikura/errors';
import type { Logger } from '@fumikura/logging';
import type { PersonId } from '@fumikura/model';
import type { Connection, SlackBot, SlackFinding } from '@fumikura/slack-bot';
import { withSecrets } from '../connectors/secrets.ts';
import type { Variables } from '../connectors/secrets.ts';
import type { Installation } from '../installation.ts';
import type { PeopleConfig } from '../people/people.ts';
import { slackDesk } from './desk.ts';

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
  const { token, connection } = secretsOf(slack, config, variables);
  // Loaded only where it is needed: every other command starts without it.
  const { startSlackBot, singleWorkspace } = await import('@fumikura/slack-bot');
  const { apiUrl, questionsPerHour, atOnce } = slack;
  return startSlackBot({
    ...{ connection, logger, apiUrl, questionsPerHour, atOnce },
    desk: slackDesk(installation),
    state: store.catalog.state,
    workspaces: singleWorkspace(token, apiUrl),
    configured: (team, user) => configuredPerson(people.now().config, team, user),
    ...(slack.linkBy === 'email' && {
      byEmail: async (email: string) => personOfEmail(people.now().config, email),
    }),
    nameOf: ({ subject }) => people.now().config.persons.find(({ id }) => id === subject)?.name ?? subject,
  });
}

/** Asks Slack whether everything is as it has to be. */
export async function examineSlack(
  config: Config,
  variables: Variables,
  signal: AbortSignal,
): Promise<readonly SlackFinding[]> {
  const slack = slackOf(config);
  const { token, connection } = secretsOf(slack, config, variables);
  const { checkSlack } = await import('@fumikura/slack-bot');
  return checkSlack({
    ...{ token, signal, apiUrl: slack.apiUrl, linkByEmail: slack.linkBy === 'email' },
    ...(connection.kind === 'socket' && { appToken: connection.appToken }),
  });
}

function slackOf({ slack, file }: Config): SlackConfig {
  if (slack) return slack;
  throw new AppError('CONFIG_INVALID', 'config', 'no slack in the configuration', {
    publicMessage: `${file} has no "slack". Print an app manifest with "fumi slack manifest"; docs/slack.md says how to go on.`,
  });
}

function secretsOf(
  slack: SlackConfig,
  { file, folder }: Config,
  variables: Variables,
): { readonly token: string; readonly connection: Connection } {
  const problems: ConfigProblem[] = [];
  const read = (name: string, reference: unknown): string => {
    const secret = withSecrets(reference, { path: `slack.${name}`, folder, variables }, problems);
    return secret instanceof Secret ? secret.reveal() : '';
  };
  const token = read('token', slack.token);
  const connection: Connection =
    slack.mode === 'socket'
      ? { kind: 'socket', appToken: read('appToken', slack.appToken) }
      : {
          ...{ kind: 'http', host: slack.host, port: slack.port },
          signingSecret: read('signingSecret', slack.signingSecret),
        };
  if (problems.length > 0) throw invalid(file, problems);
  return { token, connection };
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

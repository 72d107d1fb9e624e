import { AppError } from '@fumikura/errors';
import { WebClient } from '@slack/web-api';

export interface WorkspaceFacts {
  readonly team: string;
  readonly botUser: string;
  /** Who installed the app: the workspace itself, or its organization. */
  readonly home: string;
  /** Where the same installation serves: here, and in other workspaces of the organization. */
  readonly served: readonly string[];
}

/** What Slack said was taken from us; it does not always say all of it. */
export interface Ended {
  /** Of a workspace or of an organization; empty when it names none. */
  readonly team: string;
  readonly enterprise?: string;
}

/** An organization gave the app to some of its workspaces, or took it away there. */
export interface AccessChange {
  readonly enterprise: string;
  readonly kind: 'granted' | 'revoked';
  readonly teams: readonly string[];
}

/** The workspaces where the app is installed, and the token for each. */
export interface Workspaces {
  /** @throws AppError WORKSPACE_UNKNOWN (permission) */
  token(team: string): Promise<string>;
  /** @throws AppError WORKSPACE_UNKNOWN (permission) */
  facts(team: string): Promise<WorkspaceFacts>;
  /** The app was removed, or its token withdrawn: nothing is sent there any more. */
  ended(what: Ended): Promise<void>;
  accessChanged(change: AccessChange): Promise<void>;
}

export function unknownWorkspace(team: string): AppError {
  return new AppError('WORKSPACE_UNKNOWN', 'permission', `no token for workspace ${team}`, {
    publicMessage: `Fumikura is not installed in the workspace ${team}. Install the app there and give its bot token.`,
  });
}

/** One workspace, whose token stands in the configuration; who it is for is asked once. */
export function singleWorkspace(token: string, apiUrl?: string): Workspaces {
  let facts: Promise<WorkspaceFacts> | undefined;
  let isEnded = false;
  const ask = async (): Promise<WorkspaceFacts> => {
    const client = new WebClient(token, apiUrl === undefined ? {} : { slackApiUrl: apiUrl });
    const { team_id: team = '', user_id: botUser = '' } = await client.auth.test();
    return { team, botUser, home: team, served: [team] };
  };
  const factsOf = async (team: string): Promise<WorkspaceFacts> => {
    facts ??= ask();
    facts.catch(() => (facts = undefined));
    const known = await facts;
    if (isEnded || known.team !== team) throw unknownWorkspace(team);
    return known;
  };
  return {
    token: async (team) => (await factsOf(team)) && token,
    facts: factsOf,
    ended: async ({ team }) => {
      if ((await facts)?.team === team) isEnded = true;
    },
    // Its token is the workspace's own, whatever an organization does with others.
    accessChanged: () => Promise.resolve(),
  };
}

/** Where somebody allows the app in a workspace of theirs, or in an organization. */
export function installAddress(clientId: string, redirectUrl: string, scopes: readonly string[]): string {
  const address = new URL('https://slack.com/oauth/v2/authorize');
  address.searchParams.set('client_id', clientId);
  address.searchParams.set('scope', scopes.join(','));
  address.searchParams.set('redirect_uri', redirectUrl);
  return address.href;
}

import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { AppError } from '@fumikura/errors';
import type { JsonValue } from '@fumikura/model';
import type { SharedState } from '@fumikura/ports';
import { WebClient } from '@slack/web-api';
import { refusalOf } from './refusal.ts';

const WORKSPACES = 'slack.workspace';
/** A token that ends sooner is changed for its next one. */
const RENEW_BEFORE_MS = 10 * 60_000;

export interface WorkspaceFacts {
  readonly team: string;
  readonly botUser: string;
}

/** The workspaces where the app is installed, and the token of each. */
export interface Workspaces {
  /** @throws AppError WORKSPACE_UNKNOWN (permission) */
  token(team: string): Promise<string>;
  facts(team: string): Promise<WorkspaceFacts>;
  /** The app was removed, or its token withdrawn: nothing is sent there any more. */
  ended(team: string, reason: 'uninstalled' | 'revoked'): Promise<void>;
}

function unknownWorkspace(team: string): AppError {
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
    return { team, botUser };
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
    ended: async (team) => {
      if ((await facts)?.team === team) isEnded = true;
    },
  };
}

interface Installed extends WorkspaceFacts {
  readonly token: string;
  readonly refreshToken?: string;
  /** Milliseconds since 1970. */
  readonly expiresAt?: number;
}

export interface KeptWorkspacesOptions {
  readonly state: SharedState;
  /** 32 bytes: tokens rest encrypted under it. */
  readonly key: Uint8Array;
  readonly client: { readonly id: string; readonly secret: string };
  readonly apiUrl?: string;
  readonly now?: () => number;
}

export interface KeptWorkspaces extends Workspaces {
  /**
   * @param code that Slack gave to whoever allowed the app in their workspace
   * @throws AppError SLACK_REFUSED (invalid-input)
   */
  add(code: string, redirectUrl: string): Promise<WorkspaceFacts>;
  /** At most 10,000, ascending by id. */
  list(): Promise<readonly string[]>;
}

/** Where somebody allows the app in a workspace of theirs. */
export function installAddress(clientId: string, redirectUrl: string, scopes: readonly string[]): string {
  const address = new URL('https://slack.com/oauth/v2/authorize');
  address.searchParams.set('client_id', clientId);
  address.searchParams.set('scope', scopes.join(','));
  address.searchParams.set('redirect_uri', redirectUrl);
  return address.href;
}

/** Several workspaces, whose tokens rest encrypted in the installation's state and are changed before they end. */
export function keptWorkspaces(options: KeptWorkspacesOptions): KeptWorkspaces {
  const { state, key, now = Date.now } = options;
  const read = async (team: string) => {
    const entry = await state.get(WORKSPACES, team);
    if (!entry) throw unknownWorkspace(team);
    return { version: entry.version, installed: open(String(entry.value), key, team) };
  };
  const current = async (team: string): Promise<Installed> => {
    for (;;) {
      const { version, installed } = await read(team);
      const ends = installed.expiresAt ?? Infinity;
      if (ends - now() > RENEW_BEFORE_MS || installed.refreshToken === undefined) return installed;
      const next = await renewed(installed, installed.refreshToken, options).catch(async (error: unknown) => {
        // Another process may have used the same refresh token: then its token is the one that holds.
        if ((await state.get(WORKSPACES, team))?.version === version) throw error;
        return undefined;
      });
      if (!next) continue;
      const value = seal(next, key) as JsonValue;
      if (await state.put(WORKSPACES, { key: team, value, expected: version })) return next;
    }
  };
  /** Of a token that serves once: of two in this process who ask for the next one, the second takes what the first gets. */
  const asked = new Map<string, Promise<Installed>>();
  const shared = (team: string): Promise<Installed> => {
    const known = asked.get(team);
    if (known) return known;
    const installed = current(team).finally(() => asked.delete(team));
    asked.set(team, installed);
    return installed;
  };
  return {
    token: async (team) => (await shared(team)).token,
    facts: async (team) => (await read(team)).installed,
    ended: async (team) => void (await state.remove(WORKSPACES, team)),
    add: async (code, redirectUrl) => {
      const { client, apiUrl } = options;
      const answer = await accessed(apiUrl, {
        ...{ client_id: client.id, client_secret: client.secret, code, redirect_uri: redirectUrl },
      });
      const installed = installedOf(answer, now());
      await state.put(WORKSPACES, { key: installed.team, value: seal(installed, key) });
      return { team: installed.team, botUser: installed.botUser };
    },
    list: async () => (await state.list(WORKSPACES, { limit: 10_000 })).map((entry) => entry.key),
  };
}

interface Access {
  readonly access_token?: string;
  readonly refresh_token?: string;
  readonly expires_in?: number;
  readonly bot_user_id?: string;
  readonly team?: { readonly id?: string } | null;
}

async function accessed(apiUrl: string | undefined, args: Readonly<Record<string, string>>): Promise<Access> {
  const web = new WebClient(undefined, apiUrl === undefined ? {} : { slackApiUrl: apiUrl });
  try {
    return (await web.oauth.v2.access(args as never)) as Access;
  } catch (cause) {
    const said = refusalOf(cause);
    if (said === undefined) throw cause;
    throw new AppError('SLACK_REFUSED', 'invalid-input', `oauth.v2.access: ${said}`, {
      publicMessage: `Slack refuses: ${said}. A code serves once, for ten minutes, with the same redirectUrl.`,
      cause,
    });
  }
}

/** An installation for a whole Enterprise Grid names no workspace: each of its workspaces installs the app for itself. */
function installedOf(answer: Access, now: number): Installed {
  const {
    access_token: token,
    refresh_token: refreshToken,
    expires_in: seconds,
    bot_user_id: botUser,
  } = answer;
  const team = answer.team?.id;
  if (token === undefined || botUser === undefined || team === undefined)
    throw new AppError('SLACK_REFUSED', 'invalid-input', 'oauth.v2.access names no workspace', {
      publicMessage:
        'Slack names no workspace: install the app in one workspace, not in the whole organization.',
    });
  return {
    ...{ team, botUser, token },
    ...(refreshToken !== undefined && { refreshToken }),
    ...(seconds !== undefined && { expiresAt: now + seconds * 1_000 }),
  };
}

async function renewed(
  installed: Installed,
  refreshToken: string,
  { client, apiUrl, now = Date.now }: KeptWorkspacesOptions,
): Promise<Installed> {
  const answer = await accessed(apiUrl, {
    ...{ client_id: client.id, client_secret: client.secret },
    ...{ grant_type: 'refresh_token', refresh_token: refreshToken },
  });
  const { team, botUser: bot_user_id } = installed;
  return installedOf({ ...answer, team: { id: team }, bot_user_id }, now());
}

/** AES-256-GCM, bound to the workspace: `iv.tag.text`, base64url. */
function seal(installed: Installed, key: Uint8Array): string {
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(installed.team));
  const text = Buffer.concat([cipher.update(JSON.stringify(installed), 'utf8'), cipher.final()]);
  return [iv, cipher.getAuthTag(), text].map((each) => each.toString('base64url')).join('.');
}

function open(sealed: string, key: Uint8Array, team: string): Installed {
  const [iv, tag, text] = sealed.split('.').map((each) => Buffer.from(each, 'base64url'));
  try {
    if (!iv || !tag || !text) throw new Error('not sealed');
    const decipher = createDecipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(team));
    decipher.setAuthTag(tag);
    return JSON.parse(Buffer.concat([decipher.update(text), decipher.final()]).toString('utf8')) as Installed;
  } catch (cause) {
    throw new AppError('SLACK_KEY_WRONG', 'config', `the token of ${team} cannot be opened`, {
      publicMessage: `The stored token of workspace ${team} does not open with slack.key. Give the key that it was stored with, or install the app again.`,
      cause,
    });
  }
}

import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { AppError } from '@fumikura/errors';
import type { JsonValue } from '@fumikura/model';
import type { SharedState } from '@fumikura/ports';
import { WebClient } from '@slack/web-api';

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
  install(installed: Installed): Promise<void>;
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
      const next = await renewed(installed, installed.refreshToken, options);
      const value = seal(next, key) as JsonValue;
      // Another process may have changed it meanwhile: then its token is the one that holds.
      if (await state.put(WORKSPACES, { key: team, value, expected: version })) return next;
    }
  };
  return {
    token: async (team) => (await current(team)).token,
    facts: async (team) => (await read(team)).installed,
    ended: async (team) => void (await state.remove(WORKSPACES, team)),
    install: async (installed) => {
      await state.put(WORKSPACES, { key: installed.team, value: seal(installed, key) });
    },
  };
}

async function renewed(
  installed: Installed,
  refreshToken: string,
  { client, apiUrl, now = Date.now }: KeptWorkspacesOptions,
): Promise<Installed> {
  const web = new WebClient(undefined, apiUrl === undefined ? {} : { slackApiUrl: apiUrl });
  const answer = await web.oauth.v2.access({
    ...{ client_id: client.id, client_secret: client.secret },
    ...{ grant_type: 'refresh_token', refresh_token: refreshToken },
  });
  const {
    access_token: token,
    refresh_token: next,
    expires_in: seconds,
  } = answer as typeof answer & {
    expires_in?: number;
  };
  if (token === undefined) throw unknownWorkspace(installed.team);
  return {
    ...installed,
    token,
    ...(next !== undefined && { refreshToken: next }),
    ...(seconds !== undefined && { expiresAt: now() + seconds * 1_000 }),
  };
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

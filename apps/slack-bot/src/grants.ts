import { AppError } from '@fumikura/errors';
import { WebClient } from '@slack/web-api';
import { refusalOf } from './refusal.ts';
import type { Installed } from './sealed.ts';

const PAGE = 500;
const RETRIES = { retries: 5, minTimeout: 200, maxTimeout: 5_000 };

/** The app, as Slack knows it where tokens are given. */
export interface AppAtSlack {
  readonly client: { readonly id: string; readonly secret: string };
  readonly apiUrl?: string;
}

/** What Slack gave for a code: of a workspace, or of an organization, whose workspaces are asked for separately. */
export interface Grant {
  readonly id: string;
  readonly isOrganization: boolean;
  readonly installed: Installed;
}

interface Access {
  readonly access_token?: string;
  readonly refresh_token?: string;
  readonly expires_in?: number;
  readonly bot_user_id?: string;
  readonly team?: { readonly id?: string } | null;
  readonly enterprise?: { readonly id?: string } | null;
  readonly is_enterprise_install?: boolean;
}

/** @throws AppError SLACK_REFUSED (invalid-input) */
export async function grantFor(
  code: string,
  redirectUrl: string,
  app: AppAtSlack,
  now: number,
): Promise<Grant> {
  const answer = await accessed(app, { code, redirect_uri: redirectUrl });
  const isOrganization = answer.is_enterprise_install === true;
  const id = isOrganization ? answer.enterprise?.id : answer.team?.id;
  const { bot_user_id: botUser } = answer;
  if (id === undefined || botUser === undefined) throw nameless();
  return { id, isOrganization, installed: { botUser, ...tokensOf(answer, now) } };
}

/** The same installation with its next token, without its workspaces. */
export async function renewed(
  installed: Installed,
  refreshToken: string,
  app: AppAtSlack,
  now: number,
): Promise<Installed> {
  const answer = await accessed(app, { grant_type: 'refresh_token', refresh_token: refreshToken });
  return { botUser: installed.botUser, ...tokensOf(answer, now) };
}

/** The workspaces that an organization gave the app to. */
export async function teamsGranted(token: string, apiUrl: string | undefined): Promise<string[]> {
  const web = webFor(token, apiUrl);
  const found: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await web.auth.teams.list({ limit: PAGE, ...(cursor && { cursor }) });
    found.push(...(page.teams ?? []).flatMap(({ id }) => id ?? []));
    cursor = page.response_metadata?.next_cursor || undefined;
  } while (cursor);
  return found.sort();
}

function tokensOf(answer: Access, now: number): Pick<Installed, 'token' | 'refreshToken' | 'expiresAt'> {
  const { access_token: token, refresh_token: refreshToken, expires_in: seconds } = answer;
  if (token === undefined) throw nameless();
  return {
    token,
    ...(refreshToken !== undefined && { refreshToken }),
    ...(seconds !== undefined && { expiresAt: now + seconds * 1_000 }),
  };
}

async function accessed(
  { client, apiUrl }: AppAtSlack,
  args: Readonly<Record<string, string>>,
): Promise<Access> {
  const all = { client_id: client.id, client_secret: client.secret, ...args };
  try {
    return (await webFor(undefined, apiUrl).oauth.v2.access(all as never)) as Access;
  } catch (cause) {
    const said = refusalOf(cause);
    if (said === undefined) throw cause;
    throw new AppError('SLACK_REFUSED', 'invalid-input', `oauth.v2.access: ${said}`, {
      publicMessage: `Slack refuses: ${said}. A code serves once, for ten minutes, with the same redirectUrl.`,
      cause,
    });
  }
}

function webFor(token: string | undefined, apiUrl: string | undefined): WebClient {
  return new WebClient(token, { retryConfig: RETRIES, ...(apiUrl !== undefined && { slackApiUrl: apiUrl }) });
}

function nameless(): AppError {
  return new AppError('SLACK_REFUSED', 'invalid-input', 'oauth.v2.access names no installation', {
    publicMessage: 'Slack names neither a workspace nor an organization for this code.',
  });
}

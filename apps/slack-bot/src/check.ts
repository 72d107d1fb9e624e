import { createHmac, randomUUID } from 'node:crypto';
import { scopesFor } from './manifest.ts';

/** Slack refuses a request that is five minutes old; and we one of Slack's. */
const MAX_SKEW_MS = 60_000;
const TIMEOUT_MS = 10_000;

export interface SlackFinding {
  readonly check: string;
  readonly ok: boolean;
  readonly detail: string;
}

export interface SlackCheckOptions {
  /** Of the bot in each workspace. */
  readonly tokens: readonly string[];
  /** In socket mode. */
  readonly appToken?: string;
  /** In HTTP mode; with the address that Slack delivers to, deliveries are tried. */
  readonly signingSecret?: string;
  readonly publicUrl?: string;
  readonly linkByEmail: boolean;
  readonly apiUrl: string;
  readonly signal: AbortSignal;
  readonly now?: () => number;
}

/** What has to be right before anybody is answered: tokens, scopes, the way of events, the clock. */
export async function checkSlack(options: SlackCheckOptions): Promise<SlackFinding[]> {
  const { tokens, appToken } = options;
  if (tokens.length === 0)
    return [
      { check: 'slack token', ok: false, detail: 'no workspace yet: add one with "fumi slack install"' },
    ];
  const found: SlackFinding[] = [];
  for (const token of tokens) found.push(...(await workspaceOf(token, options)));
  if (found.every(({ ok }) => !ok)) return found;
  return [
    ...found,
    ...(appToken === undefined ? [] : [await socketOf(appToken, options)]),
    ...(await eventsOf(options)),
  ];
}

async function workspaceOf(token: string, options: SlackCheckOptions): Promise<SlackFinding[]> {
  const bot = await call('auth.test', token, options);
  if (bot.error !== undefined) return [{ check: 'slack token', ok: false, detail: bot.error }];
  const { team = '', user = '' } = bot.body as { team?: string; user?: string };
  return [
    { check: 'slack token', ok: true, detail: `the bot ${user} of ${team}` },
    scopesOf(bot.headers.get('x-oauth-scopes'), options),
    clockOf(bot.headers.get('date'), options.now ?? Date.now),
  ];
}

/** Delivers what Slack delivers first, by the way that Slack takes: through the proxy, to a process that runs. */
async function eventsOf({
  signingSecret,
  publicUrl,
  signal,
  now = Date.now,
}: SlackCheckOptions): Promise<SlackFinding[]> {
  if (signingSecret === undefined || publicUrl === undefined) return [];
  const check = 'slack events';
  const challenge = randomUUID();
  const body = JSON.stringify({ type: 'url_verification', challenge });
  const at = Math.floor(now() / 1_000);
  const signature = createHmac('sha256', signingSecret).update(`v0:${at}:${body}`).digest('hex');
  const url = `${publicUrl}/slack/events`;
  try {
    const response = await fetch(url, {
      ...{ method: 'POST', body, redirect: 'manual' },
      headers: {
        'content-type': 'application/json',
        'x-slack-request-timestamp': String(at),
        'x-slack-signature': `v0=${signature}`,
      },
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    });
    const ok = response.ok && (await response.text()).includes(challenge);
    const detail = ok
      ? `${url} takes them`
      : `${url} answers ${response.status}: does "fumi slack run" run behind it?`;
    return [{ check, ok, detail }];
  } catch (cause) {
    signal.throwIfAborted();
    const why = cause instanceof Error ? cause.message : String(cause);
    return [{ check, ok: false, detail: `${url} cannot be reached from here (${why})` }];
  }
}

function scopesOf(header: string | null, { linkByEmail }: SlackCheckOptions): SlackFinding {
  const given = new Set((header ?? '').split(',').map((scope) => scope.trim()));
  const wanted = scopesFor(linkByEmail);
  const missing = wanted.filter((scope) => !given.has(scope));
  const detail =
    missing.length === 0
      ? `all ${wanted.length} are there`
      : `missing: ${missing.join(', ')}. Add them as "fumi slack manifest" prints them, and install the app again.`;
  return { check: 'slack scopes', ok: missing.length === 0, detail };
}

function clockOf(date: string | null, now: () => number): SlackFinding {
  const skewMs = Math.abs(now() - Date.parse(date ?? ''));
  // Also when Slack says no date: then nobody knows.
  const ok = skewMs <= MAX_SKEW_MS;
  const seconds = Math.round(skewMs / 1_000);
  const detail = ok
    ? `${seconds} s from Slack's`
    : `${Number.isNaN(seconds) ? 'unknown' : `${seconds} s`} from Slack's: set the clock of this machine`;
  return { check: 'slack clock', ok, detail };
}

async function socketOf(appToken: string, options: SlackCheckOptions): Promise<SlackFinding> {
  const { error } = await call('apps.connections.open', appToken, options);
  const detail = error ?? 'Slack gives one';
  return { check: 'slack socket', ok: error === undefined, detail };
}

interface Called {
  readonly body: Readonly<Record<string, unknown>>;
  readonly headers: Headers;
  readonly error?: string;
}

async function call(method: string, token: string, { apiUrl, signal }: SlackCheckOptions): Promise<Called> {
  try {
    const response = await fetch(new URL(method, apiUrl), {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    });
    const body = (await response.json()) as Called['body'];
    const said = typeof body['error'] === 'string' ? body['error'] : `status ${response.status}`;
    const error = body['ok'] === true ? undefined : `${method}: Slack says ${said}`;
    return { body, headers: response.headers, ...(error !== undefined && { error }) };
  } catch (cause) {
    signal.throwIfAborted();
    const why = cause instanceof Error ? cause.message : String(cause);
    return { body: {}, headers: new Headers(), error: `${method}: no answer from ${apiUrl} (${why})` };
  }
}

import { EMAIL_SCOPE, SCOPES } from './manifest.ts';

/** Slack refuses a request that is five minutes old; and we one of Slack's. */
const MAX_SKEW_MS = 60_000;
const TIMEOUT_MS = 10_000;

export interface SlackFinding {
  readonly check: string;
  readonly ok: boolean;
  readonly detail: string;
}

export interface SlackCheckOptions {
  readonly token: string;
  /** In socket mode. */
  readonly appToken?: string;
  readonly linkByEmail: boolean;
  readonly apiUrl: string;
  readonly signal: AbortSignal;
  readonly now?: () => number;
}

/** What has to be right before anybody is answered: tokens, scopes, the way of events, the clock. */
export async function checkSlack(options: SlackCheckOptions): Promise<SlackFinding[]> {
  const bot = await call('auth.test', options.token, options);
  if (bot.error !== undefined) return [{ check: 'slack token', ok: false, detail: bot.error }];
  const { team = '', user = '' } = bot.body as { team?: string; user?: string };
  return [
    { check: 'slack token', ok: true, detail: `the bot ${user} of ${team}` },
    scopesOf(bot.headers.get('x-oauth-scopes'), options),
    clockOf(bot.headers.get('date'), options.now ?? Date.now),
    ...(options.appToken === undefined ? [] : [await socketOf(options.appToken, options)]),
  ];
}

function scopesOf(header: string | null, { linkByEmail }: SlackCheckOptions): SlackFinding {
  const given = new Set((header ?? '').split(',').map((scope) => scope.trim()));
  const wanted = [...Object.keys(SCOPES), ...(linkByEmail ? [EMAIL_SCOPE] : [])];
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

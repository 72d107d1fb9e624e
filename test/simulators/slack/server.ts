import type { AddressInfo } from 'node:net';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { loadSlackDescription } from './documented.ts';
import type { Arguments } from './documented.ts';
import { refusedToOrganization } from './organizations.ts';
import { createRateLimits } from './rate-limits.ts';
import { Sockets } from './sockets.ts';
import { SlackRefusal } from './call.ts';
import type { Answer } from './call.ts';
import { METHODS } from './web-api.ts';
import type { Installation, SlackWorld } from './world.ts';

/** An app may have several: whatever begins so. */
export const APP_TOKEN = 'xapp-simulated';
export const CLIENT = { id: 'client-id', secret: 'client-secret' };

export interface SlackCall {
  readonly method: string;
  readonly team: string | undefined;
  readonly args: Arguments;
  readonly answer: Answer;
}

/** What is posted to the address that an interaction came with. */
export interface Response {
  readonly id: string;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface SlackServer {
  /** Of the Web API, with a slash at its end. */
  readonly apiUrl: string;
  readonly sockets: Sockets;
  readonly calls: readonly SlackCall[];
  readonly responses: readonly Response[];
  readonly violations: readonly string[];
  /** An address that takes up to five answers in half an hour. */
  responseUrl(id: string): string;
  /** The next call of the method is answered so, once. */
  answerNext(method: string, answer: PlannedAnswer): void;
  close(): Promise<void>;
}

export type PlannedAnswer =
  | { readonly error: string }
  | { readonly status: number; readonly retryAfter?: number }
  /** Taken, and the connection breaks before the answer. */
  | { readonly lost: true };

export interface SlackServerOptions {
  readonly world: SlackWorld;
  /** How much faster minutes of rate limits pass; default 1. */
  readonly speed?: number;
  readonly latencyMs?: number;
}

const MAX_RESPONSES = 5;

/** Slack's Web API, its addresses for answers and its WebSocket, on loopback. */
export async function startSlackServer({
  world,
  speed = 1,
  latencyMs = 0,
}: SlackServerOptions): Promise<SlackServer> {
  const description = loadSlackDescription();
  const limits = createRateLimits(speed);
  const calls: SlackCall[] = [];
  const responses: Response[] = [];
  const violations: string[] = [];
  const planned: { method: string; answer: PlannedAnswer }[] = [];
  const taken = new Map<string, number>();
  const server = createServer((incoming, outgoing) => {
    void receive(incoming).then(
      (body) => handle(incoming, body, outgoing),
      () => outgoing.destroy(),
    );
  });
  const sockets = new Sockets(server);

  const handle = async (incoming: IncomingMessage, body: string, outgoing: ServerResponse) => {
    const { pathname } = new URL(incoming.url ?? '/', 'http://127.0.0.1');
    if (latencyMs > 0) await new Promise((resolve) => setTimeout(resolve, latencyMs));
    if (pathname.startsWith('/response/')) return respond(pathname.slice(10), body, outgoing);
    const method = pathname.replace(/^\/api\//u, '');
    const { token, ...args } = argumentsOf(incoming, body);
    const plan = planned.findIndex((each) => each.method === method);
    const fault = plan < 0 ? undefined : planned.splice(plan, 1)[0]?.answer;
    if (fault && 'status' in fault) return send(outgoing, fault.status, undefined, fault.retryAfter);
    const installation = [...world.installations.values()].find(
      (each) => each.botToken === token || (token !== undefined && each.formerToken === token),
    );
    const counted = installation?.granted ? args['team_id'] : installation?.team;
    const wait = limits.ask(method, String(counted ?? 'none'), args['channel'] as string | undefined);
    if (wait > 0) return send(outgoing, 429, { ok: false, error: 'ratelimited' }, wait);
    violations.push(...(description?.checkCall(method, args) ?? []));
    const answer =
      fault && 'error' in fault
        ? { ok: false, error: fault.error }
        : answerOf(method, token, args, installation);
    // Of an organization's token it names the organization as the team; the description knows of workspaces alone.
    const isUndescribed = method === 'auth.test' && installation?.granted !== undefined;
    if (!isUndescribed) violations.push(...(description?.checkAnswer(method, answer) ?? []));
    calls.push({ method, team: installation?.team, args, answer });
    if (fault && 'lost' in fault) return outgoing.destroy();
    return send(outgoing, 200, answer, undefined, installation?.scopes);
  };

  const answerOf = (
    method: string,
    token: unknown,
    args: Arguments,
    installation: Installation | undefined,
  ): Answer => {
    if (method === 'apps.connections.open')
      return String(token).startsWith(APP_TOKEN)
        ? { ok: true, url: sockets.open(address(), String(token)) }
        : { ok: false, error: 'invalid_auth' };
    if (method === 'oauth.v2.access') return grant(world, args);
    if (!installation) return { ok: false, error: 'invalid_auth' };
    if (installation.state !== 'installed')
      return { ok: false, error: installation.state === 'revoked' ? 'token_revoked' : 'account_inactive' };
    const refused = refusedToOrganization(method, installation, args, world);
    if (refused !== undefined) return { ok: false, error: refused };
    const known = METHODS[method];
    if (!known) return { ok: false, error: 'unknown_method' };
    if (known.scope !== undefined && !installation.scopes.has(known.scope))
      return {
        ok: false,
        error: 'missing_scope',
        needed: known.scope,
        provided: [...installation.scopes].join(),
      };
    try {
      return known.answer({ world, installation, args });
    } catch (error) {
      if (!(error instanceof SlackRefusal)) throw error;
      if (error.cause) violations.push(`${method}: ${(error.cause as string[]).join('; ')}`);
      return { ok: false, error: error.message };
    }
  };

  const respond = (id: string, body: string, outgoing: ServerResponse) => {
    const count = (taken.get(id) ?? 0) + 1;
    taken.set(id, count);
    if (count > MAX_RESPONSES) return send(outgoing, 404, { ok: false, error: 'used_url' });
    responses.push({ id, body: JSON.parse(body) as Response['body'] });
    return send(outgoing, 200, { ok: true });
  };

  const address = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    apiUrl: `${address()}/api/`,
    sockets,
    calls,
    responses,
    violations,
    responseUrl: (id) => `${address()}/response/${id}`,
    answerNext: (method, answer) => void planned.push({ method, answer }),
    close: async () => {
      sockets.close();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}

/** A workspace's token for the code of whoever allowed the app there, or for the one before; each serves once. */
function grant(world: SlackWorld, args: Arguments): Answer {
  if (args['client_id'] !== CLIENT.id || args['client_secret'] !== CLIENT.secret)
    return { ok: false, error: 'bad_client_secret' };
  const isRefresh = args['grant_type'] === 'refresh_token';
  const installation = [...world.installations.values()].find((each) =>
    isRefresh
      ? each.refreshToken !== undefined && each.refreshToken === args['refresh_token']
      : each.code !== undefined && each.code === args['code'],
  );
  if (!installation) return { ok: false, error: isRefresh ? 'invalid_refresh_token' : 'invalid_code' };
  delete installation.code;
  const [, generation = '0'] = /-r(\d+)$/u.exec(installation.botToken) ?? [];
  // The one before holds until it ends: whoever is in the middle of something finishes it.
  installation.formerToken = installation.botToken;
  installation.botToken = `xoxe.xoxb-${installation.team}-r${Number(generation) + 1}`;
  installation.refreshToken = `xoxe-1-${installation.team}-${Number(generation) + 1}`;
  return {
    ok: true,
    access_token: installation.botToken,
    refresh_token: installation.refreshToken,
    expires_in: world.tokensHoldSeconds,
    token_type: 'bot',
    scope: [...installation.scopes].join(),
    bot_user_id: installation.botUser,
    app_id: 'A1',
    team: installation.granted ? null : { id: installation.team, name: installation.team },
    enterprise: installation.granted ? { id: installation.team, name: installation.team } : null,
    is_enterprise_install: installation.granted !== undefined,
  };
}

/** The client sends forms, with lists and objects as JSON, and its token in a header. */
function argumentsOf(incoming: IncomingMessage, body: string): Record<string, unknown> {
  const type = incoming.headers['content-type'] ?? '';
  const query = new URL(incoming.url ?? '/', 'http://127.0.0.1').searchParams;
  const sent = type.includes('json')
    ? (JSON.parse(body || '{}') as Record<string, unknown>)
    : Object.fromEntries(new URLSearchParams(body));
  const [, token] = /^Bearer (.+)$/u.exec(incoming.headers.authorization ?? '') ?? [];
  const [, basic] = /^Basic (.+)$/u.exec(incoming.headers.authorization ?? '') ?? [];
  const [id, secret] = basic === undefined ? [] : Buffer.from(basic, 'base64').toString().split(':');
  return {
    ...Object.fromEntries(query),
    ...sent,
    ...(token !== undefined && { token }),
    ...(id !== undefined && { client_id: id, client_secret: secret }),
  };
}

async function receive(incoming: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of incoming) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
}

function send(
  outgoing: ServerResponse,
  status: number,
  body: unknown,
  retryAfter?: number,
  scopes?: ReadonlySet<string>,
): void {
  outgoing.writeHead(status, {
    'content-type': 'application/json',
    ...(retryAfter !== undefined && { 'retry-after': String(retryAfter) }),
    ...(scopes && { 'x-oauth-scopes': [...scopes].join(',') }),
  });
  outgoing.end(body === undefined ? '' : JSON.stringify(body));
}

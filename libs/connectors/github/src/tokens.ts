import { createPrivateKey } from 'node:crypto';
import { AppError } from '@fumikura/errors';
import { createHttpClient } from '@fumikura/http';
import type { HttpClient } from '@fumikura/http';
import { SignJWT } from 'jose';
import type { GithubConfig } from './config.ts';
import type { Account } from './github-types.ts';

/** A token is not used in its last minutes: a request may wait that long in our own queue. */
const MARGIN_MS = 300_000;
/** GitHub takes ten minutes at most, by its own clock. */
const JWT_SECONDS = 540;
const JWT_BACKDATED_SECONDS = 60;

export interface Installation {
  readonly id: number;
  readonly app_slug?: string;
  readonly account?: Account | null;
  readonly permissions?: Readonly<Record<string, string>>;
}

export interface Tokens {
  get(signal: AbortSignal): Promise<string>;
  /** The service refused this one. @returns whether the next `get` gives another */
  forget(token: string): boolean;
  /** Of an app; undefined for a personal token. */
  installation(signal: AbortSignal): Promise<Installation | undefined>;
}

/** @param send without credentials of its own */
export function createTokens(config: GithubConfig, send: typeof fetch, now: () => number): Tokens {
  const { credential } = config;
  if ('token' in credential)
    return {
      get: async () => credential.token.reveal(),
      forget: () => false,
      installation: async () => undefined,
    };
  const clock = clockOf(send, now);
  const http = createHttpClient({
    baseUrl: new URL(config.apiUrl),
    fetch: clock.send,
    authorise: async () => ({ authorization: `Bearer ${await signed(credential, clock.theirs())}` }),
  });
  let held: { readonly token: string; readonly until: number } | undefined;
  let asked: Promise<string> | undefined;
  let installation: Installation | undefined;
  const find = async (signal: AbortSignal) =>
    (installation ??= await clock.again(() =>
      findInstallation(http, config, credential.installationId, signal),
    ));
  const ask = async (signal: AbortSignal): Promise<string> => {
    const { id } = await find(signal);
    const path = `app/installations/${id}/access_tokens`;
    const { body } = await clock.again(() =>
      http.json<{ token?: unknown; expires_at?: unknown }>({ method: 'POST', path, signal }),
    );
    const ends = Date.parse(String(body?.expires_at)) - clock.aheadMs();
    if (typeof body?.token !== 'string' || Number.isNaN(ends))
      throw new AppError('SOURCE_ANSWER_INVALID', 'transient', `${config.apiUrl} gave no token`);
    held = { token: body.token, until: ends - MARGIN_MS };
    return body.token;
  };
  return {
    get: async (signal) => {
      if (held && held.until > now()) return held.token;
      const own = (asked ??= ask(signal));
      try {
        return await own;
      } finally {
        if (asked === own) asked = undefined;
      }
    },
    forget: (token) => {
      if (held?.token === token) held = undefined;
      return true;
    },
    installation: find,
  };
}

/** Less is what an answer takes, and what GitHub tolerates. */
const TOLERATED_MS = 30_000;

/** What an app signs is good by GitHub's clock alone, which every answer tells: also the one that refuses it. */
function clockOf(send: typeof fetch, now: () => number) {
  let aheadMs = 0;
  return {
    /** Milliseconds by which theirs is ahead of ours. */
    aheadMs: () => aheadMs,
    theirs: () => now() + aheadMs,
    send: (async (input, init) => {
      const response = await send(input, init);
      const told = Date.parse(response.headers.get('date') ?? '');
      if (Math.abs(told - now() - aheadMs) > TOLERATED_MS) aheadMs = told - now();
      return response;
    }) satisfies typeof fetch,
    /** Once more when a refusal came with another time than was signed for. */
    again: async <T>(ask: () => Promise<T>): Promise<T> => {
      const before = aheadMs;
      return ask().catch((error: unknown) => {
        if ((error as AppError).kind !== 'auth' || aheadMs === before) throw error;
        return ask();
      });
    },
  };
}

/** @throws CONFIG_INVALID when the app is installed nowhere, or in several places and none is named */
async function findInstallation(
  http: HttpClient,
  { owners }: GithubConfig,
  wanted: number | undefined,
  signal: AbortSignal,
): Promise<Installation> {
  const { body } = await http.json<readonly Installation[]>({
    path: 'app/installations',
    query: { per_page: 100 },
    signal,
  });
  const logins = owners.map((owner) => owner.toLowerCase());
  const fits = (body ?? []).filter(({ id, account }) =>
    wanted === undefined
      ? logins.length === 0 || logins.includes(account?.login.toLowerCase() ?? '')
      : id === wanted,
  );
  const [found] = fits;
  if (found && fits.length === 1) return found;
  if (wanted !== undefined && fits.length === 0) return { id: wanted };
  const where = fits.length === 0 ? 'nowhere' : `${fits.length} times`;
  throw new AppError('CONFIG_INVALID', 'config', `the app is installed ${where}`, {
    publicMessage: `The GitHub App is installed ${where}; install it, or name one installationId.`,
  });
}

/** @throws CONFIG_INVALID for an unusable key */
async function signed(
  { appId, privateKey }: Extract<GithubConfig['credential'], { privateKey: unknown }>,
  nowMs: number,
): Promise<string> {
  const seconds = Math.floor(nowMs / 1_000);
  try {
    return await new SignJWT({})
      .setProtectedHeader({ alg: 'RS256', typ: 'JWT' })
      .setIssuer(String(appId))
      .setIssuedAt(seconds - JWT_BACKDATED_SECONDS)
      .setExpirationTime(seconds + JWT_SECONDS)
      .sign(createPrivateKey(privateKey.reveal()));
  } catch {
    // The cause would carry parts of the key into logs.
    throw new AppError('CONFIG_INVALID', 'config', 'the private key of the app cannot be used', {
      publicMessage: 'Source: the private key of the GitHub App is no readable PEM.',
    });
  }
}

import { createHash, randomUUID, sign, X509Certificate } from 'node:crypto';
import { AppError } from '@fumikura/errors';
import { errorOfStatus } from '@fumikura/http';
import type { HttpClock } from '@fumikura/http';
import type { SharepointConfig } from './config.ts';

/** A token is not used in its last minutes: a request may wait that long in our own queue. */
const MARGIN_MS = 300_000;
const ASSERTION_SECONDS = 600;

export interface Tokens {
  get(signal: AbortSignal): Promise<string>;
  /** The service refused this one. @returns whether the next `get` gives another */
  forget(token: string): boolean;
  /** Application rights as the token states them; undefined when it cannot be looked into. */
  rights(signal: AbortSignal): Promise<ReadonlySet<string> | undefined>;
}

/** Client credentials of OAuth 2.0; one token for all callers, asked for once at a time. */
export function createTokens(
  config: SharepointConfig,
  send: typeof fetch,
  now: HttpClock['now'] = Date.now,
): Tokens {
  let held: { readonly token: string; readonly until: number } | undefined;
  let asked: Promise<string> | undefined;
  const ask = async (signal: AbortSignal): Promise<string> => {
    const { access_token: token, expires_in: seconds } = await request(config, send, now(), signal);
    held = { token, until: now() + seconds * 1_000 - Math.min(MARGIN_MS, seconds * 500) };
    return token;
  };
  const get = async (signal: AbortSignal): Promise<string> => {
    if (held && held.until > now()) return held.token;
    const own = (asked ??= ask(signal));
    try {
      return await own;
    } finally {
      if (asked === own) asked = undefined;
    }
  };
  return {
    get,
    forget: (token) => {
      if (held?.token === token) held = undefined;
      return true;
    },
    rights: async (signal) => rightsOf(await get(signal)),
  };
}

interface TokenAnswer {
  readonly access_token: string;
  readonly expires_in: number;
}

async function request(
  config: SharepointConfig,
  send: typeof fetch,
  nowMs: number,
  signal: AbortSignal,
): Promise<TokenAnswer> {
  const url = new URL(`${encodeURIComponent(config.tenant)}/oauth2/v2.0/token`, config.loginUrl);
  const response = await send(url, {
    method: 'POST',
    signal,
    headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: config.clientId,
      scope: new URL('.default', config.graphUrl).href,
      ...proof(config, url.href, nowMs),
    }).toString(),
  });
  const text = await response.text();
  const answer = parse(text);
  if (response.ok && typeof answer?.access_token === 'string' && Number(answer.expires_in) > 0)
    return { access_token: answer.access_token, expires_in: Number(answer.expires_in) };
  if ([400, 401].includes(response.status)) throw refused(answer);
  if (!response.ok) throw errorOfStatus({ status: response.status, method: 'POST', url: url.href });
  throw new AppError('SOURCE_ANSWER_INVALID', 'transient', `${url.origin} gave no token`, {
    publicMessage: 'The sign-in service answered with something that is no token.',
  });
}

/** The service's own words name tenant and application, never the credential; its correlation ids are left out. */
function refused(answer: Readonly<Record<string, unknown>> | undefined): AppError {
  const error = typeof answer?.error === 'string' ? answer.error : 'refused';
  const code = /AADSTS\d+/u.exec(String(answer?.error_description ?? ''))?.[0] ?? '';
  return new AppError('SOURCE_UNAUTHORISED', 'auth', `no token: ${error} ${code}`.trim(), {
    publicMessage:
      'SharePoint does not accept our credentials. Check tenant, client id and whether the secret or certificate has expired.',
  });
}

function proof(
  { credential, clientId }: SharepointConfig,
  audience: string,
  nowMs: number,
): Record<string, string> {
  if ('secret' in credential) return { client_secret: credential.secret.reveal() };
  return {
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: assertion(credential, clientId, audience, nowMs),
  };
}

/** RFC 7523, with the certificate named by its SHA-256 thumbprint. @throws CONFIG_INVALID for an unusable key */
function assertion(
  { certificate, privateKey }: Extract<SharepointConfig['credential'], { certificate: string }>,
  clientId: string,
  audience: string,
  nowMs: number,
): string {
  const seconds = Math.floor(nowMs / 1_000);
  try {
    const thumbprint = createHash('sha256').update(new X509Certificate(certificate).raw).digest('base64url');
    const head = encode({ alg: 'RS256', typ: 'JWT', 'x5t#S256': thumbprint });
    const claims = encode({
      aud: audience,
      iss: clientId,
      sub: clientId,
      jti: randomUUID(),
      nbf: seconds - 60,
      exp: seconds + ASSERTION_SECONDS,
    });
    const signature = sign('sha256', Buffer.from(`${head}.${claims}`), privateKey.reveal());
    return `${head}.${claims}.${signature.toString('base64url')}`;
  } catch {
    // The cause would carry parts of the key material into logs.
    throw new AppError('CONFIG_INVALID', 'config', 'the certificate or its private key cannot be used', {
      publicMessage: 'Source: the certificate or its private key is no readable PEM.',
    });
  }
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function rightsOf(token: string): ReadonlySet<string> | undefined {
  const claims = parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'));
  return Array.isArray(claims?.roles) ? new Set(claims.roles.map(String)) : undefined;
}

function parse(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined; // judged by the caller: what is no object holds no token and no rights
  }
}

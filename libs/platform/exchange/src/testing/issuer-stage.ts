import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Secret } from '@fumikura/config';
import { UnsecuredJWT } from 'jose';
import { createTokenExchange } from '../index.ts';
import type { ExchangeSettings, SubjectToken } from '../index.ts';

export const never = new AbortController().signal;
export const NOW = Date.parse('2026-11-21T12:00:00Z');
export const ISSUED = 'urn:ietf:params:oauth:token-type:access_token';
export const AUDIENCE = 'https://wiki.acme.example';
const started: (() => Promise<void>)[] = [];

type Answer = (form: URLSearchParams) =>
  | {
      readonly status?: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: unknown;
    }
  | undefined;

/** A token endpoint on loopback; an answer of undefined never comes. */
export async function issuer(answer: Answer) {
  const forms: URLSearchParams[] = [];
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const form = new URLSearchParams(Buffer.concat(parts).toString());
      forms.push(form);
      const given = answer(form);
      if (!given) return;
      const { status = 200, headers = {}, body = {} } = given;
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(typeof body === 'string' ? body : JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  started.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(() => resolve()));
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, forms };
}

export const given = (more: Record<string, unknown> = {}) => ({
  body: {
    access_token: 'for-the-wiki',
    token_type: 'Bearer',
    issued_token_type: ISSUED,
    expires_in: 300,
    ...more,
  },
});
export const jwt = (claims: Record<string, unknown>) => new UnsecuredJWT(claims).encode();
export const seconds = (ms: number) => Math.floor(ms / 1_000);

export function settingsFor(url: string, more: Partial<ExchangeSettings> = {}): ExchangeSettings {
  return {
    form: 'token-exchange',
    issuer: url,
    tokenUrl: `${url}/token`,
    clientId: 'fumikura',
    proof: { secret: new Secret('s3cret') },
    audience: AUDIENCE,
    scopes: ['read'],
    audiences: [AUDIENCE],
    timeoutMs: 60_000,
    ...more,
  };
}

export const subjectOf = (url: string, more: Partial<SubjectToken> = {}): SubjectToken => ({
  issuer: url,
  subject: 'ada',
  token: new Secret('what-ada-came-with'),
  expiresAt: seconds(NOW) + 3_600,
  ...more,
});

export async function stage(answer: Answer, more: Partial<ExchangeSettings> = {}) {
  const { url, forms } = await issuer(answer);
  let now = NOW;
  const exchange = createTokenExchange(settingsFor(url, more), { now: () => now });
  const ask = (subject: Partial<SubjectToken> = {}, signal = never) =>
    exchange.tokenFor(subjectOf(url, subject), signal);
  return { url, forms, exchange, ask, later: (ms: number) => void (now += ms) };
}

export const refused = { code: 'EXCHANGE_REFUSED', kind: 'permission' };
export const unusable = { code: 'EXCHANGE_INVALID', kind: 'auth' };
export const away = { code: 'EXCHANGE_UNAVAILABLE', kind: 'transient' };

/** For after each test. */
export async function closeIssuers(): Promise<void> {
  await Promise.all(started.splice(0).map((close) => close()));
}

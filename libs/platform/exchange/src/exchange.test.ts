import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, it } from 'node:test';
import { Secret } from '@fumikura/config';
import type { AppError } from '@fumikura/errors';
import { decodeJwt, decodeProtectedHeader, jwtVerify, UnsecuredJWT } from 'jose';
import { createTokenExchange } from './index.ts';
import type { ExchangeSettings, SubjectToken } from './index.ts';

const never = new AbortController().signal;
const NOW = Date.parse('2026-11-21T12:00:00Z');
const ISSUED = 'urn:ietf:params:oauth:token-type:access_token';
const AUDIENCE = 'https://wiki.acme.example';
const started: (() => Promise<void>)[] = [];

type Answer = (form: URLSearchParams) =>
  | {
      readonly status?: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: unknown;
    }
  | undefined;

/** A token endpoint on loopback; an answer of undefined never comes. */
async function issuer(answer: Answer) {
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

const given = (more: Record<string, unknown> = {}) => ({
  body: {
    access_token: 'for-the-wiki',
    token_type: 'Bearer',
    issued_token_type: ISSUED,
    expires_in: 300,
    ...more,
  },
});
const jwt = (claims: Record<string, unknown>) => new UnsecuredJWT(claims).encode();
const seconds = (ms: number) => Math.floor(ms / 1_000);

function settingsFor(url: string, more: Partial<ExchangeSettings> = {}): ExchangeSettings {
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

const subjectOf = (url: string, more: Partial<SubjectToken> = {}): SubjectToken => ({
  issuer: url,
  subject: 'ada',
  token: new Secret('what-ada-came-with'),
  expiresAt: seconds(NOW) + 3_600,
  ...more,
});

async function stage(answer: Answer, more: Partial<ExchangeSettings> = {}) {
  const { url, forms } = await issuer(answer);
  let now = NOW;
  const exchange = createTokenExchange(settingsFor(url, more), { now: () => now });
  const ask = (subject: Partial<SubjectToken> = {}, signal = never) =>
    exchange.tokenFor(subjectOf(url, subject), signal);
  return { url, forms, exchange, ask, later: (ms: number) => void (now += ms) };
}

const refused = { code: 'EXCHANGE_REFUSED', kind: 'permission' };
const unusable = { code: 'EXCHANGE_INVALID', kind: 'auth' };
const away = { code: 'EXCHANGE_UNAVAILABLE', kind: 'transient' };

describe('exchanging a token', () => {
  afterEach(() => Promise.all(started.splice(0).map((close) => close())));

  it('[exchange.form] asks as RFC 8693 says', async () => {
    const { ask, forms } = await stage(() => given());
    assert.equal((await ask()).reveal(), 'for-the-wiki');
    assert.deepEqual(Object.fromEntries(forms[0] ?? []), {
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      subject_token: 'what-ada-came-with',
      subject_token_type: ISSUED,
      requested_token_type: ISSUED,
      audience: AUDIENCE,
      scope: 'read',
      client_id: 'fumikura',
      client_secret: 's3cret',
    });
  });

  it('[exchange.form] asks on behalf of somebody as Entra ID does', async () => {
    const { ask, forms } = await stage(() => given({ issued_token_type: undefined }), {
      form: 'on-behalf-of',
    });
    await ask();
    assert.deepEqual(Object.fromEntries(forms[0] ?? []), {
      grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
      requested_token_use: 'on_behalf_of',
      assertion: 'what-ada-came-with',
      scope: 'read',
      client_id: 'fumikura',
      client_secret: 's3cret',
    });
  });

  for (const [name, algorithm, pair] of [
    ['RSA', 'RS256', generateKeyPairSync('rsa', { modulusLength: 2_048 })],
    ['P-256', 'ES256', generateKeyPairSync('ec', { namedCurve: 'P-256' })],
    ['Ed25519', 'EdDSA', generateKeyPairSync('ed25519')],
  ] as const)
    it(`[exchange.form] proves itself with a key (${name}), anew each time`, async () => {
      const pem = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
      const { ask, forms, exchange, url } = await stage(() => given(), {
        proof: { privateKey: new Secret(pem), keyId: 'k1' },
      });
      await ask();
      exchange.clear();
      await ask();
      const proofs = forms.map((form) => form.get('client_assertion') ?? '');
      for (const proof of proofs) {
        assert.deepEqual(decodeProtectedHeader(proof), { alg: algorithm, typ: 'JWT', kid: 'k1' });
        await jwtVerify(proof, pair.publicKey, {
          issuer: 'fumikura',
          subject: 'fumikura',
          audience: `${url}/token`,
          maxTokenAge: '1 minute',
          currentDate: new Date(NOW),
        });
      }
      assert.notEqual(decodeJwt(proofs[0] ?? '').jti, decodeJwt(proofs[1] ?? '').jti);
      assert.equal(forms[0]?.has('client_secret'), false);
    });

  it('[exchange.form] tells nothing of a key that cannot be used', async () => {
    const { ask } = await stage(() => given(), { proof: { privateKey: new Secret('-----BEGIN k3y') } });
    await assert.rejects(ask(), (error: AppError) => {
      assert.doesNotMatch(`${error.message}${String(error.cause)}`, /k3y/u);
      return error.code === 'CONFIG_INVALID';
    });
  });

  it('[exchange.cached] asks once for those who wait together, and not again while it holds', async () => {
    const { ask, forms, later } = await stage(() => given());
    await Promise.all([ask(), ask(), ask()]);
    later(280_000);
    await ask();
    assert.equal(forms.length, 1);
    later(15_000);
    await ask();
    assert.equal(forms.length, 2, 'before its end it is asked for again');
  });

  it('[exchange.cached] is of one person and one token', async () => {
    const { ask, forms } = await stage((form) =>
      given({ access_token: `for-${forms.length}-${form.get('scope') ?? ''}` }),
    );
    const ada = await ask();
    const bob = await ask({ subject: 'bob' });
    const newer = await ask({ token: new Secret('what-ada-came-with-later') });
    assert.equal(new Set([ada, bob, newer].map((each) => each.reveal())).size, 3);
    assert.equal(forms.length, 3);
  });

  it('[exchange.cached] is not used beyond the end of what it was made from', async () => {
    const { ask, forms, later } = await stage(() => given({ expires_in: 36_000 }));
    const expiresAt = seconds(NOW) + 60;
    await ask({ expiresAt });
    later(61_000);
    await assert.rejects(ask({ expiresAt }), refused);
    assert.equal(forms.length, 1, 'and what ended is not sent anywhere');
  });

  it('[exchange.cached] ends with the credential, and when somebody leaves', async () => {
    const { ask, forms, exchange } = await stage(() => given());
    let holds = true;
    const holdsStill = async () => holds;
    await ask({ holdsStill });
    exchange.clear();
    await ask({ holdsStill });
    assert.equal(forms.length, 2);
    holds = false;
    await assert.rejects(ask({ holdsStill }), refused);
    assert.equal(forms.length, 2);
  });

  it('[exchange.cached] keeps nothing that was asked for before somebody left', async () => {
    let answered: (() => void) | undefined;
    const slow = new Promise<void>((resolve) => (answered = resolve));
    const { url, forms } = await issuer(() => given());
    const exchange = createTokenExchange(settingsFor(url), {
      now: () => NOW,
      fetch: async (...args) => {
        const response = await fetch(...args);
        await slow;
        return response;
      },
    });
    const asked = exchange.tokenFor(subjectOf(url), never);
    while (forms.length === 0) await new Promise((resolve) => setImmediate(resolve));
    exchange.clear();
    answered?.();
    await asked;
    await exchange.tokenFor(subjectOf(url), never);
    assert.equal(forms.length, 2);
  });

  it('[exchange.cached] asks again for a token that the source did not take', async () => {
    const { ask, forms, exchange } = await stage(() => given());
    exchange.forget(await ask());
    await ask();
    assert.equal(forms.length, 2);
  });

  it('[exchange.refused] believes a refusal for a while, and tells its word alone', async () => {
    const { ask, forms, later } = await stage((form) => ({
      status: 400,
      body: { error: 'invalid_grant', error_description: `not for ${form.get('subject_token') ?? ''}` },
    }));
    for (const _ of [1, 2])
      await assert.rejects(ask(), (error: AppError) => {
        assert.doesNotMatch(JSON.stringify([error.message, error.publicMessage, error.details]), /what-ada/u);
        return error.code === 'EXCHANGE_REFUSED' && error.details['reason'] === 'invalid_grant';
      });
    assert.equal(forms.length, 1);
    later(31_000);
    await assert.rejects(ask(), refused);
    assert.equal(forms.length, 2);
  });

  it('[exchange.outage] leaves an issuer alone that fails again and again', async () => {
    const { ask, forms } = await stage(() => ({ status: 503 }));
    for (let n = 0; n < 6; n++) await assert.rejects(ask({ token: new Secret(`token ${n}`) }), away);
    assert.equal(forms.length, 3);
  });

  it('[exchange.outage] takes refusals for no failure of the issuer', async () => {
    const { ask, forms } = await stage(() => ({ status: 400, body: { error: 'invalid_grant' } }));
    for (let n = 0; n < 6; n++) await assert.rejects(ask({ token: new Secret(`token ${n}`) }), refused);
    assert.equal(forms.length, 6);
  });

  it('[exchange.outage] gives up on an issuer that does not answer, and on a caller who left', async () => {
    const { ask } = await stage(() => undefined, { timeoutMs: 100 });
    await assert.rejects(ask(), away);
    await assert.rejects(ask({}, AbortSignal.timeout(20)), { code: 'CANCELLED' });
  });
});

describe('attacks on a token exchange', () => {
  afterEach(() => Promise.all(started.splice(0).map((close) => close())));
  const end = seconds(NOW) + 300;

  for (const [threat, more] of [
    ['of another audience', { access_token: jwt({ aud: 'https://elsewhere.example', exp: end }) }],
    [
      'of several others',
      { access_token: jwt({ aud: ['https://a.example', 'https://b.example'], exp: end }) },
    ],
    ['without an audience', { access_token: jwt({ exp: end }) }],
    ['that has expired', { access_token: jwt({ aud: AUDIENCE, exp: seconds(NOW) - 1 }) }],
    ['that ends at once', { access_token: jwt({ aud: AUDIENCE, exp: seconds(NOW) + 5 }) }],
    ['that holds no time', { expires_in: 0 }],
    ['that held before', { expires_in: -5 }],
    ['whose end is a word', { access_token: jwt({ aud: AUDIENCE, exp: 'never' }) }],
    ['that it was given', { access_token: 'what-ada-came-with' }],
    ['of another type', { token_type: 'DPoP' }],
    ['of no type', { token_type: undefined }],
    ['that is an ID token', { issued_token_type: 'urn:ietf:params:oauth:token-type:id_token' }],
    ['that is a refresh token', { issued_token_type: 'urn:ietf:params:oauth:token-type:refresh_token' }],
    ['without saying what it is', { issued_token_type: undefined }],
    ['that is a list', { access_token: ['for-the-wiki'] }],
    ['that is empty', { access_token: '' }],
    ['that ends a header', { access_token: 'for-the-wiki\r\nx-other: 1' }],
    ['without end', { access_token: 'x'.repeat(20_000) }],
  ] as const)
    it(`[attack.exchange] S a token ${threat}`, async () => {
      const { ask } = await stage(() => given(more));
      await assert.rejects(ask(), unusable);
    });

  it('[attack.exchange] takes the token that is right', async () => {
    const token = jwt({ aud: [AUDIENCE, 'https://also.example'], exp: end });
    const { ask } = await stage(() => given({ access_token: token }));
    assert.equal((await ask()).reveal(), token);
  });

  for (const status of [301, 302, 303, 307, 308])
    it(`[attack.exchange] I a redirect (${status}) takes the person's token nowhere`, async () => {
      const other = await issuer(() => given());
      const { ask, forms } = await stage(() => ({ status, headers: { location: `${other.url}/token` } }));
      await assert.rejects(ask(), away);
      assert.equal(forms.length, 1);
      assert.equal(other.forms.length, 0);
    });

  for (const [threat, answer] of [
    ['a page', { body: '<!doctype html><title>Sign in</title>' }],
    ['a list', { body: [{ access_token: 'x' }] }],
    ['half an answer', { body: '{"access_token": "for-the-' }],
    ['more than it may be', { body: { ...given().body, padding: 'x'.repeat(300_000) } }],
    ['a status that is no success', { status: 201, ...given() }],
  ] as const)
    it(`[attack.exchange] T ${threat} is no token`, async () => {
      const { ask } = await stage(() => answer);
      await assert.rejects(ask(), away);
    });

  for (const [address, why] of [
    ['https://169.254.169.254/token', 'where machines keep their credentials'],
    ['https://[fd00:ec2::254]/token', 'where machines keep their credentials'],
    ['https://10.1.2.3/token', 'inside, while the issuer is outside'],
    ['https://localhost/token', 'inside by its name'],
    ['https://[::ffff:127.0.0.1]/token', 'inside in other clothes'],
  ] as const)
    it(`[attack.exchange] I ${address} is not asked: ${why}`, async () => {
      let sent = 0;
      const settings = settingsFor('https://192.0.2.1', { tokenUrl: address });
      const exchange = createTokenExchange(settings, {
        now: () => NOW,
        fetch: async () => {
          sent++;
          return Response.json(given().body);
        },
      });
      await assert.rejects(exchange.tokenFor(subjectOf('https://192.0.2.1'), never), away);
      assert.equal(sent, 0);
    });

  it('[attack.exchange] I a token of another issuer is sent to nobody', async () => {
    const { ask, forms } = await stage(() => given());
    await assert.rejects(ask({ issuer: 'https://elsewhere.example' }), refused);
    assert.equal(forms.length, 0);
  });

  it('[attack.exchange] I a token prints as a secret wherever it ends up', async () => {
    const { ask } = await stage(() => given());
    const token = await ask();
    assert.equal(`${String(token)} ${JSON.stringify({ token })}`, '[secret] {"token":"[secret]"}');
  });
});

import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { silentLogger } from '@fumikura/logging';
import { createSlackSignIn } from './slack-sign-in.ts';
import type { SlackSignInOptions } from './slack-sign-in.ts';

const ISSUER = 'https://203.0.113.7';
const SITE = 'https://fumi.example.com';
const START = Date.now();

type Key = Awaited<ReturnType<typeof generateKeyPair>>['privateKey'];

interface Scripted {
  /** Over the claims that would hold. */
  readonly claims?: Record<string, unknown>;
  readonly key?: Key;
  readonly algorithm?: string;
  readonly metadata?: Record<string, unknown>;
  readonly token?: () => Response;
}

describe('the page where people sign in for Slack', () => {
  let own: { readonly privateKey: Key; readonly publicKey: Key };
  let strange: typeof own;
  let curve: typeof own;
  before(async () => {
    own = await generateKeyPair('RS256', { extractable: true });
    curve = await generateKeyPair('ES256', { extractable: true });
    strange = await generateKeyPair('RS256', { extractable: true });
  });

  /** An issuer, a server of ours and a browser with one cookie. */
  const open = (scripted: Scripted = {}, more: Partial<SlackSignInOptions> = {}) => {
    const asked: { url: string; init: RequestInit }[] = [];
    let now = START;
    let nonce = '';
    const answer = async (url: string): Promise<Response> => {
      if (url.endsWith('/.well-known/openid-configuration'))
        return Response.json({
          ...{
            issuer: ISSUER,
            authorization_endpoint: `${ISSUER}/authorize`,
            token_endpoint: `${ISSUER}/token`,
          },
          ...{
            jwks_uri: `${ISSUER}/keys`,
            id_token_signing_alg_values_supported: ['RS256', 'ES256'],
            ...scripted.metadata,
          },
        });
      if (url === `${ISSUER}/keys`)
        return Response.json({
          keys: await Promise.all([own, curve].map(({ publicKey }) => exportJWK(publicKey))),
        });
      if (url !== `${ISSUER}/token`) return new Response(null, { status: 404 });
      if (scripted.token) return scripted.token();
      const seconds = Math.floor(Date.now() / 1_000);
      const claims = { iss: ISSUER, aud: 'client', sub: 'ada', iat: seconds, exp: seconds + 60, nonce };
      const token = await new SignJWT({ ...claims, ...scripted.claims })
        .setProtectedHeader({ alg: scripted.algorithm ?? 'RS256' })
        .sign(scripted.key ?? (scripted.algorithm === 'ES256' ? curve : own).privateKey);
      return Response.json({ access_token: 'a', token_type: 'bearer', id_token: token });
    };
    const used = new Set<string>();
    const refusals: string[] = [];
    const pages = createSlackSignIn({
      issuer: {
        ...{ issuer: ISSUER, audiences: [], types: ['at+jwt'], algorithms: ['RS256'], scopeClaim: 'scope' },
        ...{ scopePrefix: '', scopeNames: {}, subjectClaim: 'sub', clockSkewSeconds: 5 },
      },
      ...{ client: { id: 'client', secret: 'of the client' }, scope: 'openid', publicUrl: SITE },
      cookieKey: () => Promise.resolve(new Uint8Array(32).fill(7)),
      useOnce: (hash) => Promise.resolve(!used.has(hash) && used.add(hash) !== undefined),
      giveCode: ({ subject }) => Promise.resolve({ code: 'ABCDE-FGHJK', name: subject, holdsMs: 600_000 }),
      onRefused: ({ why, rule }) => Promise.resolve(void refusals.push(`${why}: ${rule}`)),
      logger: silentLogger,
      now: () => now,
      fetch: (input, init) => {
        const url = String(input instanceof Request ? input.url : input);
        asked.push({ url, init: init ?? {} });
        return answer(url);
      },
      ...more,
    });
    const begin = async () => {
      const response = await pages.handle(new Request(`${SITE}/slack/sign-in`));
      const away = new URL(response.headers.get('location') ?? 'about:blank');
      nonce = away.searchParams.get('nonce') ?? '';
      const setCookie = response.headers.get('set-cookie') ?? '';
      return { response, away, setCookie, state: away.searchParams.get('state') ?? '' };
    };
    const finish = ({ setCookie, state }: { setCookie: string; state: string }) =>
      pages.handle(
        new Request(`${SITE}/slack/signed-in?code=c&state=${state}`, {
          headers: { cookie: setCookie.split(';', 1)[0] ?? '' },
        }),
      );
    const whole = async () => finish(await begin());
    return { pages, begin, finish, whole, asked, refusals, pass: (ms: number) => void (now += ms) };
  };

  it('[slack.sign-in] shows the code, and proves the client to the issuer', async () => {
    const { whole, asked } = open();
    const shown = await whole();
    assert.equal(shown.status, 200);
    assert.match(await shown.text(), /<code>link ABCDE-FGHJK<\/code>/u);
    const [sent] = asked.filter(({ url }) => url.endsWith('/token'));
    const basic = new Headers(sent?.init.headers).get('authorization') ?? '';
    assert.match(basic, /^Basic /u);
    assert.equal(sent?.init.redirect, 'error');
  });

  it('[slack.sign-in] sets a cookie for encrypted pages alone, and forgets it after ten minutes', async () => {
    const { begin, finish, pass } = open();
    const begun = await begin();
    assert.match(begun.setCookie, /^__Secure-.*; HttpOnly; SameSite=Lax; Secure$/u);
    pass(9 * 60_000);
    assert.equal((await finish(begun)).status, 200);
    const late = await begin();
    pass(10 * 60_000 + 1_000);
    assert.equal((await finish(late)).status, 400);
  });

  for (const [threat, scripted] of [
    ['is for another client', { claims: { aud: 'another' } }],
    ['is of another issuer', { claims: { iss: 'https://evil.example' } }],
    ['has ended', { claims: { exp: 1_000 } }],
    ['has no nonce', { claims: { nonce: undefined } }],
    ['names nobody', { claims: { sub: '' } }],
    ['is signed in a way that is not allowed here', { algorithm: 'ES256' }],
  ] as const)
    it(`[attack.slack-sign-in] S a token that ${threat}`, async () => {
      const { whole, refusals } = open(scripted);
      assert.equal((await whole()).status, 400);
      assert.match(refusals.join(), /^not-proven: /u);
    });

  it('[attack.slack-sign-in] S a token that another key has signed', async () => {
    const { whole, refusals } = open({ key: strange.privateKey });
    assert.equal((await whole()).status, 400);
    assert.match(refusals.join(), /^not-proven: /u);
  });

  it('[attack.slack-sign-in] I the issuer names an address of our network, or of a machine’s credentials', async () => {
    for (const inner of [
      'https://10.0.0.1/token',
      'https://169.254.169.254/token',
      'https://127.0.0.1/token',
    ]) {
      const { whole, asked } = open({ metadata: { token_endpoint: inner } });
      assert.notEqual((await whole()).status, 200);
      assert.ok(
        asked.every(({ url }) => url !== inner),
        inner,
      );
    }
  });

  it('[attack.slack-sign-in] I an answer tells of the inside: it is told as ours', async () => {
    const token = () =>
      Response.json({ error: 'invalid_client', error_description: 'secret <b>words</b>' }, { status: 401 });
    const { whole, refusals } = open({ token });
    const shown = await whole();
    assert.equal(shown.status, 400);
    assert.doesNotMatch(await shown.text(), /secret|words|invalid_client/u);
    assert.deepEqual(refusals, ['not-proven: the issuer refused the code or the client']);
  });

  it('[attack.slack-sign-in] D the issuer is away, answers without end, or with something else', async () => {
    let sent = 0;
    const endless = () => {
      const part = new Uint8Array(64 * 1_024).fill(0x20);
      const body = new ReadableStream({ pull: (to) => (to.enqueue(part), void (sent += part.length)) });
      return new Response(body, { headers: { 'content-type': 'application/json' } });
    };
    for (const [token, status] of [
      [() => Response.json({ error: 'server_error' }, { status: 500 }), 503],
      [endless, 400],
      [() => new Response('<html>', { headers: { 'content-type': 'text/html' } }), 400],
    ] as const) {
      const shown = await open({ token }).whole();
      assert.equal(shown.status, status, await shown.text());
    }
    assert.ok(sent > 500_000 && sent < 1_000_000, `${sent} bytes`);
  });

  it('[attack.slack-sign-in] R what cannot be written down gives no code, and tells only a reference', async () => {
    const broken = () => Promise.reject(new Error('the disk of /var/lib is full'));
    for (const more of [{ giveCode: broken }, { useOnce: broken }]) {
      const shown = await open({}, more).whole();
      assert.equal(shown.status, 500);
      const text = await shown.text();
      assert.match(text, /reference: [0-9a-f-]{36}/u);
      assert.doesNotMatch(text, /disk|ABCDE/u);
    }
    const refused = await open({ claims: { aud: 'another' } }, { onRefused: broken }).whole();
    assert.equal(refused.status, 500);
  });
});

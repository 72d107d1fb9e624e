import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { silentLogger } from '@fumikura/logging';
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import type { JWK, JWTPayload } from 'jose';
import { createSignIn } from './gate.ts';
import type { SignInOptions } from './gate.ts';
import type { IssuerSettings } from './types.ts';

const ISSUER = 'https://id.example/tenant';
const PUBLIC = 'https://search.example';
const MCP = `${PUBLIC}/mcp`;
const SETTINGS: IssuerSettings = {
  issuer: ISSUER,
  audiences: [],
  types: ['at+jwt'],
  algorithms: ['RS256', 'ES256'],
  scopeClaim: 'scope',
  scopePrefix: '',
  scopeNames: {},
  subjectClaim: 'sub',
  clockSkewSeconds: 30,
};

type Pair = Awaited<ReturnType<typeof generateKeyPair>>;
const [first, second, stranger] = await Promise.all([1, 2, 3].map(() => generateKeyPair('ES256')));
const rsa = await generateKeyPair('RS512');

/** An issuer as our server sees it over the network. */
class FakeIssuer {
  now = Date.parse('2026-05-01T12:00:00Z');
  keys: [string, Pair][] = [['one', first as Pair]];
  isAway = false;
  requests: string[] = [];
  active: Record<string, unknown> | undefined;

  readonly fetch = async (url: string): Promise<Response> => {
    this.requests.push(url);
    if (this.isAway) throw new TypeError('fetch failed');
    if (url === `${ISSUER}/.well-known/openid-configuration`)
      return Response.json({ issuer: ISSUER, jwks_uri: `${ISSUER}/keys` });
    if (url === `${ISSUER}/keys`) {
      const keys = this.keys.map(async ([kid, { publicKey }]): Promise<JWK> => ({
        ...(await exportJWK(publicKey)),
        kid,
        use: 'sig',
      }));
      return Response.json({ keys: await Promise.all(keys) });
    }
    if (url === `${ISSUER}/introspect`) return Response.json(this.active ?? { active: false });
    return new Response(null, { status: 404 });
  };

  token(
    claims: JWTPayload = {},
    {
      kid = 'one',
      pair = first as Pair,
      alg = 'ES256',
      typ = 'at+jwt',
    }: { kid?: string; pair?: Pair; alg?: string; typ?: string } = {},
  ): Promise<string> {
    const seconds = this.now / 1_000;
    const all = {
      iss: ISSUER,
      aud: MCP,
      sub: 'alice',
      scope: 'knowledge:read',
      exp: seconds + 600,
      ...claims,
    };
    return new SignJWT(all).setProtectedHeader({ alg, kid, typ }).sign(pair.privateKey);
  }
}

let issuer: FakeIssuer;
beforeEach(() => void (issuer = new FakeIssuer()));

function signIn(settings: Partial<IssuerSettings> = {}, more: Partial<SignInOptions> = {}) {
  return createSignIn({
    publicUrl: PUBLIC,
    paths: ['/mcp', '/mcp/openai'],
    issuers: [{ ...SETTINGS, ...settings }],
    readScope: 'knowledge:read',
    logger: silentLogger,
    fetch: issuer.fetch,
    now: () => issuer.now,
    ...more,
  });
}

async function ask(gate: ReturnType<typeof signIn>, token: string | undefined, url = MCP) {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const answer = await gate.authenticate(new Request(url, { method: 'POST', headers }));
  if (!(answer instanceof Response)) return { status: 200, identity: answer.extra.identity, challenge: '' };
  return {
    status: answer.status,
    identity: undefined,
    challenge: answer.headers.get('www-authenticate') ?? '',
  };
}

// The gate of the SDK looks at the real clock too, so tokens live around it.
beforeEach(() => void (issuer.now = Date.now()));

describe('a token of an issuer', () => {
  it('[auth.token] says who asks, through which client, with which scopes', async () => {
    const token = await issuer.token({ client_id: 'vscode', scope: 'openid knowledge:read' });
    const { identity } = await ask(signIn(), token);
    assert.deepEqual(
      { ...identity, expiresAt: 0 },
      {
        issuer: ISSUER,
        subject: 'alice',
        credential: 'vscode',
        scopes: ['openid', 'knowledge:read'],
        expiresAt: 0,
      },
    );
  });

  const seconds = () => issuer.now / 1_000;
  const refused: Readonly<Record<string, () => Promise<string> | string>> = {
    'a token for another audience': () => issuer.token({ aud: 'https://other.example/mcp' }),
    'a token for the other endpoint': () => issuer.token({ aud: `${MCP}/openai` }),
    'a token without an audience': () => issuer.token({ aud: [] }),
    'a token for our host without the path': () => issuer.token({ aud: PUBLIC }),
    'a token of another issuer': () => issuer.token({ iss: 'https://evil.example' }),
    'a token whose issuer only begins like ours': () => issuer.token({ iss: `${ISSUER}/../evil` }),
    'a token that is expired': () => issuer.token({ exp: seconds() - 31 }),
    'a token that never expires': () => issuer.token({ exp: undefined }),
    'a token that does not hold yet': () => issuer.token({ nbf: seconds() + 60 }),
    'a token of nobody': () => issuer.token({ sub: undefined }),
    'a token with an empty subject': () => issuer.token({ sub: '' }),
    'an ID token': () => issuer.token({}, { typ: 'JWT' }),
    'a logout token': () => issuer.token({}, { typ: 'logout+jwt' }),
    'a token signed with a key of somebody else': () => issuer.token({}, { pair: stranger as Pair }),
    'a token with an unknown key id': () => issuer.token({}, { kid: 'none', pair: stranger as Pair }),
    'a token signed with another algorithm': () => issuer.token({}, { pair: rsa, alg: 'RS512' }),
    'a token signed with the public key as a secret': async () => {
      const { publicKey } = first as Pair;
      const secret = Buffer.from(JSON.stringify(await exportJWK(publicKey)));
      return new SignJWT({ iss: ISSUER, aud: MCP, sub: 'alice', scope: 'knowledge:read' })
        .setProtectedHeader({ alg: 'HS256', kid: 'one', typ: 'at+jwt' })
        .setExpirationTime('10m')
        .sign(secret);
    },
    'a token that is not signed': () =>
      new UnsecuredJWT({ iss: ISSUER, aud: MCP, sub: 'alice' }).setExpirationTime('10m').encode(),
    'a token that brings its own key': async () => {
      const { publicKey, privateKey } = stranger as Pair;
      return new SignJWT({ iss: ISSUER, aud: MCP, sub: 'alice', scope: 'knowledge:read' })
        .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', jwk: await exportJWK(publicKey) })
        .setExpirationTime('10m')
        .sign(privateKey);
    },
    'a token that says where its key lies': () =>
      new SignJWT({ iss: ISSUER, aud: MCP, sub: 'alice', scope: 'knowledge:read' })
        .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: 'evil', jku: 'https://evil.example/keys' })
        .setExpirationTime('10m')
        .sign((stranger as Pair).privateKey),
    'a token whose claims were changed': async () => {
      const [head, , signature] = (await issuer.token()).split('.');
      const claims = { iss: ISSUER, aud: MCP, sub: 'root', scope: 'knowledge:read', exp: seconds() + 600 };
      return [head, Buffer.from(JSON.stringify(claims)).toString('base64url'), signature].join('.');
    },
    'a token without its signature': async () =>
      (await issuer.token()).split('.').slice(0, 2).join('.') + '.',
    'something with two dots': () => 'a.b.c',
    'a word': () => 'hello',
    'a very long token': () => 'a'.repeat(20_000),
    'a personal token where none are made': () => `fumi_${'0'.repeat(16)}_${'A'.repeat(43)}`,
  };
  for (const [what, make] of Object.entries(refused))
    it(`[auth.refused] ${what} is refused with 401 and where to sign in`, async () => {
      const { status, challenge } = await ask(signIn(), await make());
      assert.equal(status, 401);
      assert.match(challenge, /error="invalid_token"/);
      assert.match(challenge, /scope="knowledge:read"/);
      assert.match(
        challenge,
        /resource_metadata="https:\/\/search\.example\/\.well-known\/oauth-protected-resource\/mcp"/,
      );
      assert.ok(!issuer.requests.some((url) => url.includes('evil')), 'no address of a token is ever asked');
    });

  it('[auth.refused] a request without a token, or with another scheme, is challenged', async () => {
    assert.equal((await ask(signIn(), undefined)).status, 401);
    const basic = new Request(MCP, { headers: { authorization: 'Basic YTpi' } });
    assert.equal(((await signIn().authenticate(basic)) as Response).status, 401);
    const inAddress = new Request(`${MCP}?access_token=${await issuer.token()}`);
    assert.equal(((await signIn().authenticate(inAddress)) as Response).status, 401);
  });

  it('[auth.scope] a token without the scope is answered 403 with all that is needed', async () => {
    const { status, challenge } = await ask(signIn(), await issuer.token({ scope: 'knowledge:reader' }));
    assert.equal(status, 403);
    assert.match(challenge, /error="insufficient_scope".*scope="knowledge:read"/);
  });

  it('[auth.skew] a clock may be off by as much as configured', async () => {
    assert.equal((await ask(signIn(), await issuer.token({ exp: issuer.now / 1_000 - 20 }))).status, 200);
    assert.equal((await ask(signIn(), await issuer.token({ nbf: issuer.now / 1_000 + 20 }))).status, 200);
    const strict = signIn({ clockSkewSeconds: 0 });
    assert.equal((await ask(strict, await issuer.token({ exp: issuer.now / 1_000 - 1 }))).status, 401);
  });

  it('[auth.issuer-settings] names of claims, audiences, types and scopes are each issuer\u2019s own', async () => {
    const entra = signIn({
      audiences: ['api://fumikura'],
      types: ['JWT'],
      scopeClaim: 'scp',
      scopePrefix: 'https://search.example/mcp/',
      scopeNames: { 'knowledge.read': 'knowledge:read' },
      subjectClaim: 'oid',
    });
    const claims = { aud: 'api://fumikura', scope: undefined, scp: 'knowledge.read', oid: 'o-1' };
    const { identity, status } = await ask(entra, await issuer.token(claims, { typ: 'JWT' }));
    assert.deepEqual([status, identity?.subject, identity?.scopes], [200, 'o-1', ['knowledge:read']]);
    assert.equal((await ask(entra, await issuer.token({ ...claims, aud: MCP }, { typ: 'JWT' }))).status, 401);
  });

  it('[auth.issuer-settings] a token without a type counts only where that is said', async () => {
    const token = new SignJWT({ iss: ISSUER, aud: MCP, sub: 'alice', scope: 'knowledge:read' })
      .setProtectedHeader({ alg: 'ES256', kid: 'one' })
      .setExpirationTime('10m');
    const signed = await token.sign((first as Pair).privateKey);
    assert.equal((await ask(signIn(), signed)).status, 401);
    assert.equal((await ask(signIn({ types: ['absent'] }), signed)).status, 200);
    assert.equal((await ask(signIn({ types: ['absent'] }), await issuer.token())).status, 401);
  });

  it('[auth.verified-email] an address counts only when the issuer calls it verified', async () => {
    const address = { email: 'alice@example.com' };
    const verified = await ask(signIn(), await issuer.token({ ...address, email_verified: true }));
    assert.equal(verified.identity?.verifiedEmail, 'alice@example.com');
    for (const not of [{}, { email_verified: false }, { email_verified: 'true' }, { email_verified: 1 }])
      assert.equal(
        (await ask(signIn(), await issuer.token({ ...address, ...not }))).identity?.verifiedEmail,
        undefined,
      );
  });
});

describe('the keys of an issuer', () => {
  it('[auth.refused] a good key does not make an algorithm good that is not allowed', async () => {
    issuer.keys.push(['rsa', rsa]);
    const token = await issuer.token({}, { kid: 'rsa', pair: rsa, alg: 'RS512' });
    assert.equal((await ask(signIn(), token)).status, 401);
    assert.equal((await ask(signIn({ algorithms: ['RS512'] }), token)).status, 200);
  });

  it('[auth.rotation] a new key is read when a token names it, and an old one ends', async () => {
    const gate = signIn();
    assert.equal((await ask(gate, await issuer.token())).status, 200);
    issuer.keys = [['two', second as Pair]];
    issuer.now += 31_000;
    const rotated = await issuer.token({}, { kid: 'two', pair: second as Pair });
    assert.equal((await ask(gate, rotated)).status, 200);
    issuer.now += 1_000;
    assert.equal((await ask(gate, await issuer.token({ jti: 'new' }))).status, 401);
  });

  it('[auth.rotation] made-up key ids do not make us ask the issuer again and again', async () => {
    const gate = signIn();
    await ask(gate, await issuer.token());
    const before = issuer.requests.length;
    issuer.now += 31_000;
    for (let count = 0; count < 20; count++)
      await ask(gate, await issuer.token({}, { kid: `made-up-${count}` }));
    assert.ok(issuer.requests.length - before <= 1, `${issuer.requests.length - before} requests`);
  });

  it('[auth.outage] keys that were read hold while the issuer is away, for a day', async () => {
    const gate = signIn();
    await ask(gate, await issuer.token());
    issuer.isAway = true;
    issuer.now += 3_600_000;
    assert.equal((await ask(gate, await issuer.token())).status, 200);
    issuer.now += 24 * 3_600_000;
    assert.equal((await ask(gate, await issuer.token())).status, 503);
  });

  it('[auth.outage] without keys nobody is let in, and it is our trouble, not theirs', async () => {
    issuer.isAway = true;
    const gate = signIn();
    assert.equal((await ask(gate, await issuer.token())).status, 503);
    issuer.isAway = false;
    issuer.now += 2_000;
    assert.equal((await ask(gate, await issuer.token())).status, 200);
  });

  it('[auth.outage] metadata of another issuer is not believed', async () => {
    const gate = signIn(
      {},
      {
        fetch: async (url) => {
          const answer = await issuer.fetch(url);
          if (!url.includes('.well-known')) return answer;
          return Response.json({ issuer: 'https://evil.example', jwks_uri: `${ISSUER}/keys` });
        },
      },
    );
    assert.equal((await ask(gate, await issuer.token())).status, 503);
  });
});

describe('an opaque token', () => {
  const introspection = {
    url: `${ISSUER}/introspect`,
    clientId: 'fumikura',
    clientSecret: 's',
    cacheSeconds: 5,
  };
  const active = () => ({
    active: true,
    iss: ISSUER,
    sub: 'bob',
    aud: MCP,
    scope: 'knowledge:read',
    exp: Math.floor(issuer.now / 1_000) + 600,
  });

  it('[auth.introspection] is judged by its issuer, and a revocation counts after the configured time', async () => {
    const gate = signIn({ introspection });
    issuer.active = active();
    assert.equal((await ask(gate, 'opaque')).identity?.subject, 'bob');
    issuer.active = undefined;
    issuer.now += 4_000;
    assert.equal((await ask(gate, 'opaque')).status, 200);
    issuer.now += 2_000;
    assert.equal((await ask(gate, 'opaque')).status, 401);
  });

  const wrong: Readonly<Record<string, () => object>> = {
    'for another audience': () => ({ ...active(), aud: 'https://other.example' }),
    'of another issuer': () => ({ ...active(), iss: 'https://evil.example' }),
    expired: () => ({ ...active(), exp: Math.floor(issuer.now / 1_000) - 60 }),
    'without an end': () => ({ ...active(), exp: undefined }),
    'not yet valid': () => ({ ...active(), nbf: Math.floor(issuer.now / 1_000) + 60 }),
    'called active by a word': () => ({ ...active(), active: 'true' }),
    'of nobody': () => ({ ...active(), sub: undefined }),
  };
  for (const [what, make] of Object.entries(wrong))
    it(`[auth.introspection] one ${what} is refused`, async () => {
      issuer.active = make() as Record<string, unknown>;
      assert.equal((await ask(signIn({ introspection }), 'opaque')).status, 401);
    });

  it('[auth.introspection] without an answer nobody is let in', async () => {
    issuer.isAway = true;
    assert.equal((await ask(signIn({ introspection }), 'opaque')).status, 503);
  });
});

describe('a remembered verdict', () => {
  it('[auth.cache] is for one resource, ends with the token, and is no longer than a minute', async () => {
    const gate = signIn();
    const token = await issuer.token({ aud: [MCP] });
    assert.equal((await ask(gate, token)).status, 200);
    assert.equal((await ask(gate, token, `${MCP}/openai`)).status, 401);
    issuer.keys = [['two', second as Pair]];
    issuer.now += 59_000;
    assert.equal((await ask(gate, token)).status, 200, 'still remembered');
    issuer.now += 700_000;
    assert.equal((await ask(gate, token)).status, 401);
  });
});

describe('the documents by which clients find the issuer', () => {
  const get = async (path: string, method = 'GET') =>
    signIn().metadata(new Request(`${PUBLIC}${path}`, { method }));

  it('[auth.metadata] are there for each endpoint and the root, with the least scopes', async () => {
    for (const [path, resource] of [
      ['', MCP],
      ['/mcp', MCP],
      ['/mcp/openai', `${MCP}/openai`],
    ]) {
      const answer = await get(`/.well-known/oauth-protected-resource${path}`);
      assert.deepEqual(await answer?.json(), {
        resource,
        authorization_servers: [ISSUER],
        scopes_supported: ['knowledge:read'],
        bearer_methods_supported: ['header'],
        dpop_signing_alg_values_supported: ['ES256', 'ES384', 'EdDSA', 'RS256', 'PS256'],
        resource_name: 'Fumikura',
      });
    }
    assert.equal((await get('/.well-known/oauth-protected-resource/other'))?.status, 404);
    assert.equal((await get('/.well-known/oauth-protected-resource/mcp', 'POST'))?.status, 405);
    assert.equal(await get('/mcp'), undefined);
  });

  it('[auth.metadata] mirror the issuer for clients of before', async () => {
    const answer = await get('/.well-known/oauth-authorization-server');
    assert.deepEqual(await answer?.json(), { issuer: ISSUER, jwks_uri: `${ISSUER}/keys` });
  });
});

describe('what is told of refusals', () => {
  it('[auth.told] is the rule, never the token', async () => {
    const told: string[] = [];
    const gate = signIn({}, { onRefused: async (_request, rule) => void told.push(rule) });
    const token = await issuer.token({ aud: 'elsewhere' });
    await ask(gate, token);
    await ask(gate, undefined);
    assert.deepEqual(told, ['the token is for another audience']);
  });

  it('[auth.told] never turns a refusal into anything else', async () => {
    const gate = signIn({}, { onRefused: () => Promise.reject(new Error('disk full')) });
    assert.equal((await ask(gate, 'nothing')).status, 401);
  });
});

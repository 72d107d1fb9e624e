import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { ask, FakeIssuer, ISSUER, MCP, PUBLIC, signInWith } from './testing/fake-issuer.ts';

let issuer: FakeIssuer;
beforeEach(() => void (issuer = new FakeIssuer()));

type Parts = Parameters<typeof signInWith>;
const signIn = (settings?: Parts[1], more?: Parts[2]) => signInWith(issuer, settings, more);

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

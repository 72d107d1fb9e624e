import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { SignJWT, UnsecuredJWT, exportJWK } from 'jose';
import {
  ask,
  FakeIssuer,
  first,
  ISSUER,
  MCP,
  PUBLIC,
  rsa,
  signInWith,
  stranger,
} from './testing/fake-issuer.ts';

let issuer: FakeIssuer;
beforeEach(() => void (issuer = new FakeIssuer()));

type Parts = Parameters<typeof signInWith>;
const signIn = (settings?: Parts[1], more?: Parts[2]) => signInWith(issuer, settings, more);

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
    'a token signed with a key of somebody else': () => issuer.token({}, { pair: stranger }),
    'a token with an unknown key id': () => issuer.token({}, { kid: 'none', pair: stranger }),
    'a token signed with another algorithm': () => issuer.token({}, { pair: rsa, alg: 'RS512' }),
    'a token signed with the public key as a secret': async () => {
      const { publicKey } = first;
      const secret = Buffer.from(JSON.stringify(await exportJWK(publicKey)));
      return new SignJWT({ iss: ISSUER, aud: MCP, sub: 'alice', scope: 'knowledge:read' })
        .setProtectedHeader({ alg: 'HS256', kid: 'one', typ: 'at+jwt' })
        .setExpirationTime('10m')
        .sign(secret);
    },
    'a token that is not signed': () =>
      new UnsecuredJWT({ iss: ISSUER, aud: MCP, sub: 'alice' }).setExpirationTime('10m').encode(),
    'a token that brings its own key': async () => {
      const { publicKey, privateKey } = stranger;
      return new SignJWT({ iss: ISSUER, aud: MCP, sub: 'alice', scope: 'knowledge:read' })
        .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', jwk: await exportJWK(publicKey) })
        .setExpirationTime('10m')
        .sign(privateKey);
    },
    'a token that says where its key lies': () =>
      new SignJWT({ iss: ISSUER, aud: MCP, sub: 'alice', scope: 'knowledge:read' })
        .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: 'evil', jku: 'https://evil.example/keys' })
        .setExpirationTime('10m')
        .sign(stranger.privateKey),
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
    const signed = await token.sign(first.privateKey);
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

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { silentLogger } from '@fumikura/logging';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import type { CryptoKey, JWTPayload } from 'jose';
import { createSignIn } from './gate.ts';
import type { IssuerSettings } from './types.ts';

const MCP = 'https://search.example/mcp';

interface Issuer {
  readonly settings: IssuerSettings;
  readonly key: CryptoKey;
  readonly fetch: (url: string) => Promise<Response> | undefined;
  isAway: boolean;
}

/** Two companies sign in at one server: each has its own keys under the same name, and its own habits. */
async function issuer(name: string, settings: Partial<IssuerSettings>): Promise<Issuer> {
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const at = `https://${name}.example`;
  const made: Issuer = {
    settings: {
      issuer: at,
      audiences: [],
      types: ['at+jwt'],
      algorithms: ['ES256'],
      scopeClaim: 'scope',
      scopePrefix: '',
      scopeNames: {},
      subjectClaim: 'sub',
      clockSkewSeconds: 0,
      ...settings,
    },
    key: privateKey,
    isAway: false,
    fetch: (url) => {
      if (!url.startsWith(at)) return undefined;
      if (made.isAway) return Promise.reject(new TypeError('fetch failed'));
      if (url.endsWith('/.well-known/openid-configuration'))
        return Promise.resolve(Response.json({ issuer: at, jwks_uri: `${at}/keys` }));
      return exportJWK(publicKey).then((jwk) =>
        Response.json({ keys: [{ ...jwk, kid: 'the-key', use: 'sig' }] }),
      );
    },
  };
  return made;
}

const sign = (key: CryptoKey, claims: JWTPayload, typ = 'at+jwt') =>
  new SignJWT(claims)
    .setProtectedHeader({ alg: 'ES256', kid: 'the-key', typ })
    .setExpirationTime('10m')
    .sign(key);

describe('several issuers', async () => {
  const ours = await issuer('ours', {});
  const theirs = await issuer('theirs', {
    audiences: ['api://theirs'],
    types: ['JWT'],
    scopeClaim: 'scp',
    scopeNames: { read: 'knowledge:read' },
    subjectClaim: 'oid',
  });
  const fetch = (url: string) =>
    ours.fetch(url) ?? theirs.fetch(url) ?? Promise.reject(new TypeError('an address of nobody'));
  const gate = () =>
    createSignIn({
      publicUrl: 'https://search.example',
      paths: ['/mcp'],
      issuers: [ours.settings, theirs.settings],
      readScope: 'knowledge:read',
      logger: silentLogger,
      fetch,
    });
  const ask = async (token: string, at = gate()) => {
    const headers = { authorization: `Bearer ${token}` };
    const answer = await at.authenticate(new Request(MCP, { method: 'POST', headers }));
    return answer instanceof Response ? answer.status : answer.extra.identity;
  };
  const claims = {
    ours: { iss: ours.settings.issuer, aud: MCP, sub: 'alice', scope: 'knowledge:read' },
    theirs: { iss: theirs.settings.issuer, aud: 'api://theirs', sub: 'pairwise', oid: 'alice', scp: 'read' },
  };

  it('[auth.issuers] are each judged by their own settings; one name at both is two people', async () => {
    const first = await ask(await sign(ours.key, claims.ours));
    const second = await ask(await sign(theirs.key, claims.theirs, 'JWT'));
    assert.ok(typeof first !== 'number' && typeof second !== 'number');
    assert.deepEqual([first.subject, second.subject], ['alice', 'alice']);
    assert.notEqual(first.issuer, second.issuer);
  });

  for (const [what, make] of [
    ['signed with the key of the other', () => sign(theirs.key, claims.ours)],
    ['in the name of the other', () => sign(ours.key, claims.theirs, 'JWT')],
    ['for the audience of the other', () => sign(ours.key, { ...claims.ours, aud: 'api://theirs' })],
    ['of the type of the other', () => sign(ours.key, claims.ours, 'JWT')],
    [
      'whose person stands in the claim of the other',
      () => sign(ours.key, { ...claims.ours, sub: undefined, oid: 'alice' } as JWTPayload),
    ],
  ] as const)
    it(`[auth.issuers] a token ${what} is refused`, async () => {
      assert.equal(await ask(await make()), 401);
    });

  it('[auth.issuers] a token whose scopes stand in the claim of the other lacks them', async () => {
    assert.equal(await ask(await sign(ours.key, { ...claims.ours, scope: 'openid', scp: 'read' })), 403);
  });

  it('[auth.issuers] one that is away closes nobody of the other out', async () => {
    theirs.isAway = true;
    const at = gate();
    assert.equal(await ask(await sign(theirs.key, claims.theirs, 'JWT'), at), 503);
    assert.equal(typeof (await ask(await sign(ours.key, claims.ours), at)), 'object');
    theirs.isAway = false;
  });
});

import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';
import { before, describe, it } from 'node:test';
import { silentLogger } from '@fumikura/logging';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT } from 'jose';
import type { JWTPayload } from 'jose';
import { createSignIn } from './gate.ts';
import type { SignIn } from './gate.ts';

const ISSUER = 'https://id.example';
const MCP = 'https://search.example/mcp';
const seconds = () => Math.floor(Date.now() / 1_000);
const keys = await generateKeyPair('ES256');
const own = await generateKeyPair('ES256');
const other = await generateKeyPair('ES256');
type Pair = typeof own;

async function token(claims: JWTPayload = {}): Promise<string> {
  const jkt = await calculateJwkThumbprint(await exportJWK(own.publicKey));
  const all = {
    iss: ISSUER,
    aud: MCP,
    sub: 'alice',
    scope: 'knowledge:read',
    exp: seconds() + 600,
    cnf: { jkt },
    ...claims,
  };
  return new SignJWT(all)
    .setProtectedHeader({ alg: 'ES256', kid: 'one', typ: 'at+jwt' })
    .sign(keys.privateKey);
}

async function proof(
  of: string,
  claims: JWTPayload = {},
  pair: Pair = own,
  typ = 'dpop+jwt',
): Promise<string> {
  const ath = createHash('sha256').update(of).digest('base64url');
  const all = { htm: 'POST', htu: MCP, iat: seconds(), jti: randomUUID(), ath, ...claims };
  const jwk = await exportJWK(pair.publicKey);
  return new SignJWT(all).setProtectedHeader({ alg: 'ES256', typ, jwk }).sign(pair.privateKey);
}

describe('[auth.dpop] a token that is bound to a key', () => {
  let signIn: SignIn;
  before(async () => {
    const jwk = { ...(await exportJWK(keys.publicKey)), kid: 'one', use: 'sig' };
    signIn = createSignIn({
      publicUrl: 'https://search.example',
      paths: ['/mcp'],
      readScope: 'knowledge:read',
      logger: silentLogger,
      fetch: async () => Response.json({ keys: [jwk] }),
      issuers: [
        {
          issuer: ISSUER,
          audiences: [],
          types: ['at+jwt'],
          algorithms: ['ES256'],
          scopeClaim: 'scope',
          scopePrefix: '',
          scopeNames: {},
          subjectClaim: 'sub',
          clockSkewSeconds: 30,
          jwksUri: `${ISSUER}/keys`,
        },
      ],
    });
  });
  const ask = async (scheme: string, of: string, dpop?: string) => {
    const headers = { authorization: `${scheme} ${of}`, ...(dpop !== undefined && { dpop }) };
    const request = new Request(`${MCP}?x=1`, { method: 'POST', headers });
    const answer = await signIn.authenticate(request);
    return { request, answer, status: answer instanceof Response ? answer.status : 200 };
  };

  it('counts with a proof of that key, once, and for a subscription as long as it runs', async () => {
    const of = await token();
    const dpop = await proof(of);
    const { status, request } = await ask('DPoP', of, dpop);
    assert.equal(status, 200);
    assert.ok(!((await signIn.authenticate(request)) instanceof Response), 'the same request is asked again');
    assert.equal((await ask('DPoP', of, dpop)).status, 401, 'used before');
    assert.equal((await ask('dpop', of, await proof(of))).status, 200);
  });

  it('counts for nobody without a proof, or as if it were not bound', async () => {
    const of = await token();
    assert.equal((await ask('Bearer', of)).status, 401);
    assert.equal((await ask('Bearer', of, await proof(of))).status, 401);
    assert.equal((await ask('DPoP', of)).status, 401);
    assert.equal((await ask('DPoP', await token({ cnf: undefined }), await proof(of))).status, 401);
    assert.equal(
      (await ask('Bearer', await token({ cnf: { 'x5t#S256': 'x' } }))).status,
      401,
      'bound in a way we cannot check',
    );
    assert.equal((await ask('Bearer', await token({ cnf: undefined }))).status, 200);
  });

  it('refuses a proof of another key, request, token, time, type or shape', async () => {
    const of = await token();
    const wrong: readonly (readonly [string, Promise<string>])[] = [
      ['key', proof(of, {}, other)],
      ['method', proof(of, { htm: 'GET' })],
      ['address', proof(of, { htu: 'https://elsewhere.example/mcp' })],
      ['path', proof(of, { htu: `${MCP}/openai` })],
      ['token', proof('another')],
      ['no token', proof(of, { ath: undefined })],
      ['past', proof(of, { iat: seconds() - 61 })],
      ['future', proof(of, { iat: seconds() + 62 })],
      ['no time', proof(of, { iat: undefined })],
      ['no id', proof(of, { jti: '' })],
      ['type', proof(of, {}, own, 'JWT')],
      ['shape', Promise.resolve('a.b.c')],
      ['two', Promise.all([proof(of), proof(of)]).then((both) => both.join(', '))],
    ];
    for (const [name, dpop] of wrong) assert.equal((await ask('DPoP', of, await dpop)).status, 401, name);
    const { answer } = await ask('DPoP', of);
    assert.match(
      (answer as Response).headers.get('www-authenticate') ?? '',
      /^DPoP .*error="invalid_token".*algs="ES256/u,
    );
  });
});

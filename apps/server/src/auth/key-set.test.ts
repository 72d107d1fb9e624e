import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { ask, FakeIssuer, ISSUER, MCP, rsa, second, signInWith } from './testing/fake-issuer.ts';

let issuer: FakeIssuer;
beforeEach(() => void (issuer = new FakeIssuer()));

type Parts = Parameters<typeof signInWith>;
const signIn = (settings?: Parts[1], more?: Parts[2]) => signInWith(issuer, settings, more);

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
    issuer.keys = [['two', second]];
    issuer.now += 31_000;
    const rotated = await issuer.token({}, { kid: 'two', pair: second });
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

describe('a remembered verdict', () => {
  it('[auth.cache] is for one resource, ends with the token, and is no longer than a minute', async () => {
    const gate = signIn();
    const token = await issuer.token({ aud: [MCP] });
    assert.equal((await ask(gate, token)).status, 200);
    assert.equal((await ask(gate, token, `${MCP}/openai`)).status, 401);
    issuer.keys = [['two', second]];
    issuer.now += 59_000;
    assert.equal((await ask(gate, token)).status, 200, 'still remembered');
    issuer.now += 700_000;
    assert.equal((await ask(gate, token)).status, 401);
  });
});

import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { afterEach, describe, it } from 'node:test';
import { Secret } from '@fumikura/config';
import type { AppError } from '@fumikura/errors';
import { decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import { createTokenExchange } from './index.ts';
import {
  AUDIENCE,
  away,
  closeIssuers,
  given,
  ISSUED,
  issuer,
  never,
  NOW,
  refused,
  seconds,
  settingsFor,
  stage,
  subjectOf,
} from './testing/issuer-stage.ts';

describe('exchanging a token', () => {
  afterEach(closeIssuers);

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
    const leaving = new AbortController();
    const patient = await stage(() => void leaving.abort(), { timeoutMs: 60_000 });
    await assert.rejects(patient.ask({}, leaving.signal), { code: 'CANCELLED' });
  });
});

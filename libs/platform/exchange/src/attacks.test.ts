import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { createTokenExchange } from './index.ts';
import {
  AUDIENCE,
  away,
  closeIssuers,
  given,
  issuer,
  jwt,
  never,
  NOW,
  refused,
  seconds,
  settingsFor,
  stage,
  subjectOf,
  unusable,
} from './testing/issuer-stage.ts';

describe('attacks on a token exchange', () => {
  afterEach(closeIssuers);
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

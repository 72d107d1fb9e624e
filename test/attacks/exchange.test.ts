import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { ADA, addFile, answerWith, BOB, openStage } from '../auth/exchange-stage.ts';
import type { Stage } from '../auth/exchange-stage.ts';
import { startSimulator } from '../simulators/kit/simulator.ts';

/** Whatever an issuer gives or does: nobody is shown what is not theirs, and Graph is shown no token that was not for it. */
describe(
  'an issuer or a network that misbehaves, before a server that asks Graph as its people',
  { concurrency: 1 },
  () => {
    let stage: Stage;
    let times = 0;
    /** A token that no exchange is remembered for. */
    const signedIn = (oid = ADA) => stage.entra.signInAs(oid, { jti: `attack-${times++}` });
    const asWhom = (token: string) =>
      (JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as { oid: string }).oid;
    before(async () => {
      stage = await openStage();
      addFile(stage.world, 'secret', 'The bonus of Bob is nobody’s business.', [
        { kind: 'role', role: 'read', grantee: { to: 'user', id: BOB } },
      ]);
    });
    beforeEach(() => {
      stage.shown.splice(0);
      stage.graph.forgetRequests();
      stage.entra.misbehave(undefined);
    });
    after(() => stage.close());
    const searches = () => stage.graph.requests.filter(({ path }) => path === '/v1.0/search/query').length;

    it('the attacks differ from what is served', async () => {
      assert.deepEqual((await stage.asked(await signedIn(), 'bonus')).titles, ['members', 'travel']);
      assert.deepEqual((await stage.asked(await signedIn(BOB), 'bonus')).titles, ['secret', 'travel']);
    });

    it('[attack.exchange] S the token belongs to somebody else', async () => {
      stage.entra.misbehave(async () => answerWith(await stage.entra.graphToken(BOB)));
      const { titles, source } = await stage.asked(await signedIn(), 'bonus');
      assert.deepEqual(titles, ['travel'], 'what the index knows to be theirs, and nothing of Bob’s');
      assert.match(source.reason ?? '', /not asked live.*not one of your account/u);
      assert.equal(searches(), 0, 'nothing is asked as Bob but who he is');
      assert.ok(stage.graph.requests.every(({ path }) => path === '/v1.0/me' || path.endsWith('/token')));
    });

    it('[attack.exchange] S the token belongs to an account that is nobody’s here', async () => {
      stage.entra.misbehave(async () =>
        answerWith(await stage.entra.graphToken('00000009-0000-4000-8000-000000000009')),
      );
      assert.deepEqual((await stage.asked(await signedIn(), 'bonus')).titles, ['travel']);
      assert.equal(searches(), 0);
    });

    for (const [threat, claims] of [
      ['is for another audience', { aud: 'https://management.azure.com' }],
      ['has expired', { exp: Math.floor(Date.now() / 1_000) - 600 }],
    ] as const)
      it(`[attack.exchange] S a token that ${threat} is not even shown to the source`, async () => {
        stage.entra.misbehave(async () => answerWith(await stage.entra.graphToken(ADA, claims)));
        const { titles, source } = await stage.asked(await signedIn(), 'bonus');
        assert.deepEqual(titles, ['travel']);
        assert.equal(source.state, 'failed');
        assert.deepEqual(stage.shown, []);
      });

    it('[attack.exchange] S the token that came is given back, so that the source would get it', async () => {
      stage.entra.misbehave(async (form) => answerWith(form.get('assertion') ?? ''));
      assert.deepEqual((await stage.asked(await signedIn(), 'bonus')).titles, ['travel']);
      assert.deepEqual(stage.shown, []);
    });

    it('[attack.exchange] S a token that was exchanged for one person is never used for another one', async () => {
      const [ada, bob] = [await signedIn(), await signedIn(BOB)];
      await Promise.all([ada, bob, ada, bob].map((token) => stage.asked(token, 'bonus')));
      const before = stage.shown.length;
      await stage.asked(bob, 'bonus');
      const used = stage.shown.slice(before);
      assert.ok(used.length > 0 && used.every((token) => asWhom(token) === BOB));
    });

    it('[attack.exchange] S a token that our own gate refuses is never exchanged', async () => {
      const { exchanges } = stage.entra;
      for (const claims of [
        { aud: 'another' },
        { exp: 1 },
        { iss: 'https://elsewhere.example' },
        { scp: 'other' },
      ]) {
        const token = await stage.entra.signInAs(ADA, claims);
        await assert.rejects(stage.asked(token, 'bonus'));
      }
      assert.equal(stage.entra.exchanges, exchanges);
    });

    it('[attack.exchange] I a redirect of the token endpoint is not followed', async () => {
      const taken: string[] = [];
      const other = await startSimulator({
        answer: ({ raw }) => {
          taken.push(Buffer.from(raw).toString());
          return { status: 200, body: {} };
        },
      });
      stage.entra.misbehave(async () => ({ status: 307, headers: { location: `${other.url}/token` } }));
      assert.deepEqual((await stage.asked(await signedIn(), 'bonus')).titles, ['travel']);
      assert.deepEqual(taken, []);
      await other.close();
    });

    it('[attack.exchange] I a redirect of the source carries the person’s token nowhere', async () => {
      const carried: (string | undefined)[] = [];
      const other = await startSimulator({
        answer: ({ headers }) => {
          carried.push(headers['authorization']);
          return { status: 200, body: { id: ADA } };
        },
      });
      stage.graph.respondNext(
        { status: 302, headers: { location: `${other.url.replace('127.0.0.1', 'localhost')}/me` } },
        ({ url }) => url.pathname === '/v1.0/me',
      );
      await stage.asked(await signedIn(), 'bonus');
      assert.ok(
        carried.every((header) => header === undefined),
        'followed or not, without it',
      );
      await other.close();
    });

    it('[attack.exchange] E the source takes the token no longer: what is known of readers decides', async () => {
      stage.graph.respondNext({ status: 401, body: {} }, ({ url }) => url.pathname === '/v1.0/search/query');
      const { titles, source } = await stage.asked(await signedIn(), 'bonus');
      assert.deepEqual(titles, ['travel']);
      assert.match(source.reason ?? '', /not as you.*did not take your token/u);
    });

    it('[attack.exchange] E the search of the source is behind its rights: each document is asked for again', async () => {
      const { titles } = await stage.asked(await signedIn(BOB), 'bonus');
      assert.ok(titles.includes('secret'));
      const resource = (id: string) => ({
        id,
        name: `${id}.md`,
        parentReference: { driveId: 'b!documents' },
      });
      const hits = ['secret', 'members'].map((id) => ({ hitId: id, rank: 1, resource: resource(id) }));
      stage.graph.respondNext(
        { status: 200, body: { value: [{ searchTerms: [], hitsContainers: [{ total: 2, hits }] }] } },
        ({ url }) => url.pathname === '/v1.0/search/query',
      );
      assert.deepEqual((await stage.asked(await signedIn(), 'bonus')).titles, ['members', 'travel']);
    });

    it('[attack.exchange] D an issuer that is away, then is left alone', async () => {
      stage.entra.misbehave(async () => ({ status: 503 }));
      const { exchanges } = stage.entra;
      for (let n = 0; n < 5; n++) {
        const { titles, source } = await stage.asked(await signedIn(), 'bonus');
        assert.deepEqual(titles, ['travel']);
        assert.match(source.reason ?? '', /not as you.*in time/u);
      }
      assert.equal(stage.entra.exchanges - exchanges, 3);
    });
  },
);

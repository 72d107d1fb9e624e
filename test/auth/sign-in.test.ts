import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { until } from '@fumikura/testkit';
import { createHome } from '../e2e/fumi.ts';
import { freePort } from '../scale/processes.ts';
import type { Home, Running } from '../e2e/fumi.ts';
import { ERAS, signedIn } from './client.ts';
import type { SignedInClient } from './client.ts';
import { CLIENT_ID, startProvider } from './provider.ts';
import type { TestProvider } from './provider.ts';

const configFor = (port: number, { issuer, resourceServer }: TestProvider) => `owner: owner
persons:
  - { id: alice, signIn: [{ issuer: '${issuer}', subject: alice-at-work }] }
  - { id: bob, email: bob@example.com }
sources:
  - { id: files:notes, root: ./notes, readers: [alice, bob] }
  - { id: files:hers, root: ./hers, readers: [alice] }
signIn:
  publicUrl: http://127.0.0.1:${port}
  toolScopes: { get_document: ['knowledge:documents'] }
  issuers:
    - issuer: '${issuer}'
      linkBy: email
      introspection:
        url: '${issuer}/token/introspection'
        clientId: ${resourceServer.clientId}
        clientSecret: { file: ./secret }
        cacheSeconds: 0.2
`;

describe('signing in through a real provider', { concurrency: 1 }, () => {
  let home: Home;
  let provider: TestProvider;
  let server: Running;
  let url: string;
  before(async () => {
    home = await createHome({ 'a.md': '# Otters\n\nThe otter swims.' });
    await home.write('hers/pay.md', '# Pay\n\nThe otter earns nothing.');
    // The other endpoint gets tokens that only the provider can read.
    provider = await startProvider((resource) => resource.endsWith('/openai'));
    const port = await freePort();
    await home.write('secret', `${provider.resourceServer.clientSecret}\n`);
    await home.write('fumikura.yaml', configFor(port, provider));
    assert.equal((await home.run(['sync'])).code, 0);
    server = home.start(['up', '--no-watch', '--port', String(port), '--verbose']);
    url = `http://127.0.0.1:${port}/mcp`;
    await until(() => fetch(`http://127.0.0.1:${port}/readyz`), { what: 'the server' });
  });
  after(async () => {
    server.process.kill('SIGTERM');
    const { stderr } = await server.ended;
    await provider.close();
    await home.remove();
    assert.doesNotMatch(
      stderr,
      /eyJ[\w-]{10,}|Bearer|a-secret-of-the-test/u,
      'no token and no secret in the log',
    );
  });

  const found = async (client: SignedInClient, query = 'otter') => {
    const answer = await client.call('search_knowledge', { query });
    return (answer.structuredContent as { results: { id: string }[] }).results.map(({ id }) => id).sort();
  };
  const as = async (
    who: string,
    work: (client: SignedInClient) => Promise<void>,
    era = ERAS[0],
    at = url,
  ) => {
    provider.signInAs(who);
    const client = await signedIn(era ?? 'old client', at, provider);
    try {
      await work(client);
    } finally {
      await client.close();
    }
  };

  for (const era of ERAS) {
    it(`[signin.login] ${era}: a person signs in and sees what is theirs`, () =>
      as(
        'alice-at-work',
        async (client) => {
          assert.deepEqual(await found(client), ['files:hers/pay.md', 'files:notes/a.md']);
          assert.equal(client.signIns, 1);
        },
        era,
      ));

    it(`[signin.step-up] ${era}: reading asks for its own scope, once`, () =>
      as(
        'alice-at-work',
        async (client) => {
          await found(client);
          assert.doesNotMatch(client.tokens?.scope ?? '', /documents/);
          // The old client renews instead of asking for more as long as it can, and gives up.
          const { access_token = '' } = client.tokens ?? {};
          if (era === 'old client') client.tokens = { access_token, token_type: 'Bearer' };
          const read = await client.call('get_document', { id: 'files:hers/pay.md' });
          assert.match(JSON.stringify(read.structuredContent), /earns nothing/);
          assert.equal(client.signIns, 2);
          assert.match(JSON.stringify(await client.read('fumi://doc/files:notes/a.md')), /swims/);
          await found(client);
          assert.equal(client.signIns, 2, 'nobody is asked again');
        },
        era,
      ));

    it(`[signin.refresh] ${era}: a token that ended is renewed without anybody`, () =>
      as(
        'alice-at-work',
        async (client) => {
          const before = client.tokens;
          assert.ok(before?.refresh_token);
          client.tokens = { ...before, access_token: `${before.access_token.slice(0, -4)}AAAA` };
          assert.deepEqual(await found(client), ['files:hers/pay.md', 'files:notes/a.md']);
          assert.equal(client.signIns, 1);
          assert.notEqual(client.tokens?.access_token, before.access_token);
        },
        era,
      ));
  }

  it('[signin.person] a verified address links, and a stranger sees nothing', async () => {
    await as('bob', async (client) => assert.deepEqual(await found(client), ['files:notes/a.md']));
    await as('mallory', async (client) => assert.deepEqual(await found(client), []));
    // The address is alice's person's neither by entry nor by link: her entry names another subject.
    await as('alice', async (client) => assert.deepEqual(await found(client), []));
  });

  for (const era of ERAS)
    it(`[signin.opaque] ${era}: tokens that only the provider reads count, and end when it revokes them`, async () => {
      await as(
        'alice-at-work',
        async (client) => {
          const ids = async () =>
            (
              (await client.call('search', { query: 'otter' })).structuredContent as {
                results: { id: string }[];
              }
            ).results.length;
          assert.equal(await ids(), 2);
          const token = client.tokens?.access_token ?? '';
          assert.doesNotMatch(token, /\./);
          const asked = (bearer: string) =>
            fetch(`${url}/openai`, { method: 'POST', headers: { authorization: `Bearer ${bearer}` } }).then(
              ({ status }) => status,
            );
          assert.notEqual(await asked(token), 401);
          await fetch(`${provider.issuer}/token/revocation`, {
            method: 'POST',
            body: new URLSearchParams({ token, client_id: CLIENT_ID }),
          });
          await until(async () => (await asked(token)) === 401, { what: 'the end of the token' });
        },
        era,
        `${url}/openai`,
      );
    });

  it('[signin.resource] a token for one endpoint is none for the other', async () => {
    await as('alice-at-work', async (client) => {
      const headers = { authorization: `Bearer ${client.tokens?.access_token ?? ''}` };
      assert.equal((await fetch(`${url}/openai`, { method: 'POST', headers })).status, 401);
    });
  });

  it('[signin.audit] the record names the person, the client and each refusal', async () => {
    const { records } = (await home.json('audit', 'search', '--person', 'alice')) as unknown as {
      records: { client: { channel: string; credential: string }; via: string }[];
    };
    assert.ok(
      records.some(
        ({ via, client }) =>
          via === 'search_knowledge' && client.channel === 'http' && client.credential === CLIENT_ID,
      ),
    );
    const refused = (await home.json('audit', 'search', '--outcome', 'refused')) as unknown as {
      records: { via: string; details?: { rule?: string } }[];
    };
    const rules = refused.records.filter(({ via }) => via === 'sign-in').map(({ details }) => details?.rule);
    assert.ok(rules.includes('the token is for another audience'), rules.join());
  });
});

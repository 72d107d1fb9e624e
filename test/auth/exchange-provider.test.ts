import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { createHome } from '../e2e/fumi.ts';
import type { Home } from '../e2e/fumi.ts';
import { freePort } from '../scale/processes.ts';
import { startJiraSimulator } from '../simulators/jira/server.ts';
import { addIssue, addLevel, addProject, addScheme, addUser, emptyWorld } from '../simulators/jira/making.ts';
import type { Simulator } from '../simulators/kit/simulator.ts';
import { ERAS, signedIn } from './client.ts';
import type { SignedInClient } from './client.ts';
import { startProvider } from './provider.ts';
import type { TestProvider } from './provider.ts';
import { serve } from './serving.ts';
import type { Serving } from './serving.ts';

const JIRA = 'https://jira.acme.example';

/** Everybody browses; what has the level "Board" is for Ada, though the index never hears of it. */
function company() {
  const world = emptyWorld('data-center');
  const [ada, bob, unwilling] = ['ada', 'bob', 'unwilling'].map(
    (id) => addUser(world, { id, displayName: id }).id,
  );
  assert.ok(ada && bob && unwilling);
  const scheme = addScheme(world, [{ type: 'applicationRole' }]);
  const project = addProject(world, { key: 'PAY', lead: ada, scheme: scheme.id, name: 'Payroll' });
  const board = addLevel(world, 'Board', [
    { type: 'user', of: ada },
    { type: 'user', of: world.ourAccount },
  ]);
  addIssue(world, project, { summary: 'Bonus for trains', description: 'The bonus is ten points.' });
  return { world, project, board };
}

describe('a source that is asked as its people (RFC 8693, a real provider)', { concurrency: 1 }, () => {
  const { world, project, board } = company();
  const shown: string[] = [];
  let provider: TestProvider;
  let jira: Simulator;
  let home: Home;
  let serving: Serving;
  before(async () => {
    provider = await startProvider(() => false);
    const keys = createRemoteJWKSet(new URL(`${provider.issuer}/jwks`));
    jira = await startJiraSimulator(world, {
      personOf: async (token) => {
        shown.push(token);
        const held = await jwtVerify(token, keys, { issuer: provider.issuer, audience: JIRA }).catch(
          () => undefined,
        );
        return held?.payload.sub;
      },
    });
    home = await createHome();
    await home.write('token.txt', 'simulated\n');
    await home.write('key.pem', provider.exchange.privateKey);
    const port = await freePort();
    const persons = ['ada', 'bob', 'unwilling'].map(
      (id) =>
        `  - { id: ${id}, signIn: [{ issuer: '${provider.issuer}', subject: ${id} }], accounts: ['user:jira:acme:${id}'] }`,
    );
    await home.write(
      'fumikura.yaml',
      `owner: owner
persons:
${persons.join('\n')}
search: { deadlineMs: 60000, live: { perMinute: 1000, deadlineMs: 30000 } }
server: { port: ${port} }
signIn:
  publicUrl: http://127.0.0.1:${port}
  issuers: [{ issuer: '${provider.issuer}' }]
sources:
  - id: jira:acme
    deployment: data-center
    baseUrl: ${jira.url}/
    credential: { token: { file: ./token.txt } }
    exchange:
      issuer: '${provider.issuer}'
      tokenUrl: '${provider.issuer}/token'
      clientId: ${provider.exchange.clientId}
      privateKey: { file: ./key.pem }
      keyId: exchange
      resource: ${JIRA}
      scopes: [read]
`,
    );
    const synced = await home.run(['sync']);
    assert.equal(synced.code, 0, synced.stderr);
    serving = await serve(home, '--no-watch', '--verbose', '--port', String(port));
    // After the sync: nothing of ours knows of it.
    addIssue(world, project, {
      summary: 'Bonus of the board',
      description: 'The bonus of the board is a boat.',
      level: board.id,
    });
  });
  after(async () => {
    const log = await serving.stop();
    await home.remove();
    await jira.close();
    await provider.close();
    assert.doesNotMatch(log, /eyJ[\w-]{10,}|Bearer|PRIVATE/u);
    assert.deepEqual(jira.violations, []);
  });

  const asked = async (client: SignedInClient) => {
    const { structuredContent } = await client.call('search_knowledge', { query: 'bonus', live: true });
    const { results, coverage } = structuredContent as {
      results: { title: string }[];
      coverage: { sources: { source: string; reason?: string }[] };
    };
    const reason = coverage.sources.find(({ source }) => source === 'jira:acme')?.reason;
    return { titles: results.map(({ title }) => title.replace(/^\S+ /u, '')).sort(), reason };
  };

  for (const era of ERAS)
    it(`[exchange.own] ${era}: whoever signed in finds what is theirs there`, async () => {
      for (const [who, titles] of [
        ['ada', ['Bonus for trains', 'Bonus of the board']],
        ['bob', ['Bonus for trains']],
      ] as const) {
        provider.signInAs(who);
        const client = await signedIn(era, serving.url, provider);
        const found = await asked(client);
        assert.deepEqual(found, { titles, reason: undefined });
        assert.ok(!shown.includes(client.tokens?.access_token ?? ''), 'Jira never sees what the client sent');
        await client.close();
      }
    });

  it('[exchange.refused] whom the provider gives no token is shown what we know is theirs, and told', async () => {
    provider.signInAs('unwilling');
    const client = await signedIn('new client, modern', serving.url, provider);
    const before = shown.length;
    const { titles, reason } = await asked(client);
    assert.deepEqual(titles, ['Bonus for trains']);
    assert.match(reason ?? '', /not as you.*gave no token/u);
    assert.equal(shown.length, before);
    await client.close();
  });
});

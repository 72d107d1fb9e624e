import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { userInfo } from 'node:os';
import { isDeepStrictEqual } from 'node:util';
import { until } from '@fumikura/testkit';
import { createHome } from '../e2e/fumi.ts';
import type { Home } from '../e2e/fumi.ts';
import { serve } from './serving.ts';
import type { Serving } from './serving.ts';

const TOKEN = 'a-scim-token-of-the-test';
const ISSUER = 'https://id.acme.example';
const NOTE = 'files:notes/a.md';
const PLAN = 'files:board/plan.md';

const CONFIG = `owner: chief
persons:
  - { id: me, osUser: ${userInfo().username}, roles: [reader, auditor, admin] }
  - { id: alice, signIn: [{ issuer: '${ISSUER}', subject: object-1 }] }
sources:
  - { id: files:notes, root: ./notes, readers: [everyone] }
  - { id: files:board, root: ./board, readers: ['group:scim.board'] }
signIn:
  publicUrl: http://127.0.0.1:7700
  issuers: [{ issuer: '${ISSUER}' }]
scim:
  token: { file: ./scim-token }
  issuer: '${ISSUER}'
`;

describe('joiners and leavers by SCIM', { concurrency: 1 }, () => {
  let home: Home;
  let servers: readonly Serving[];
  const tokens: Record<string, string> = {};
  const ids: Record<string, string> = {};
  before(async () => {
    home = await createHome({ 'a.md': '# Otters\n\nThe otter swims.' });
    await home.write('board/plan.md', '# Plan\n\nThe otter is sold.');
    await home.write('scim-token', `${TOKEN}\n`);
    await home.write('fumikura.yaml', CONFIG);
    assert.equal((await home.run(['sync'])).code, 0);
    tokens['alice'] = String((await home.json('token', 'create', 'test', '--person', 'alice'))['token']);
    servers = await Promise.all([serve(home, '--no-watch'), serve(home, '--no-watch')]);
  });
  after(async () => {
    await Promise.all(servers.map((server) => server.stop()));
    await home.remove();
  });

  const scim = async (method: string, path: string, body?: object, token = TOKEN) => {
    const url = (servers[0]?.url ?? '').replace('/mcp', `/scim/v2/${path}`);
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/scim+json' };
    const response = await fetch(url, { method, headers, ...(body && { body: JSON.stringify(body) }) });
    const text = await response.text();
    return {
      status: response.status,
      body: (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>,
    };
  };
  const becomes = async (person: string, wanted: readonly string[] | number) => {
    const isSo = (server: Serving) => async () =>
      isDeepStrictEqual(await server.found(tokens[person] ?? '', 'otter'), wanted);
    const what = `${person} sees ${JSON.stringify(wanted)}`;
    await Promise.all(servers.map((server) => until(isSo(server), { what })));
  };

  it('[scim.token] is closed to whoever has another token, and says so in the audit', async () => {
    assert.equal((await scim('GET', 'Users', undefined, 'wrong')).status, 401);
    assert.equal((await scim('GET', 'Users', undefined, tokens['alice'])).status, 401);
    const { records } = (await home.json('audit', 'search', '--outcome', 'refused')) as unknown as {
      records: { via: string }[];
    };
    assert.ok(records.some(({ via }) => via === 'scim'));
  });

  it('[people.directory] a joiner is a person, known to the command, with the groups of the directory', async () => {
    const bob = await scim('POST', 'Users', { userName: 'bob@acme.example', externalId: 'object-2' });
    const alice = await scim('POST', 'Users', { userName: 'alice@acme.example', externalId: 'object-1' });
    Object.assign(ids, { bob: bob.body['id'], alice: alice.body['id'] });
    const members = [{ value: ids['alice'] }, { value: ids['bob'] }];
    assert.equal((await scim('POST', 'Groups', { displayName: 'Board', members })).status, 201);
    tokens['bob'] = String(
      (await home.json('token', 'create', 'test', '--person', 'bob-acme.example'))['token'],
    );
    await becomes('bob', [PLAN, NOTE]);
    await becomes('alice', [PLAN, NOTE]);
    const explained = await home.json('access', 'explain', 'bob-acme.example', PLAN);
    assert.equal(explained['mayRead'], true);
  });

  it('[scim.leaver] a leaver loses access in every process, by entry and by token', async () => {
    const replace = (active: boolean) => ({
      schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
      Operations: [{ op: 'Replace', path: 'active', value: active }],
    });
    assert.equal((await scim('PATCH', `Users/${ids['alice']}`, replace(false))).status, 200);
    await becomes('alice', 401);
    await becomes('bob', [PLAN, NOTE]);
    assert.equal(
      (await home.run(['access', 'explain', 'alice', NOTE])).stdout.includes('may not read'),
      true,
    );
    assert.equal((await scim('PATCH', `Users/${ids['alice']}`, replace(true))).status, 200);
    await becomes('alice', [PLAN, NOTE]);
    assert.equal((await scim('DELETE', `Users/${ids['bob']}`)).status, 204);
    await becomes('bob', 401);
    // Whoever is called so next is somebody else.
    assert.equal(
      (await scim('POST', 'Users', { userName: 'bob@acme.example', externalId: 'object-3' })).status,
      201,
    );
    // What changed after that is known everywhere: so is the new account.
    assert.equal((await scim('PATCH', `Users/${ids['alice']}`, replace(false))).status, 200);
    await becomes('alice', 401);
    for (const server of servers) assert.equal(await server.found(tokens['bob'] ?? '', 'otter'), 401);
  });

  it('[scim.leaver] who left stays out when the servers start again', async () => {
    assert.equal((await scim('DELETE', `Users/${ids['alice']}`)).status, 204);
    await becomes('alice', 401);
    await Promise.all(servers.map((server) => server.stop()));
    servers = [await serve(home, '--no-watch')];
    await becomes('alice', 401);
  });
});

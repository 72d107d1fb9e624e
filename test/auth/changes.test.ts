import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { userInfo } from 'node:os';
import { until } from '@fumikura/testkit';
import { createHome } from '../e2e/fumi.ts';
import type { Home } from '../e2e/fumi.ts';
import { serve } from './serving.ts';
import type { Serving } from './serving.ts';

const { username } = userInfo();

interface Rights {
  readonly alice?: string;
  readonly board?: string;
  readonly contractor?: string;
}

const config = ({
  alice = '{ id: alice }',
  board = alice === '' ? '' : 'alice',
  contractor = "'files:notes'",
}: Rights = {}) => `owner: chief
persons:
  - { id: me, osUser: ${username}, roles: [reader, admin] }
  - ${alice === '' ? '{ id: somebody-else }' : alice}
  - { id: carl, roles: [contractor] }
groups:
  - { id: board, members: [${board}] }
roles:
  - { id: contractor, tools: ['*'], sources: [${contractor}] }
sources:
  - { id: files:notes, root: ./notes, readers: [everyone] }
  - { id: files:board, root: ./board, readers: ['group:board', carl] }
signIn: { publicUrl: 'http://127.0.0.1:7700' }
`;
const NOTE = 'files:notes/a.md';
const PLAN = 'files:board/plan.md';

describe('people who change while servers run', { concurrency: 1 }, () => {
  let home: Home;
  let servers: readonly Serving[];
  const tokens: Record<string, string> = {};
  before(async () => {
    home = await createHome({ 'a.md': '# Otters\n\nThe otter swims.' });
    await home.write('board/plan.md', '# Plan\n\nThe otter is sold.');
    await home.write('fumikura.yaml', config());
    assert.equal((await home.run(['sync'])).code, 0);
    for (const person of ['alice', 'carl'])
      tokens[person] = String((await home.json('token', 'create', 'test', '--person', person))['token']);
    servers = await Promise.all([serve(home, '--no-watch'), serve(home, '--no-watch')]);
  });
  after(async () => {
    await Promise.all(servers.map((server) => server.stop()));
    await home.remove();
  });

  /** Every server shows the person this, soon. */
  const becomes = async (person: string, wanted: readonly string[] | number) => {
    const token = tokens[person] ?? '';
    const what = `${person} sees ${JSON.stringify(wanted)}`;
    await Promise.all(
      servers.map((server) =>
        until(async () => isDeepStrictEqual(await server.found(token, 'otter'), wanted), { what }),
      ),
    );
  };
  const change = (rights: Rights = {}) => home.write('fumikura.yaml', config(rights));

  it('[people.live] a group, a role and a person that change count in every process', async () => {
    await becomes('alice', [PLAN, NOTE]);
    await change({ board: '' });
    await becomes('alice', [NOTE]);
    await change();
    await becomes('alice', [PLAN, NOTE]);
    await change({ alice: '{ id: alice, roles: [admin] }' });
    await becomes('alice', []);
    await change({ contractor: "'files:*'" });
    await becomes('carl', [PLAN, NOTE]);
    await change({ alice: '' });
    await becomes('alice', 401);
    await change();
    await becomes('alice', [PLAN, NOTE]);
  });

  it('[people.half-written] a configuration that cannot be used changes nothing, and the next one counts', async () => {
    await home.write('fumikura.yaml', `${config({ board: '' })}\nnonsense: [`);
    for (const server of servers) {
      await server.says('people.config.invalid');
      assert.deepEqual(await server.found(tokens['alice'] ?? '', 'otter'), [PLAN, NOTE]);
    }
    await change({ board: '' });
    await becomes('alice', [NOTE]);
    await change();
    await becomes('alice', [PLAN, NOTE]);
  });

  it('[people.cursors] a page that was begun goes on with the rights of now', async () => {
    const client = await servers[0]?.connect(tokens['alice'] ?? '');
    assert.ok(client);
    const page = async (cursor?: string) => {
      const args = { query: 'otter', limit: 1, ...(cursor !== undefined && { cursor }) };
      const { structuredContent } = await client.callTool({ name: 'search_knowledge', arguments: args });
      return structuredContent as { results: { id: string }[]; nextCursor?: string };
    };
    const first = await page();
    assert.equal(first.results.length, 1);
    assert.ok(first.nextCursor);
    await change({ board: '' });
    await becomes('alice', [NOTE]);
    const { results } = await page(first.nextCursor);
    assert.ok(results.every(({ id }) => id === NOTE));
    await client.close();
    await change();
    await becomes('alice', [PLAN, NOTE]);
  });

  for (const [how, end] of [
    ['leaves', () => change({ alice: '' })],
    ['loses the role that reads', () => change({ alice: '{ id: alice, roles: [] }' })],
    ['has the token revoked', () => revokeAll(home)],
  ] as const)
    it(`[people.subscriptions] a subscription ends when its person ${how}`, async () => {
      await change();
      await becomes('alice', [PLAN, NOTE]);
      await becomes('carl', [NOTE]);
      const client = await servers[0]?.connect(tokens['alice'] ?? '');
      assert.ok(client);
      const subscription = await client.listen({ resourceSubscriptions: [`fumi://doc/${PLAN}`] });
      let isOpen = true;
      void subscription.closed.then(() => (isOpen = false));
      // Who is nobody's concern stays: others' changes end nothing.
      await change({ contractor: "'files:*'" });
      await becomes('carl', [PLAN, NOTE]);
      assert.equal(isOpen, true);
      await end();
      await until(() => !isOpen, { what: 'the end of the subscription' });
      await client.close();
    });
});

async function revokeAll(home: Home): Promise<void> {
  const { tokens } = (await home.json('token', 'list')) as unknown as { tokens: { id: string }[] };
  for (const { id } of tokens) await home.run(['token', 'revoke', id]);
}

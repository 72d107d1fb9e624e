import assert from 'node:assert/strict';
import { userInfo } from 'node:os';
import { after, before, describe, it } from 'node:test';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { createHome } from './fumi.ts';
import type { Home, Running } from './fumi.ts';

const { username } = userInfo();

const config = (rolesOfMe: string) => `owner: chief
persons:
  - { id: me, osUser: ${username}, roles: [${rolesOfMe}] }
  - { id: alice }
  - { id: carl, roles: [contractor] }
groups:
  - { id: board, members: [alice] }
roles:
  - { id: contractor, tools: [search_knowledge], sources: ['files:notes'] }
sources:
  - { id: files:notes, root: ./notes, readers: [everyone] }
  - { id: files:board, root: ./board, readers: ['group:board', carl] }
`;
const SERVED = `signIn: { publicUrl: 'http://127.0.0.1:7700' }\n`;

interface Answer {
  readonly isError?: boolean;
  readonly content: readonly { readonly text: string }[];
  readonly structuredContent?: { readonly results?: readonly { readonly id: string }[] };
}

describe('who may do what, through the command', () => {
  let home: Home;
  before(async () => {
    home = await createHome({ 'a.md': '# Otters\n\nThe otter swims.' });
    await home.write('board/plan.md', '# Plan\n\n## Secret heading\n\nThe otter is sold.');
    await home.write('fumikura.yaml', config('reader, auditor, admin'));
    assert.equal((await home.run(['sync'])).code, 0);
  });
  after(() => home.remove());
  const roles = (names: string) => home.write('fumikura.yaml', config(names));

  it('[access.explain] says which list admits or stops a person, and by which way', async () => {
    await roles('auditor');
    const yes = await home.json('access', 'explain', 'alice', 'files:board/plan.md');
    assert.equal(yes['mayRead'], true);
    const [list] = yes['lists'] as unknown as {
      list: string;
      readAt: string;
      admittedBy: { path: string[] }[];
    }[];
    assert.equal(list?.list, 'files:board/readers');
    assert.ok(Date.parse(list.readAt) > 0);
    assert.deepEqual(list.admittedBy[0]?.path, ['user:local:alice', 'group:local:board']);
    const no = await home.run(['access', 'explain', 'me', 'files:board/plan.md']);
    assert.match(no.stdout, /me may not read[\s\S]*stopped by +files:board\/readers \(2 members, read 2/);
    const byRole = await home.run(['access', 'explain', 'carl', 'files:board/plan.md']);
    assert.match(byRole.stdout, /carl may not read[\s\S]*Stopped by the roles/);
    assert.match((await home.run(['access', 'explain', 'alice', 'files:board/none'])).stdout, /no document/);
  });

  it('[access.review] says who can read a document or a source, and what a group opens', async () => {
    await roles('auditor');
    assert.deepEqual((await home.json('access', 'review', 'files:board/plan.md'))['readers'], [
      'alice',
      'carl',
    ]);
    const source = await home.json('access', 'review', 'files:board');
    assert.deepEqual(source['readers'], [
      { person: 'chief', documents: 0 },
      { person: 'me', documents: 0 },
      { person: 'alice', documents: 1 },
      { person: 'carl', documents: 1 },
    ]);
    const group = await home.json('access', 'review', 'group:board');
    assert.deepEqual(group['opens'], [{ source: 'files:board', documents: 1 }]);
    assert.deepEqual(group['persons'], [{ issuer: 'local', subject: 'alice' }]);
  });

  it('[access.as] shows what somebody else sees, and stands in the audit under both names', async () => {
    await roles('auditor');
    const seen = (await home.json('access', 'as', 'alice', 'search', 'otter')) as unknown as {
      hits: { id: string }[];
    };
    assert.deepEqual(seen.hits.map(({ id }) => id).sort(), ['files:board/plan.md', 'files:notes/a.md']);
    const { records } = (await home.json(
      'audit',
      'search',
      '--person',
      'alice',
      '--action',
      'search',
    )) as unknown as {
      records: { actor: { subject: string }; as: { subject: string }; shown: string[] }[];
    };
    assert.deepEqual(
      [records[0]?.actor.subject, records[0]?.as.subject, records[0]?.shown.length],
      ['me', 'alice', 2],
    );
  });

  it('[role.separation] whoever has no duty is refused it, and the refusal is written down', async () => {
    const refusals: readonly (readonly [roles: string, args: readonly string[]])[] = [
      ['reader', ['audit', 'tail']],
      ['reader', ['audit', 'verify']],
      ['reader', ['audit', 'export']],
      ['reader', ['access', 'explain', 'alice', 'files:board/plan.md']],
      ['reader', ['access', 'as', 'alice', 'search', 'otter']],
      ['reader', ['access', 'review', 'files:board']],
      ['reader', ['role', 'grant', 'me', 'admin']],
      ['reader', ['token', 'create', 'x', '--person', 'alice']],
      ['admin', ['search', 'otter']],
      ['admin', ['get', 'files:notes/a.md']],
      ['admin', ['access', 'as', 'alice', 'search', 'otter']],
      ['admin', ['audit', 'tail']],
      ['auditor', ['search', 'otter']],
      ['auditor', ['get', 'files:notes/a.md']],
      ['auditor', ['token', 'create', 'x', '--person', 'alice']],
      ['auditor', ['role', 'grant', 'me', 'reader']],
    ];
    for (const [names, args] of refusals) {
      await roles(names);
      const outcome = await home.run(args);
      assert.notEqual(outcome.code, 0, `${names}: ${args.join(' ')}`);
      assert.match(outcome.stderr, /roles/, `${names}: ${args.join(' ')}`);
      assert.doesNotMatch(outcome.stdout, /otter|plan/i);
    }
    await roles('auditor');
    const { records } = (await home.json('audit', 'search', '--outcome', 'refused')) as unknown as {
      records: { code: string }[];
    };
    assert.equal(records.filter(({ code }) => code === 'ROLE_MISSING').length, refusals.length);
  });

  it('[role.change] roles are given and taken in the configuration, by whoever may', async () => {
    await roles('admin');
    assert.equal((await home.run(['role', 'grant', 'alice', 'auditor'])).code, 0);
    const listed = (await home.json('role', 'list')) as unknown as {
      holders: { person: string; roles: string[] }[];
    };
    assert.deepEqual(listed.holders.find(({ person }) => person === 'alice')?.roles, ['reader', 'auditor']);
    assert.equal((await home.run(['role', 'revoke', 'alice', 'auditor'])).code, 0);
    assert.equal((await home.run(['role', 'grant', 'alice', 'king'])).code, 2);
    assert.equal((await home.run(['role', 'grant', 'nobody', 'reader'])).code, 2);
  });

  describe('over HTTP', { concurrency: 1 }, () => {
    let server: Running;
    let url: string;
    const ids: Record<string, string> = {};
    const tokens: Record<string, string> = {};
    before(async () => {
      await home.write('fumikura.yaml', `${config('reader, admin')}${SERVED}`);
      for (const [name, args] of Object.entries({
        alice: ['--person', 'alice'],
        carl: ['--person', 'carl'],
        narrow: ['--person', 'alice', '--scope', 'something:else'],
      })) {
        const made = await home.json('token', 'create', name, ...args);
        ids[name] = String(made['id']);
        tokens[name] = String(made['token']);
      }
      server = home.start(['up', '--no-watch', '--port', '0', '--json']);
      url = await new Promise<string>((resolve) =>
        server.process.stdout?.once('data', (part: Buffer) =>
          resolve((JSON.parse(part.toString()) as { url: string }).url),
        ),
      );
    });
    after(async () => {
      server.process.kill('SIGTERM');
      await server.ended;
    });

    const call = async (name: string, tool: string, args: Record<string, unknown>): Promise<Answer> => {
      const requestInit = { headers: { authorization: `Bearer ${tokens[name] ?? name}` } };
      const client = new Client({ name: 'test', version: '1' });
      await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit }));
      try {
        return (await client.callTool({ name: tool, arguments: args })) as unknown as Answer;
      } finally {
        await client.close();
      }
    };
    const status = async (token: string) =>
      (await fetch(url, { method: 'POST', headers: { authorization: `Bearer ${token}` } })).status;

    it('[token.person] a personal token is its person', async () => {
      const { structuredContent } = await call('alice', 'search_knowledge', { query: 'otter' });
      assert.equal(structuredContent?.results?.length, 2);
    });

    it('[token.scope] a token does what its scopes say and nothing else', async () => {
      assert.equal(await status(tokens['narrow'] ?? ''), 403);
      assert.equal(await status(`${(tokens['alice'] ?? '').slice(0, -1)}~`), 401);
    });

    it('[role.tools] a role without a tool is refused it, on every way to the same thing', async () => {
      const found = await call('carl', 'search_knowledge', { query: 'otter' });
      assert.deepEqual(
        found.structuredContent?.results?.map(({ id }) => id),
        ['files:notes/a.md'],
        'and sees only the sources of the role',
      );
      const read = await call('carl', 'get_document', { id: 'files:notes/a.md' });
      assert.equal(read.isError, true);
      assert.match(read.content[0]?.text ?? '', /^ROLE_MISSING/);
      const hidden = await call('carl', 'search_knowledge', { query: 'otter', sources: ['files:board'] });
      assert.doesNotMatch(JSON.stringify(hidden), /plan|heading/i);
    });

    it('[token.revoked] a token that is revoked ends within five seconds, and so does nobody else\u2019s', async () => {
      assert.notEqual(await status(tokens['alice'] ?? ''), 401);
      assert.equal((await home.run(['token', 'revoke', ids['alice'] ?? ''])).code, 0);
      assert.equal(await status(tokens['alice'] ?? ''), 401);
      assert.notEqual(await status(tokens['carl'] ?? ''), 401);
    });

    it('[token.hashed] tokens are listed without what they are', async () => {
      const { stdout } = await home.run(['token', 'list', '--json']);
      for (const token of Object.values(tokens)) assert.ok(!stdout.includes(token.slice(22)));
      assert.doesNotMatch(stdout, /hash/);
    });
  });
});

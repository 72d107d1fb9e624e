import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { createHome } from './fumi.ts';
import type { Home } from './fumi.ts';

const me = `{ id: me, osUser: ${userInfo().username}, roles: [reader, auditor, admin] }`;
const config = (more: string) => `owner: chief
persons: [${me}${more}]
sources: [{ id: files:notes, root: ./notes, readers: [everyone] }]
`;

describe('what is kept of a person', { concurrency: 1 }, () => {
  let home: Home;
  let token = '';
  before(async () => {
    home = await createHome({ 'a.md': '# Otters\n\nThe otter swims.' });
    await home.write('fumikura.yaml', config(', { id: alice, email: alice@acme.example }'));
    assert.equal((await home.run(['sync'])).code, 0);
    token = String((await home.json('token', 'create', 'editor', '--person', 'alice'))['token']);
    assert.equal((await home.run(['access', 'as', 'alice', 'search', 'otter'])).code, 0);
  });
  after(() => home.remove());
  const kept = async (person: string) => {
    const outcome = await home.run(['audit', 'subject', person, '--output', 'kept.jsonl']);
    assert.equal(outcome.code, 0, outcome.stderr);
    const text = readFileSync(join(home.folder, 'kept.jsonl'), 'utf8');
    assert.ok(!text.includes(token.slice(22)) && !/"hash"/u.test(text), 'no token and no hash of one');
    return text
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as { kind: string; value: { query?: string } });
  };

  it('[audit.subject] is given to them whole, and written down', async () => {
    const items = await kept('alice');
    assert.deepEqual([...new Set(items.map(({ kind }) => kind))], ['entry', 'token', 'record']);
    assert.ok(
      items.some(({ value }) => value.query === 'otter'),
      'searches as them are theirs to know',
    );
    const { records } = (await home.json('audit', 'search', '--action', 'access')) as unknown as {
      records: { via: string; object?: string }[];
    };
    assert.ok(records.some(({ via, object }) => via === 'cli audit subject' && object === 'alice'));
  });

  it('[audit.subject] is not taken away while they are there, and afterwards as far as it may be', async () => {
    assert.equal((await home.run(['audit', 'erase', 'alice'])).code, 2);
    assert.equal((await home.run(['audit', 'erase', 'chief'])).code, 2);
    await home.write('fumikura.yaml', config(''));
    const erased = await home.json('audit', 'erase', 'local#alice');
    assert.equal(erased['tokens'], 1);
    assert.deepEqual([...new Set((await kept('local#alice')).map(({ kind }) => kind))], ['record']);
    assert.equal((await home.run(['audit', 'verify'])).code, 0, 'the proof is whole');
  });

  it('[audit.subject] is nobody else\u2019s to ask for', async () => {
    await home.write('fumikura.yaml', config('').replace('auditor, ', ''));
    for (const what of ['subject', 'erase']) {
      const outcome = await home.run(['audit', what, 'me']);
      assert.notEqual(outcome.code, 0);
      assert.match(outcome.stderr, /roles/u);
    }
  });
});

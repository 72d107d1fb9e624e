import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { JsonValue, Principal, SourceId } from '@fumikura/model';
import { entriesOf } from '@fumikura/ports';
import type { SpaceOfPersons } from '@fumikura/ports';
import { createPeopleStore } from '@fumikura/store-people';
import { createSqliteStore, openSqliteState } from '@fumikura/store-sqlite';
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
    assert.deepEqual(
      [...new Set(items.map(({ kind }) => kind))],
      ['entry', 'people.past', 'token', 'record'],
    );
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

  it('[audit.subject] is found and taken away wherever the shared state speaks of them, and nowhere else', async () => {
    const [team, user] = ['T1', 'UALICE'];
    const person = { issuer: 'local', subject: 'alice' };
    const other = { issuer: 'local', subject: 'alice2' };
    const account = `${team}/${user}`;
    const theirs: Readonly<
      Record<Exclude<SpaceOfPersons, 'people'>, readonly (readonly [string, JsonValue])[]>
    > = {
      'people.past': [
        [
          'was/2026-01-01T00:00:00.000Z/000000',
          [{ name: 'person/alice', fact: {} }, { name: 'person/alice2' }],
        ],
        [
          'was/2026-01-02T00:00:00.000Z/000000',
          [{ name: 'group/g', added: ['alice', 'alice2'], dropped: [] }],
        ],
        ['now/1', { name: 'link/user:wiki:acme:1', fact: 'alice' }],
      ],
      token: [['0123456789abcdef', { id: '0123456789abcdef', person: 'alice', hash: 'secret' }]],
      feedback: [['verdict', { by: JSON.stringify(['local', 'alice']), documents: ['a'], comment: 'wrong' }]],
      'slack.link': [[account, { team, user, person, at: '' }]],
      'slack.code': [['code', person]],
      'slack.code.attempts': [[account, 2]],
      'slack.open': [['open', { body: { team_id: team, event: { user } }, holder: 'h' }]],
      'slack.reply': [['reply', { team, user, person, question: 'otter?' }]],
      // The second account is known by its address alone, which no link tells of.
      'slack.recent': [
        [account, [{ text: 'otter?', at: '' }]],
        ['T1/UMAIL', [{ text: 'otter?', at: '', person }]],
      ],
      'slack.feedback': [
        ['feedback', { by: account, question: 'otter?', comment: 'wrong' }],
        ['by-mail', { by: 'T1/UMAIL', person, question: 'otter?' }],
      ],
      'audit.request': [
        [
          'asked',
          { person, by: { issuer: 'local', subject: 'me' }, wants: 'count', from: 'here', publicKey: '' },
        ],
      ],
      'slack.budget': [['123 local alice', 3]],
    };
    const others: readonly (readonly [SpaceOfPersons, string, JsonValue])[] = [
      ['token', 'fedcba9876543210', { id: 'fedcba9876543210', person: 'alice2', hash: 'x' }],
      ['feedback', 'theirs', { by: JSON.stringify(['local', 'alice2']), documents: ['a'] }],
      ['slack.link', 'T1/UBOB', { team, user: 'UBOB', person: other, at: '' }],
      ['slack.reply', 'theirs', { team, user: 'UBOB', person: other, question: 'alice?' }],
      ['slack.feedback', 'theirs', { by: 'T1/UBOB', question: 'alice?' }],
      ['slack.budget', '123 local alice2', 3],
    ];
    const file = openSqliteState({ file: home.database });
    try {
      const { state } = file;
      for (const [space, entries] of Object.entries(theirs) as [SpaceOfPersons, [string, JsonValue][]][])
        for (const [key, value] of entries) await state.put(space, { key, value });
      for (const [space, key, value] of others) await state.put(space, { key, value });
      const people = createPeopleStore(state);
      await people.change((edit) => {
        edit.decideLink({ account: 'user:wiki:acme:1', person: 'alice', by: 'me' });
        edit.decideRole({ person: 'alice', role: 'auditor', isHeld: true, by: 'me' });
        edit.decideLink({ account: 'user:wiki:acme:2', person: 'bob', by: 'alice' });
        edit.decideRole({ person: 'bob', role: 'auditor', isHeld: true, by: 'alice' });
      });
      const items = await kept('local#alice');
      assert.ok(!JSON.stringify(items).includes('alice2'), 'nothing of others');
      const found = new Set(items.map(({ kind }) => kind));
      const spaces = ['people', ...Object.keys(theirs)] as SpaceOfPersons[];
      for (const space of spaces) assert.ok(found.has(space), space);
      const { entries, tokens } = await home.json('audit', 'erase', 'local#alice');
      assert.equal(tokens, 1);
      assert.deepEqual(
        Object.keys(entries as object).sort(),
        spaces.filter((space) => space !== 'token').sort(),
      );
      assert.deepEqual([...new Set((await kept('local#alice')).map(({ kind }) => kind))], ['record']);
      for (const [space, key, value] of others)
        assert.deepEqual((await state.get(space, key))?.value, value, key);
      const left = await people.read();
      assert.deepEqual(
        [...left.links(), ...left.roles()].map(({ person, by }) => [person, by]),
        [
          ['bob', 'erased'],
          ['bob', 'erased'],
        ],
      );
      const past = await state.get('people.past', 'was/2026-01-02T00:00:00.000Z/000000');
      assert.deepEqual(past?.value, [{ name: 'group/g', added: ['alice2'], dropped: [] }]);
      for (const space of spaces)
        for await (const { value } of entriesOf(state, space))
          assert.ok(!/"alice"|person\/alice"|UALICE/u.test(JSON.stringify(value)), JSON.stringify(value));
    } finally {
      file.close();
    }
  });

  it('[audit.subject] is told of who could read what, and becomes a name that nobody knows there', async () => {
    const account = 'user:wiki:acme:557058:alice';
    const other = 'user:wiki:acme:557058:alice2';
    const store = await createSqliteStore({ file: home.database, inline: true });
    try {
      const { catalog } = store;
      const wiki = 'wiki:acme' as SourceId;
      const known = (principal: Principal, address: string) => ({
        principal,
        isActive: true,
        isPerson: true,
        email: { address, isVerified: true },
      });
      await catalog.ensureSource(wiki);
      const group = { principal: 'group:wiki:acme:g', members: [account, other] } as const;
      const accounts = [known(account, 'alice@acme.example'), known(other, 'alice2@acme.example')];
      await catalog.stageDirectory(wiki, 'one', { accounts, groups: [group] });
      await catalog.completeDirectory(wiki, 'one');
      await catalog.putLists([{ id: 'space', members: [account, other, 'user:local:alice'], readAt: '' }]);
      await home.write('fumikura.yaml', config(', { id: alice, email: alice@acme.example }'));
      assert.equal((await home.run(['sync'])).code, 0);
      const told = (await kept('alice')).filter(({ kind }) => kind === 'readers');
      assert.equal(told.length, 2);
      assert.ok(JSON.stringify(told).includes(account) && !JSON.stringify(told).includes('alice2'));
      await catalog.putLists([{ id: 'space', members: [other], readAt: '' }]);
      await home.write('fumikura.yaml', config(''));
      const first = await home.json('audit', 'erase', 'local#alice');
      assert.deepEqual(first['accountsInSources'], [account], 'the source still tells of it');
      await catalog.completeDirectory(wiki, 'none');
      const wrong = await home.run(['audit', 'erase', 'local#alice', '--account', 'alice']);
      assert.equal(wrong.code, 2);
      await home.write('fumikura.yaml', config(`, { id: bob, accounts: ['${other}'] }`));
      const abused = await home.run(['audit', 'erase', 'local#alice', '--account', other]);
      assert.equal(abused.code, 2);
      assert.match(abused.stderr, /is the account of somebody who is here/u);
      const second = await home.json('audit', 'erase', 'local#alice', '--account', account);
      assert.deepEqual(second['accountsInSources'], []);
      const { changes } = await catalog.accessHistory('');
      const text = JSON.stringify(changes);
      assert.ok(!text.includes(`"${account}"`) && !text.includes('"user:local:alice"'), text);
      assert.ok(text.includes(other), 'nobody else is touched');
      const lists = changes.flatMap((change) =>
        change.kind === 'list' && change.list === 'space' ? [change] : [],
      );
      const [dropped, added] = lists;
      assert.equal(added?.added.length, 3, 'how many could read is told as before');
      assert.deepEqual(dropped?.dropped.toSorted(), added?.added.filter((each) => each !== other).toSorted());
    } finally {
      await store.close();
    }
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

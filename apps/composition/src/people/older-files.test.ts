import assert from 'node:assert/strict';
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { createPersonalTokens } from '@fumikura/access';
import type { Logger } from '@fumikura/logging';
import { openSqliteState } from '@fumikura/store-sqlite';
import type { SqliteState } from '@fumikura/store-sqlite';
import { openPeopleStore } from './provisioned.ts';

/** As people lay in a file of their own before. */
const OLDER = `
CREATE TABLE person(origin TEXT, id TEXT, person TEXT, user_name TEXT, external_id TEXT, name TEXT, email TEXT,
  is_active INTEGER, is_deleted INTEGER, record TEXT, created_at TEXT, changed_at TEXT, version INTEGER) STRICT;
CREATE TABLE people_group(origin TEXT, id TEXT, group_id TEXT, name TEXT, external_id TEXT, record TEXT, created_at TEXT,
  changed_at TEXT, version INTEGER) STRICT;
CREATE TABLE member(origin TEXT, group_id TEXT, member TEXT) STRICT;
CREATE TABLE reading(origin TEXT, claimed_ms INTEGER, record TEXT) STRICT;
INSERT INTO person VALUES('scim', '1', 'ada', 'Ada@x', 'o1', 'Ada', 'ada@x', 1, 0, '{"a":1}', '2026-01-01', '2026-01-02', 3),
  ('scim', '2', 'bob', 'bob@x', NULL, NULL, NULL, 0, 1, '{}', '2026-01-02', '2026-01-02', 2);
INSERT INTO people_group VALUES('scim', 'g', 'scim.all', 'All', NULL, '{}', '2026-01-01', '2026-01-01', 1);
INSERT INTO member VALUES('scim', 'g', '1');
INSERT INTO reading VALUES('corp', 1, '{"origin":"corp","attemptedAt":"2026-01-01","counts":{}}'), ('new', 1, NULL);
`;
const TOKEN = {
  person: 'ada',
  name: 't',
  scopes: [],
  createdAt: '2026-01-01',
  expiresAt: '2999-01-01',
  hash: 'aGFzaA',
};

describe('what lay in the data folder before', () => {
  let folder: string;
  let file: SqliteState;
  let told: { readonly event: string; readonly fields: Record<string, unknown> }[];
  const logger: Logger = {
    debug: () => undefined,
    info: () => undefined,
    warn: (event, fields = {}) => void told.push({ event, fields }),
    error: () => undefined,
    child: () => logger,
  };
  const at = (name: string) => join(folder, name);
  const open = () => openPeopleStore({ dataFolder: folder }, file.state, logger);
  const putToken = (id: string, more: object = {}) => {
    mkdirSync(at('tokens'), { recursive: true });
    writeFileSync(at(`tokens/${id}.json`), JSON.stringify({ id, ...TOKEN, ...more }));
  };
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'fumi-older-'));
    file = openSqliteState({ file: at('fumikura.db') });
    told = [];
  });
  afterEach(() => {
    file.close();
    rmSync(folder, { recursive: true });
  });

  it('[people.imported] is taken over once, kept aside and told', async () => {
    const database = new DatabaseSync(at('people.db'));
    database.exec(OLDER);
    database.close();
    const line = (account: string, more: object) =>
      appendFileSync(at('links.jsonl'), `\n${JSON.stringify({ account, by: 'me', ...more })}`);
    line('user:wiki:acme:1', { person: 'ada', at: '2026-01-01' });
    line('user:wiki:acme:1', { person: 'bob', at: '2026-01-02' });
    appendFileSync(at('links.jsonl'), '\n{"account":"user:wiki:acme:2","per');
    putToken('0123456789abcdef');
    const people = await (await open()).read();
    assert.deepEqual(
      people.persons().map(({ person, isDeleted, record, version }) => [person, isDeleted, record, version]),
      [
        ['ada', false, { a: 1 }, 3],
        ['bob', true, {}, 2],
      ],
    );
    assert.deepEqual(
      [people.members('scim', 'g'), people.groupsBy('scim', 'name', 'all').length],
      [['1'], 1],
    );
    assert.deepEqual(people.links(), [
      { account: 'user:wiki:acme:1', by: 'me', person: 'bob', at: '2026-01-02' },
    ]);
    assert.deepEqual(
      (await createPersonalTokens(file.state).list()).map(({ id }) => id),
      ['0123456789abcdef'],
    );
    assert.deepEqual(
      (await (await open()).readings()).map(({ origin }) => origin),
      ['corp'],
    );
    for (const name of ['people.db', 'links.jsonl', 'tokens'])
      assert.deepEqual([existsSync(at(name)), existsSync(at(`${name}.imported`))], [false, true], name);
    assert.deepEqual(
      told.map(({ event, fields }) => [event, fields['from']]),
      [
        ['people.imported', at('people.db')],
        ['people.imported', at('links.jsonl')],
        ['people.imported', at('tokens')],
      ],
    );
  });

  it('[people.imported] opens nothing again that was closed since, and closes what was closed before', async () => {
    const store = await open();
    const account = 'user:wiki:acme:1';
    await store.change((edit) => edit.decideLink({ account, by: 'me' }));
    const tokens = createPersonalTokens(file.state);
    const made = [];
    for (const name of ['a', 'b']) made.push(await tokens.create({ ...TOKEN, name }));
    const [a, b] = made.map(({ record }) => record);
    await tokens.revoke(a?.id ?? '');
    putToken(a?.id ?? '');
    putToken(b?.id ?? '', { revokedAt: '2026-01-05' });
    const older = { account, person: 'ada', by: 'me', at: '2026-01-01' };
    writeFileSync(at('links.jsonl'), JSON.stringify(older));
    const people = await (await open()).read();
    assert.equal(people.links()[0]?.person, undefined);
    assert.deepEqual(
      (await tokens.list()).map(({ revokedAt }) => revokedAt !== undefined),
      [true, true],
    );
  });

  it('[people.imported] leaves people alone that the catalog knows, and refuses what is damaged', async () => {
    const store = await open();
    const own = { origin: 'scim', id: '9', userName: 'own', isActive: true, record: {} };
    await store.change((edit) => edit.putPerson(own));
    const database = new DatabaseSync(at('people.db'));
    database.exec(OLDER);
    database.close();
    assert.deepEqual(
      (await (await open()).read()).persons().map(({ id }) => id),
      ['9'],
    );
    assert.equal(told[0]?.fields['leftOut'], 1);
    writeFileSync(at('links.jsonl'), '{"account":7}');
    await assert.rejects(open(), { code: 'STORE_DAMAGED' });
    assert.ok(existsSync(at('links.jsonl')), 'it stays until somebody has looked');
  });
});

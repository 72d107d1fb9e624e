import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, beforeEach, describe, it } from 'node:test';
import type { People } from '@fumikura/ports';
import { createPeopleStore } from '@fumikura/store-people';
import { openSqliteState } from '@fumikura/store-sqlite';
import type { SqliteState } from '@fumikura/store-sqlite';
import { createScim } from './index.ts';
import type { ScimChange } from './index.ts';

const TOKEN = 'a-token-of-the-test-1234';
const PATCH = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
type Json = Record<string, unknown>;

describe('SCIM', { concurrency: 1 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'fumi-scim-'));
  let file: SqliteState;
  let store: People;
  let handle: (request: Request) => Promise<Response>;
  let changes: ScimChange[];
  let isAuditDown = false;
  let count = 0;
  beforeEach(async () => {
    file?.close();
    file = openSqliteState({ file: join(folder, `${count++}.db`) });
    const people = createPeopleStore(file.state);
    // What is asked of it is as people are then.
    store = await people.read();
    changes = [];
    isAuditDown = false;
    handle = createScim({
      store: people,
      token: TOKEN,
      publicUrl: 'https://x.example',
      onChange: async (change) => {
        if (isAuditDown) throw new Error('the audit cannot be written');
        changes.push(change);
      },
    });
  });
  after(() => {
    file.close();
    rmSync(folder, { recursive: true });
  });

  const send = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const response = await handle(
      new Request(`https://x.example/scim/v2/${path}`, {
        method,
        headers: { authorization: `Bearer ${TOKEN}`, ...headers },
        ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      }),
    );
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: (text === '' ? {} : JSON.parse(text)) as Json,
    };
  };
  const ok = async (method: string, path: string, body?: unknown, status = 200): Promise<Json> => {
    const answer = await send(method, path, body);
    assert.equal(answer.status, status, JSON.stringify(answer.body));
    return answer.body;
  };
  const join2 = (userName: string, more: Json = {}) => ok('POST', 'Users', { userName, ...more }, 201);
  const patch = (path: string, ...operations: Json[]) =>
    ok('PATCH', path, { schemas: [PATCH], Operations: operations });
  const group = (displayName: string, ...members: string[]) =>
    ok('POST', 'Groups', { displayName, members: members.map((value) => ({ value })) }, 201);
  const found = async (what: string, filter: string) => {
    const { Resources } = await ok('GET', `${what}?filter=${encodeURIComponent(filter)}`);
    return (Resources as Json[]).map((each) => String(each['userName'] ?? each['displayName']));
  };

  it('[scim.token] refuses everything without its token', async () => {
    for (const authorization of ['', 'Bearer ', 'Bearer wrong', `Basic ${TOKEN}`, `Bearer ${TOKEN}x`])
      for (const path of ['Users', 'Groups', 'ServiceProviderConfig', 'Users/7'])
        assert.equal((await send('GET', path, undefined, { authorization })).status, 401, authorization);
    assert.equal(
      (await send('POST', 'Users', { userName: 'x' }, { authorization: 'Bearer wrong' })).status,
      401,
    );
    assert.equal(store.persons().length, 0);
  });

  it('[scim.users] people join, change and leave', async () => {
    const made = await join2('Alice@example.com', {
      externalId: 'e1',
      name: { givenName: 'Alice', familyName: 'Miller' },
      emails: [{ value: 'alice@example.com', type: 'work', primary: true }],
      password: 'never kept',
    });
    assert.equal(made['active'], true);
    assert.ok(!JSON.stringify(store.persons()).includes('never kept'));
    const [person] = store.persons();
    assert.deepEqual(
      [person?.person, person?.name, person?.email],
      ['alice-example.com', 'Alice Miller', 'alice@example.com'],
    );
    assert.equal((await send('POST', 'Users', { userName: 'ALICE@example.com' })).status, 409);
    const put = await ok('PUT', `Users/${made['id']}`, {
      userName: 'alice@example.com',
      externalId: 'e1',
      active: false,
    });
    assert.deepEqual([put['active'], put['name']], [false, undefined], 'what PUT leaves out is gone');
    await ok('DELETE', `Users/${made['id']}`, undefined, 204);
    assert.equal((await send('GET', `Users/${made['id']}`)).status, 404);
    assert.equal(store.persons()[0]?.isDeleted, true, 'who left is kept, so that they stay closed');
    await join2('alice@example.com');
    assert.deepEqual(
      store.persons().map((each) => each.person),
      ['alice-example.com', 'alice-example.com-2'],
    );
    assert.deepEqual(
      changes.map(({ verb }) => verb),
      ['create', 'update', 'remove', 'create'],
    );
  });

  it('[scim.patch] understands how Entra ID and Okta write their changes', async () => {
    const { id } = await join2('bob@example.com', { emails: [{ value: 'b@example.com', type: 'home' }] });
    const path = `Users/${id as string}`;
    assert.equal((await patch(path, { op: 'Replace', path: 'active', value: 'False' }))['active'], false);
    assert.equal((await patch(path, { op: 'replace', value: { active: true } }))['active'], true);
    const entra = await patch(
      path,
      { op: 'Add', path: 'emails[type eq "work"].value', value: 'bob@example.com' },
      { op: 'Replace', path: 'name.familyName', value: 'Builder' },
      { op: 'Add', value: { 'name.givenName': 'Bob', displayName: 'Bob B' } },
      { op: 'Replace', path: 'urn:ietf:params:scim:schemas:core:2.0:User:externalId', value: 'e2' },
    );
    assert.deepEqual(entra['name'], { familyName: 'Builder', givenName: 'Bob' });
    assert.deepEqual(entra['emails'], [
      { value: 'b@example.com', type: 'home' },
      { type: 'work', value: 'bob@example.com' },
    ]);
    assert.equal(entra['externalId'], 'e2');
    assert.equal(store.persons()[0]?.email, 'bob@example.com');
    const less = await patch(
      path,
      { op: 'Remove', path: 'emails[type eq "home"]' },
      { op: 'remove', path: 'displayName' },
    );
    assert.deepEqual([(less['emails'] as unknown[]).length, less['displayName']], [1, undefined]);
  });

  it('[scim.patch] refuses what it does not understand, and changes nothing', async () => {
    const { id } = await join2('bob@example.com');
    const wrong: unknown[] = [
      'not json',
      {},
      { Operations: [] },
      { schemas: [PATCH], Operations: [{ op: 'destroy', path: 'active' }] },
      { schemas: [PATCH], Operations: [{ op: 'remove' }] },
      { schemas: [PATCH], Operations: [{ op: 'replace', path: 'active', value: 'perhaps' }] },
      { schemas: [PATCH], Operations: [{ op: 'replace', path: 'active' }] },
      { schemas: [PATCH], Operations: [{ op: 'replace', path: 'userName', value: '' }] },
      { schemas: [PATCH], Operations: [{ op: 'replace', path: '][', value: 1 }] },
      { schemas: [PATCH], Operations: [{ op: 'replace', value: { active: false } }, { op: 'remove' }] },
    ];
    for (const body of wrong) {
      const { status } = await send('PATCH', `Users/${id as string}`, body);
      assert.equal(status, 400, JSON.stringify(body));
    }
    assert.equal(store.persons()[0]?.isActive, true);
    assert.equal(changes.length, 1);
  });

  it('[scim.groups] groups have members, in groups too, and lose them', async () => {
    const [ada, bob] = [await join2('ada'), await join2('bob')].map(({ id }) => String(id)) as [
      string,
      string,
    ];
    const inner = await group('Board', ada);
    const outer = await group('All Staff', bob, String(inner['id']));
    // Made within one millisecond they stand in any order.
    assert.deepEqual(
      store
        .groups()
        .map((each) => each.group)
        .sort(),
      ['scim.all-staff', 'scim.board'],
    );
    const path = `Groups/${outer['id'] as string}`;
    const members = async () =>
      ((await ok('GET', path))['members'] as Json[] | undefined)?.map(({ value }) => value).sort();
    // Entra ID adds and removes by a list, Okta by a path with a filter.
    await patch(path, { op: 'Add', path: 'members', value: [{ value: ada }, { value: bob }] });
    assert.deepEqual(await members(), [ada, bob, String(inner['id'])].sort());
    await patch(path, { op: 'Remove', path: 'members', value: [{ value: ada }] });
    await patch(path, { op: 'remove', path: `members[value eq "${bob}"]` });
    assert.deepEqual(await members(), [inner['id']]);
    await patch(path, { op: 'replace', value: { id: outer['id'], displayName: 'Everybody' } });
    const renamed = store.groups().find(({ group }) => group === 'scim.all-staff');
    assert.equal(renamed?.name, 'Everybody', 'a new name opens nothing');
    assert.deepEqual(await members(), [inner['id']]);
    assert.equal(
      (
        await send('PATCH', path, {
          schemas: [PATCH],
          Operations: [{ op: 'add', path: 'members', value: [{ value: 'nobody' }] }],
        })
      ).status,
      400,
    );
    assert.equal((await ok('GET', `${path}?excludedAttributes=members`))['members'], undefined);
    await ok('DELETE', `Users/${ada}`, undefined, 204);
    assert.deepEqual(store.members('scim', String(inner['id'])), []);
    await ok('DELETE', path, undefined, 204);
    assert.equal((await send('GET', path)).status, 404);
  });

  it('[scim.filter] finds by filters', async () => {
    for (const name of ['ada', 'bob', 'carl']) {
      const emails = [{ type: 'work', value: `${name}@example.com` }];
      await join2(name, {
        externalId: `x-${name}`,
        active: name !== 'carl',
        emails,
        displayName: name.toUpperCase(),
      });
    }
    const cases: readonly (readonly [string, readonly string[]])[] = [
      ['userName eq "ADA"', ['ada']],
      ['externalId eq "x-bob"', ['bob']],
      ['userName sw "a" or userName ew "l"', ['ada', 'carl']],
      ['active eq false', ['carl']],
      ['active eq True and not (userName eq "bob")', ['ada']],
      ['emails[type eq "work" and value co "bob"]', ['bob']],
      ['emails.value eq "carl@example.com"', ['carl']],
      ['displayName pr and nickName pr', []],
      ['urn:ietf:params:scim:schemas:core:2.0:User:userName eq "ada"', ['ada']],
      ['userName ne "ada"', ['bob', 'carl']],
      ['meta.lastModified gt "2000-01-01T00:00:00Z" and userName eq "ada"', ['ada']],
    ];
    // Those who came within one millisecond stand in any order.
    for (const [filter, names] of cases)
      assert.deepEqual((await found('Users', filter)).toSorted(), names, filter);
    for (const filter of [
      'userName',
      'userName is "x"',
      '(userName eq "x"',
      'userName eq x',
      '"x" eq userName',
      '(((((',
    ])
      assert.equal((await send('GET', `Users?filter=${encodeURIComponent(filter)}`)).status, 400, filter);
    await group('Board');
    assert.deepEqual(await found('Groups', 'displayName eq "board"'), ['Board']);
  });

  it('[scim.pages] pages through everything once', async () => {
    for (let number = 0; number < 25; number++) await join2(`user${number}`);
    const names: unknown[] = [];
    for (let startIndex = 1; startIndex <= 25; startIndex += 10) {
      const page = await ok('GET', `Users?startIndex=${startIndex}&count=10`);
      assert.equal(page['totalResults'], 25);
      names.push(...(page['Resources'] as Json[]).map(({ userName }) => userName));
    }
    assert.equal(new Set(names).size, 25);
    assert.deepEqual((await ok('GET', 'Users?count=0'))['Resources'], []);
    assert.equal((await send('GET', 'Users?count=many')).status, 400);
  });

  it('[scim.versions] does not overwrite what changed meanwhile', async () => {
    const { id } = await join2('ada');
    const first = await send('GET', `Users/${id as string}`);
    const etag = first.headers.get('etag') ?? '';
    await patch(`Users/${id as string}`, { op: 'replace', path: 'displayName', value: 'A' });
    const late = await send('PUT', `Users/${id as string}`, { userName: 'ada' }, { 'if-match': etag });
    assert.equal(late.status, 412);
  });

  it('[scim.audit] makes no change that cannot be written down', async () => {
    const { id } = await join2('ada');
    isAuditDown = true;
    await assert.rejects(send('DELETE', `Users/${id as string}`));
    await assert.rejects(send('POST', 'Users', { userName: 'bob' }));
    assert.deepEqual(
      store.persons().map(({ userName, isDeleted }) => [userName, isDeleted]),
      [['ada', false]],
    );
  });

  it('says what it can do', async () => {
    assert.deepEqual((await ok('GET', 'ServiceProviderConfig'))['patch'], { supported: true });
    assert.equal((await ok('GET', 'ResourceTypes'))['totalResults'], 2);
    assert.equal((await ok('GET', 'Schemas'))['totalResults'], 2);
    assert.equal((await send('GET', 'Bulk')).status, 404);
    assert.equal((await send('POST', 'Users/7', {})).status, 405);
  });
});

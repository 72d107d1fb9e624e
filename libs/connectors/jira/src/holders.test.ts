import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Principal } from '@fumikura/model';
import { listFor, resolveHolders } from './holders.ts';
import type { HolderParts } from './holders.ts';
import type { JiraHolder, JiraIssue } from './jira-types.ts';
import { ownLists } from './readers.ts';

const SOURCE = 'jira:t';
const user = (id: string): Principal => `user:${SOURCE}:${id}`;
const group = (id: string): Principal => `group:${SOURCE}:${id}`;

function resolve(holders: readonly JiraHolder[], parts: Partial<HolderParts> = {}) {
  const closed: string[] = [];
  const resolved = resolveHolders(holders, {
    source: SOURCE,
    isCloud: true,
    role: async (id) => [group(`of-role-${id}`)],
    lead: async () => user('lead'),
    application: async (key) => (key === 'jira-software' ? [group('licensed')] : undefined),
    closed: (reason) => closed.push(reason),
    ...parts,
  });
  return resolved.then((found) => ({ ...found, closed }));
}

describe('holders of a permission', () => {
  it('are people, groups, roles, applications and the lead, by ids', async () => {
    const { members, dynamic, closed } = await resolve([
      { type: 'group', parameter: 'a name', value: 'g1' },
      { type: 'user', parameter: 'u1', value: 'u1' },
      { type: 'projectRole', parameter: '10002', value: '10002' },
      { type: 'applicationRole', parameter: 'jira-software' },
      { type: 'projectLead' },
    ]);
    assert.deepEqual(members, [
      group('g1'),
      group('licensed'),
      group('of-role-10002'),
      user('lead'),
      user('u1'),
    ]);
    assert.deepEqual([dynamic, closed], [[], []]);
  });

  it('let in everybody who is signed in by an application role without a name', async () => {
    assert.deepEqual((await resolve([{ type: 'applicationRole' }])).members, [`authenticated:${SOURCE}`]);
  });

  it('close what they do not know, and count it', async () => {
    const { members, closed } = await resolve(
      [
        { type: 'group', parameter: 'only a name' },
        { type: 'applicationRole', parameter: 'unknown' },
        { type: 'projectLead' },
        { type: 'com.example.app' },
        { type: 'sd.customer.portal.only' },
        {},
      ],
      { lead: async () => undefined },
    );
    assert.deepEqual(members, []);
    assert.deepEqual(closed, [
      'group without an id',
      'application access not known',
      'project lead not known',
      'unknown kind of holder',
      'unknown kind of holder',
    ]);
  });

  it('name groups of Data Center as one, however they are written', async () => {
    const found = await resolve(
      [
        { type: 'group', parameter: 'Jira-Users' },
        { type: 'group', group: { name: 'jira-users' } },
      ],
      {
        isCloud: false,
      },
    );
    assert.deepEqual(found.members, [group('jira-users')]);
  });
});

describe('the list of an issue', () => {
  const parts = { source: SOURCE, isCloud: true } as const;
  const issue = (fields: Record<string, unknown>): JiraIssue => ({ id: '1', fields });
  const base = 'jira:t/project/1/browse';

  it('is its own when the issue adds somebody, and the same for the same people', async () => {
    const resolved = await resolve([
      { type: 'user', value: 'u1' },
      { type: 'reporter' },
      { type: 'userCustomField', value: 'customfield_7' },
      { type: 'groupCustomField', value: 'customfield_8' },
    ]);
    const a = {
      reporter: { accountId: 'r' },
      customfield_7: [{ accountId: 'x' }],
      customfield_8: { groupId: 'g' },
    };
    const b = {
      reporter: { accountId: 'x' },
      customfield_7: { accountId: 'r' },
      customfield_8: [{ groupId: 'g' }],
    };
    const [one, two] = [a, b].map((fields) => listFor(base, resolved, issue(fields), parts, ''));
    assert.deepEqual(one?.members, [user('u1'), group('g'), user('r'), user('x')]);
    assert.equal(one?.id, two?.id);
    assert.ok(one?.id.startsWith(`${base}/`));
    assert.equal(listFor(base, resolved, issue({ reporter: { accountId: 'u1' } }), parts, '').id, base);
    assert.equal(
      listFor(base, resolved, issue({ reporter: null, customfield_7: 'text' }), parts, '').id,
      base,
    );
  });

  it('is that of the project when everybody is in it anyway', async () => {
    const resolved = await resolve([{ type: 'applicationRole' }, { type: 'reporter' }]);
    assert.equal(listFor(base, resolved, issue({ reporter: { accountId: 'r' } }), parts, '').id, base);
  });
});

describe('own lists of a comment', () => {
  it('hold while its issue stays in the project, and are nobody in another one', () => {
    const own = ['jira:t/project/1/role/7', 'jira:t/group/abc'];
    assert.deepEqual(ownLists(SOURCE, own, { allow: ['jira:t/project/1/browse/xyz'] }), own);
    assert.deepEqual(ownLists(SOURCE, own, { allow: ['jira:t/project/12/browse'] }), [
      'jira:t/nobody',
      'jira:t/group/abc',
    ]);
  });
});

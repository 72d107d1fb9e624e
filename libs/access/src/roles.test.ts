import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRights, requireDuty, withDecidedRoles } from './roles.ts';

const persons = [
  { id: 'alice' },
  { id: 'audrey', roles: ['auditor'] },
  { id: 'adam', roles: ['admin'] },
  { id: 'carl', roles: ['contractor'] },
  { id: 'nina', roles: [] },
  { id: 'gone', roles: ['deleted-role'] },
];
const own = [
  { id: 'contractor', tools: ['search_knowledge'], sources: ['jira:*', 'files:public'], duties: [] },
];
const rights = createRights(persons, 'olga', own);
const of = (subject: string, issuer = 'local') => rights({ issuer, subject });

test('[role.built-in] readers read, auditors audit, admins administer, and none of them more', () => {
  const table = ['alice', 'audrey', 'adam', 'olga', 'nina', 'gone'].map((who) => {
    const { mayUse, maySee, mayDo } = of(who);
    return [
      who,
      mayUse('search_knowledge'),
      maySee('jira:x'),
      mayDo('audit'),
      mayDo('access'),
      mayDo('tokens'),
      mayDo('roles'),
    ];
  });
  assert.deepEqual(table, [
    ['alice', true, true, false, false, false, false],
    ['audrey', false, false, true, true, false, false],
    ['adam', false, false, false, false, true, true],
    ['olga', true, true, true, true, true, true],
    ['nina', false, false, false, false, false, false],
    ['gone', false, false, false, false, false, false],
  ]);
});

test('[role.own] a role of an installation names tools and sources', () => {
  const { mayUse, maySee, isUnrestricted } = of('carl');
  assert.deepEqual(
    [
      mayUse('search_knowledge'),
      mayUse('get_document'),
      maySee('jira:acme'),
      maySee('files:public'),
      maySee('files:public2'),
    ],
    [true, false, true, true, false],
  );
  assert.equal(isUnrestricted, false);
});

test('[role.issuer] a subject of another issuer with the same name has none of their roles', () => {
  assert.equal(of('olga', 'https://evil.example').mayDo('audit'), false);
  assert.equal(of('audrey', 'https://evil.example').mayDo('audit'), false);
});

test('[role.duty] a duty that is not theirs is refused with how to find who has it', () => {
  assert.throws(() => requireDuty(of('alice'), 'audit'), { code: 'ROLE_MISSING', kind: 'permission' });
  requireDuty(of('audrey'), 'audit');
});

test('[role.change] what was decided since stands above what is written down, for that person and role alone', () => {
  const decide = (person: string, role: string, isHeld: boolean) => ({
    person,
    role,
    isHeld,
    by: 'me',
    at: '',
  });
  const written = [{ id: 'ada', roles: ['reader', 'auditor'] }, { id: 'bob' }, { id: 'eve', roles: [] }];
  const decided = [
    decide('ada', 'auditor', false),
    decide('bob', 'admin', true),
    decide('olga', 'admin', false),
    decide('nobody', 'admin', true),
  ];
  const people = withDecidedRoles(written, 'olga', decided, (id) => ({ id }));
  const rolesOf = createRights(people, 'olga', []);
  const roles = (subject: string) => [...rolesOf({ issuer: 'local', subject }).roles];
  assert.deepEqual(['ada', 'bob', 'eve', 'olga', 'nobody'].map(roles), [
    ['reader'],
    ['reader', 'admin'],
    [],
    ['reader', 'auditor'],
    ['reader'],
  ]);
});

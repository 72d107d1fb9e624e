import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { after, before, describe, it } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { Secret } from '@fumikura/config';
import { readLdap } from '@fumikura/provider-ldap';
import type { LdapOptions } from '@fumikura/provider-ldap';
import { until } from '@fumikura/testkit';
import { Attribute, Change } from 'ldapts';
import { createHome } from '../e2e/fumi.ts';
import type { Home } from '../e2e/fumi.ts';
import { serve } from './serving.ts';
import type { Serving } from './serving.ts';
import { PASSWORD, slapdMissing, startSlapd, SUFFIX } from './slapd.ts';
import type { Slapd } from './slapd.ts';

const PEOPLE = 240;
const READER = `cn=reader,${SUFFIX}`;
const dn = (uid: string) => `uid=${uid},ou=people,${SUFFIX}`;
const groupDn = (cn: string) => `cn=${cn},ou=groups,${SUFFIX}`;

/** People beyond what one answer holds, and groups in groups that hold each other. */
async function fill({ admin }: Slapd): Promise<void> {
  await admin.add(SUFFIX, { objectClass: ['dcObject', 'organization'], dc: 'acme', o: 'Acme' });
  for (const ou of ['people', 'groups'])
    await admin.add(`ou=${ou},${SUFFIX}`, { objectClass: 'organizationalUnit', ou });
  for (const cn of ['reader', 'guest'])
    await admin.add(`cn=${cn},${SUFFIX}`, {
      objectClass: ['organizationalRole', 'simpleSecurityObject'],
      cn,
      userPassword: PASSWORD,
    });
  const uids = [
    'alice',
    'bob',
    'carol',
    ...Array.from({ length: PEOPLE - 3 }, (_, number) => `user${number}`),
  ];
  for (const uid of uids)
    await admin.add(dn(uid), {
      objectClass: 'inetOrgPerson',
      uid,
      cn: uid,
      sn: uid,
      mail: `${uid}@acme.example`,
      ...(uid === 'carol' && { employeeType: 'left' }),
    });
  const group = (cn: string, members: string[]) =>
    admin.add(groupDn(cn), { objectClass: 'groupOfNames', cn, member: members });
  await group('Board', [`UID=alice, OU=people,${SUFFIX}`]);
  await group('Staff', [groupDn('Board'), dn('bob'), dn('carol'), `uid=nobody,ou=people,${SUFFIX}`]);
  await admin.modify(
    groupDn('Board'),
    new Change({
      operation: 'add',
      modification: new Attribute({ type: 'member', values: [groupDn('Staff')] }),
    }),
  );
}

const rules = {
  persons: {
    base: `ou=people,${SUFFIX}`,
    filter: '(objectClass=inetOrgPerson)',
    id: 'entryUUID',
    userName: 'uid',
    name: 'cn',
    email: 'mail',
    inactive: '(employeeType=left)',
  },
  groups: {
    base: `ou=groups,${SUFFIX}`,
    filter: '(objectClass=groupOfNames)',
    id: 'entryUUID',
    name: 'cn',
    member: 'member',
  },
};

const missing = slapdMissing();

describe('LDAP as a directory of people', { concurrency: 1, skip: missing ?? false }, () => {
  let slapd: Slapd;
  before(async () => {
    slapd = await startSlapd(100);
    await fill(slapd);
  });
  after(() => slapd.stop());
  const options = (more: Partial<LdapOptions> = {}): LdapOptions => ({
    url: slapd.url,
    startTls: false,
    bindDn: READER,
    password: new Secret(PASSWORD),
    pageSize: 40,
    timeoutMs: 60_000,
    ...rules,
    ...more,
  });
  const read = (more: Partial<LdapOptions> = {}) => readLdap(options(more), AbortSignal.timeout(120_000));

  it('[ldap.whole] reads everybody over pages, groups in groups, and who may not come in', async () => {
    const { persons, groups, memberships } = await read();
    assert.equal(persons.length, PEOPLE);
    const names = new Map([
      ...persons.map(({ id, userName }) => [id, userName] as const),
      ...groups.map(({ id, name }) => [id, name] as const),
    ]);
    const members = Object.fromEntries(
      groups.map(({ id, name }) => [name, (memberships.get(id) ?? []).map((each) => names.get(each)).sort()]),
    );
    assert.deepEqual(members, { Board: ['Staff', 'alice'], Staff: ['Board', 'bob', 'carol'] });
    assert.deepEqual(
      persons.filter(({ isActive }) => !isActive).map(({ userName }) => userName),
      ['carol'],
    );
  });

  it('[ldap.whole] takes no part for the whole', async () => {
    // The server ends the walk of this account after a hundred entries.
    await assert.rejects(read({ bindDn: `cn=guest,${SUFFIX}` }), { code: 'SOURCE_UNAVAILABLE' });
    await assert.rejects(read({ persons: { ...rules.persons, base: `ou=nowhere,${SUFFIX}` } }), {
      code: 'CONFIG_INVALID',
    });
    await assert.rejects(readLdap(options(), AbortSignal.abort()), { name: 'AbortError' });
  });

  it('[ldap.safe] is refused with a wrong password, and reads nothing as nobody', async () => {
    await assert.rejects(
      read({ password: new Secret('wrong') }),
      (error: Error) => !error.message.includes('wrong'),
    );
    const nobody: Partial<LdapOptions> = { ...options() };
    delete (nobody as { bindDn?: string }).bindDn;
    await assert.rejects(readLdap(nobody as LdapOptions, AbortSignal.timeout(120_000)), {
      code: 'CONFIG_INVALID',
    });
  });

  it('[ldap.tls] trusts its own authority alone, by LDAPS and by StartTLS', async () => {
    const ca = readFileSync(slapd.caFile, 'utf8');
    const byName = slapd.url.replace('127.0.0.1', 'localhost');
    for (const way of [{ url: slapd.secureUrl }, { url: byName, startTls: true }]) {
      assert.equal((await read({ ...way, ca })).persons.length, PEOPLE);
      await assert.rejects(read(way), { code: 'SOURCE_UNAVAILABLE' }, 'an authority that nobody named');
    }
    await assert.rejects(
      read({ url: slapd.url, startTls: true, ca }),
      { code: 'SOURCE_UNAVAILABLE' },
      'another name than the certificate',
    );
    await assert.rejects(read({ url: 'ldap://192.0.2.1' }), { code: 'CONFIG_INVALID' }, 'never in the clear');
  });

  describe('in an installation', { concurrency: 1 }, () => {
    let home: Home;
    let server: Serving;
    const tokens: Record<string, string> = {};
    before(async () => {
      home = await createHome({ 'a.md': '# Otters\n\nThe otter swims.' });
      await home.write('board/plan.md', '# Plan\n\nThe otter is sold.');
      await home.write('ldap-password', `${PASSWORD}\n`);
      await home.write(
        'fumikura.yaml',
        `owner: chief
persons:
  - { id: me, osUser: ${userInfo().username}, roles: [reader, auditor, admin] }
sources:
  - { id: files:notes, root: ./notes, readers: [everyone] }
  - { id: files:board, root: ./board, readers: ['group:corp.board'] }
signIn: { publicUrl: 'http://127.0.0.1:7700' }
directories:
  - id: corp
    everySeconds: 5
    ldap:
      url: ${slapd.secureUrl}
      ca: ${slapd.caFile}
      bindDn: ${READER}
      password: { file: ./ldap-password }
      pageSize: 40
      persons: { base: 'ou=people,${SUFFIX}', inactive: (employeeType=left) }
      groups: { base: 'ou=groups,${SUFFIX}' }
`,
      );
      assert.equal((await home.run(['sync'])).code, 0);
      const synced = await home.run(['people', 'sync']);
      assert.equal(synced.code, 0, synced.stderr);
      for (const person of ['alice', 'bob', 'user1'])
        tokens[person] = String((await home.json('token', 'create', 'test', '--person', person))['token']);
      server = await serve(home);
    });
    after(async () => {
      await server.stop();
      await home.remove();
    });
    const becomes = (person: string, wanted: readonly string[] | number) =>
      until(async () => isDeepStrictEqual(await server.found(tokens[person] ?? '', 'otter'), wanted), {
        what: `${person} sees ${JSON.stringify(wanted)}`,
      });
    const [note, plan] = ['files:notes/a.md', 'files:board/plan.md'];

    it('[ldap.people] its people are persons with their groups, through every group above', async () => {
      await becomes('alice', [plan, note]);
      await becomes('bob', [plan, note]);
      await becomes('user1', [note]);
      const left = await home.run(['token', 'create', 'test', '--person', 'carol']);
      assert.equal(left.code, 2, 'who may not come in is nobody');
    });

    it('[ldap.leaver] a leaver loses access soon, and a change of groups counts', async () => {
      await slapd.admin.del(dn('alice'));
      await becomes('alice', 401);
      await slapd.admin.modify(
        groupDn('Staff'),
        new Change({
          operation: 'delete',
          modification: new Attribute({ type: 'member', values: [dn('bob')] }),
        }),
      );
      await becomes('bob', [note]);
      const { records } = (await home.json('audit', 'search', '--action', 'change')) as unknown as {
        records: { via: string; details: { left?: number } }[];
      };
      assert.ok(records.some(({ via, details }) => via === 'directory' && details.left === 1));
    });

    it('[ldap.guard] a directory that suddenly tells of few people changes nothing until somebody says so', async () => {
      for (let number = 2; number < 62; number++) await slapd.admin.del(dn(`user${number}`));
      const refused = await home.run(['people', 'sync', 'corp']);
      assert.equal(refused.code, 7);
      assert.match(refused.stdout, /60 of 2\d\d people of "corp" would leave at once/u);
      await becomes('user1', [note]);
      const allowed = (await home.json('people', 'sync', '--allow-leavers')) as unknown as {
        readings: { counts: { left: number } }[];
      };
      assert.equal(allowed.readings[0]?.counts.left, 60);
    });
  });
});

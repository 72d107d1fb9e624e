import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { until } from '@fumikura/testkit';
import { startGraphSimulator } from '../simulators/graph/server.ts';
import { ADA, BOB, smallCompany } from '../simulators/graph/small-company.ts';
import { addItem, guid } from '../simulators/graph/world.ts';
import type { Grant, GraphWorld } from '../simulators/graph/world.ts';
import type { Simulator } from '../simulators/kit/simulator.ts';
import { createHome } from './fumi.ts';
import type { Home } from './fumi.ts';
import { titlesOf, writeAs } from './people.ts';

const [FINANCE, PAYROLL] = [guid(2, 1), guid(2, 2)];
const to = (group: string): Grant => ({ kind: 'role', role: 'read', grantee: { to: 'group', id: group } });

/** Two people; salaries are for finance alone, where Ada is through a nested group. */
function company(): GraphWorld {
  const { world, drive } = smallCompany();
  world.groups.set(FINANCE, { id: FINANCE, name: 'Finance', isHidden: false, members: new Set([PAYROLL]) });
  world.groups.set(PAYROLL, { id: PAYROLL, name: 'Payroll', isHidden: false, members: new Set([ADA]) });
  addItem(world, drive, {
    id: 'travel',
    name: 'travel.md',
    isFolder: false,
    content: '# Travel\n\nBook trains before flights; the bonus for trains is ten points.',
  });
  addItem(world, drive, { id: 'pay', name: 'Pay', isFolder: true, grants: [to(FINANCE)] });
  addItem(world, drive, {
    id: 'salaries',
    name: 'salaries.md',
    isFolder: false,
    parent: 'pay',
    content: '# Salaries\n\nThe bonus of level four is twelve percent.',
  });
  return world;
}

describe('fumi with SharePoint', () => {
  const world = company();
  let simulator: Simulator;
  let home: Home;
  before(async () => {
    simulator = await startGraphSimulator(world);
    home = await createHome();
    await home.write('secret.txt', 'simulated\n');
  });
  after(async () => {
    await home.remove();
    await simulator.close();
  });

  /** Whoever runs the command is this person. */
  const iAm = (person: 'ada' | 'bob', credential = '{ secret: { file: ./secret.txt } }') =>
    writeAs(
      home,
      person,
      { ada: 'email: Ada@contoso.example', bob: `accounts: ['user:sharepoint:contoso:${BOB}']` },
      `schedules: { content: 1s, permissions: 1s, directory: 1s, census: 1s }
sources:
  - id: sharepoint:contoso
    tenant: contoso.example
    clientId: ${guid(5, 1)}
    credential: ${credential}
    graphUrl: ${simulator.url}/
    loginUrl: ${simulator.url}/
`,
    );
  const finds = () => titlesOf(home, 'bonus');

  it('[cli.guided] is added by flags: tried first, its secret stored apart, and nothing kept of a failed try', async () => {
    await home.write('fumikura.yaml', 'owner: me\n');
    const add = (secret: string) =>
      home.run([
        ...['source', 'add', 'sharepoint', '--name', 'contoso', '--tenant', 'contoso.example', '--client-id'],
        ...[
          guid(5, 1),
          '--proof',
          'secret',
          '--credential-secret',
          secret,
          '--graph-url',
          `${simulator.url}/`,
        ],
        ...['--login-url', `${simulator.url}/`],
      ]);
    const shown = await add('simulated');
    assert.equal(shown.code, 2);
    assert.match(shown.stderr, /--credential-secret: a secret is not written on a command line/);
    await home.write('wrong.txt', 'wrong');
    const refused = await add('file:wrong.txt');
    assert.notEqual(refused.code, 0);
    assert.deepEqual((await home.json('sources'))['sources'], []);
    const added = await add('file:secret.txt');
    assert.equal(added.code, 0, added.stderr);
    assert.match(
      added.stdout,
      /Added sharepoint:contoso, read as .*would read: .*Missing: Member\.Read\.Hidden/s,
    );
    const unknown = await home.run(['source', 'add', 'sharepoint', '--name', 'two']);
    assert.equal(unknown.code, 2);
    assert.match(unknown.stderr, /Still to be said.*--tenant <value>/s);
  });

  it('[access.groups] shows each person what their groups open, and another person nothing of it', async () => {
    await iAm('ada');
    const synced = await home.run(['sync']);
    assert.equal(synced.code, 0, synced.stderr);
    assert.deepEqual(await finds(), ['Salaries', 'Travel']);
    await iAm('bob');
    assert.deepEqual(await finds(), ['Travel']);
    assert.deepEqual(simulator.violations, []);
  });

  it('[access.groups] takes a membership away without reading any document', async () => {
    await iAm('ada');
    world.groups.get(PAYROLL)?.members.delete(ADA);
    simulator.forgetRequests();
    const synced = await home.run(['sync', 'sharepoint:contoso', '--directory']);
    assert.equal(synced.code, 0, synced.stderr);
    assert.deepEqual(await finds(), ['Travel']);
    assert.ok(
      simulator.requests.every(({ path }) => !/\/download\/|\/delta|\/permissions/u.test(path)),
      `neither items nor their readers: ${simulator.requests.map(({ operation }) => operation).join(', ')}`,
    );
  });

  it('says in the check-up as whom it reads, what, and which right is missing', async () => {
    const { stdout } = await home.run(['doctor']);
    assert.match(stdout, /source sharepoint:contoso: can be read.*1 sites?.*without Member\.Read\.Hidden/s);
  });

  it('[access.links] says whose account is whose, and what nobody has decided', async () => {
    world.users.set(guid(1, 3), {
      id: guid(1, 3),
      name: 'ada2',
      upn: 'ada@contoso.example',
      isGuest: false,
      isEnabled: true,
    });
    assert.equal((await home.run(['sync', '--directory'])).code, 0);
    const { people } = (await home.json('people')) as {
      people: { id: string; links: { account: string; by: string; state: string }[] }[];
    };
    const states = people.map(({ id: person, links }) => [
      person,
      ...links.map(({ by, state }) => `${by} ${state}`),
    ]);
    assert.deepEqual(states, [
      ['ada', 'email ambiguous', 'email ambiguous'],
      ['bob', 'configuration linked'],
    ]);
    assert.deepEqual(await finds(), [], 'an account that is not decided opens nothing');
    world.users.delete(guid(1, 3));
  });

  it('[access.links.decided] lets an administrator decide, and nobody else', async () => {
    const account = (person: string) => `user:sharepoint:contoso:${person}`;
    const refused = await home.run(['people', 'link', 'ada', account(ADA)]);
    assert.match(refused.stderr, /roles/u);
    assert.notEqual(refused.code, 0);
    const config = await readFile(join(home.folder, 'fumikura.yaml'), 'utf8');
    await home.write(
      'fumikura.yaml',
      config.replace('{ id: ada,', '{ id: ada, roles: [reader, auditor, admin],'),
    );
    for (const [person, wrong, why] of [
      ['ada', account(BOB), /is bob\. Take it from them first/u],
      ['ada', account('nobody'), /No source has an account/u],
      ['nobody', account(ADA), /There is no person/u],
      ['me', account(ADA), /no entry under "persons"/u],
    ] as const) {
      const { code, stderr } = await home.run(['people', 'link', person, wrong]);
      assert.deepEqual([code, why.test(stderr)], [2, true], stderr);
    }
    const linked = await home.run(['people', 'link', 'ada', account(ADA)]);
    assert.equal(linked.code, 0, linked.stderr);
    assert.deepEqual(await finds(), ['Travel']);
    assert.equal((await home.run(['people', 'unlink', 'ada', account(ADA)])).code, 0);
    assert.deepEqual(await finds(), [], 'although its address is hers alone again');
    assert.match((await home.run(['people'])).stdout, /ada .*decision +not used: decided to be nobody/u);
    assert.equal((await home.run(['people', 'link', 'ada', account(ADA)])).code, 0, 'and take it back');
    const { records } = (await home.json('audit', 'search', 'cli people')) as { records: { via: string }[] };
    assert.deepEqual(
      records.map(({ via }) => via).sort(),
      ['cli people link', 'cli people link', 'cli people link', 'cli people unlink'],
      'a refusal and three changes',
    );
  });

  it('[sync.schedule] reads such a source again on its own clock while it serves', async () => {
    world.groups.get(PAYROLL)?.members.add(ADA);
    await iAm('ada');
    const up = home.start(['up', '--port', '0']);
    const listings = () => simulator.requests.filter(({ path }) => path.endsWith('/groups')).length;
    const listedAgain = async () => {
      simulator.forgetRequests();
      await until(() => listings() >= 2);
    };
    // Listed is not yet written down.
    const untilFound = (titles: readonly string[]) =>
      until(async () => isDeepStrictEqual(await finds(), titles), { what: titles.join() });
    try {
      await up.says('Following changes');
      await listedAgain();
      await untilFound(['Salaries', 'Travel']);
      world.groups.get(PAYROLL)?.members.delete(ADA);
      await listedAgain();
      await untilFound(['Travel']);
      const { jobs } = (await home.json('jobs')) as { jobs: { job: string; last?: { outcome: string } }[] };
      assert.deepEqual(jobs.map(({ job }) => job).toSorted(), [
        'census',
        'content',
        'directory',
        'permissions',
      ]);
    } finally {
      up.process.kill('SIGINT');
      await up.ended;
    }
  });

  it('[config.secret] says which secret cannot be read, and never shows one', async () => {
    await iAm('ada', '{ secret: { env: NOT_SET_ANYWHERE } }');
    const outcome = await home.run(['sync']);
    assert.equal(outcome.code, 3);
    assert.match(
      outcome.stderr,
      /credential\.secret: the secret cannot be read.*NOT_SET_ANYWHERE is not set/,
    );
    await home.write('secret.txt', 'wrong-s3cret');
    await iAm('ada');
    const refused = await home.run(['sync', '--verbose']);
    assert.notEqual(refused.code, 0);
    assert.match(refused.stderr, /reconnected|credentials/);
    assert.ok(!`${refused.stdout}${refused.stderr}`.includes('wrong-s3cret'));
  });
});

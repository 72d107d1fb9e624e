import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startGithubSimulator } from '../simulators/github/server.ts';
import type { GithubSimulator } from '../simulators/github/server.ts';
import {
  addComment,
  addIssue,
  addRepository,
  addTeam,
  addUser,
  emptyWorld,
  push,
} from '../simulators/github/making.ts';
import { createHome } from './fumi.ts';
import type { Home } from './fumi.ts';
import { titlesOf, writeAs } from './people.ts';

/** Two people; the repository of the platform team is private, and Ada is in it through a child team. */
function company() {
  const world = emptyWorld();
  const acme = world.organisations.get('acme');
  if (!acme) throw new Error('the world has no organisation');
  acme.basePermission = 'none';
  const [ada, bob] = [addUser(world, 'ada'), addUser(world, 'bob')];
  for (const { id } of [ada, bob]) acme.members.set(id, 'member');
  const platform = addTeam(world, acme, 'platform');
  const storage = addTeam(world, acme, 'storage', { parent: platform.id, members: new Set([ada.id]) });
  const handbook = addRepository(world, 'acme', 'handbook', { visibility: 'internal', hasWiki: true });
  push(world, handbook, {
    'README.md': '# Handbook\n\nThe rollback of a release is described in each project.',
  });
  const infra = addRepository(world, 'acme', 'infra');
  infra.teams.set(platform.id, 'read');
  push(world, infra, { 'docs/rollback.md': '# Rollback of the database\n\nStop the writers first.' });
  const issue = addIssue(world, infra, 'Rollback took an hour', { body: 'Why so long?' });
  addComment(world, issue, 'The vacuum was running.');
  return { world, ada, bob, storage, infra };
}

describe('fumi with GitHub', () => {
  const { world, ada, bob, storage, infra } = company();
  let simulator: GithubSimulator;
  let home: Home;
  before(async () => {
    simulator = await startGithubSimulator(world);
    home = await createHome();
    await home.write('app.pem', simulator.privateKey);
  });
  after(async () => {
    await home.remove();
    await simulator.close();
  });

  /** Whoever runs the command is this person. */
  const iAm = (person: 'ada' | 'bob', key = '{ file: ./app.pem }') =>
    writeAs(
      home,
      person,
      {
        ada: `accounts: ['user:github:acme:${ada.id}']`,
        bob: `accounts: ['user:github:acme:${bob.id}']`,
      },
      `sources:
  - id: github:acme
    credential: { appId: 4711, privateKey: ${key} }
    apiUrl: ${simulator.url}/
`,
    );
  const finds = () => titlesOf(home, 'rollback');
  const EVERYTHING = ['Handbook', 'Rollback of the database', 'Rollback took an hour'];

  it('[access.groups] shows each person what GitHub shows them', async () => {
    await iAm('ada');
    const synced = await home.run(['sync']);
    assert.equal(synced.code, 0, synced.stderr);
    assert.deepEqual(await finds(), EVERYTHING);
    await iAm('bob');
    assert.deepEqual(await finds(), ['Handbook']);
    assert.deepEqual(simulator.violations, []);
    const { stdout } = await home.run(['sources', 'github:acme']);
    assert.match(stdout, /Read as app .*quota: [\d,]+ of [\d,]+ left, whole again \d{4}-/su);
  });

  it('[access.groups] takes a membership away without reading any item', async () => {
    await iAm('ada');
    storage.members.delete(ada.id);
    simulator.forgetRequests();
    const synced = await home.run(['sync', 'github:acme', '--permissions', '--directory']);
    assert.equal(synced.code, 0, synced.stderr);
    assert.deepEqual(await finds(), ['Handbook']);
    assert.ok(
      simulator.requests.every(
        ({ path }) => !/\/(?:git|issues|pulls|tarball|compare|releases)(?:\/|$)/u.test(path),
      ),
      simulator.requests.map(({ operation }) => operation).join(', '),
    );
  });

  it('opens a repository to its organisation at the next run', async () => {
    infra.visibility = 'internal';
    assert.equal((await home.run(['sync'])).code, 0);
    assert.deepEqual(await finds(), EVERYTHING);
  });

  it('says in the check-up as whom it reads, what, and what stays closed', async () => {
    const { stdout } = await home.run(['doctor']);
    assert.match(stdout, /source github:acme: can be read.*2 repositories.*wikis/s);
  });

  it('[config.secret] never shows a key', async () => {
    await home.write('app.pem', 'no-k3y-at-all');
    const refused = await home.run(['sync', '--verbose']);
    assert.notEqual(refused.code, 0);
    assert.match(refused.stderr, /private key/);
    assert.ok(!`${refused.stdout}${refused.stderr}`.includes('no-k3y-at-all'));
  });
});

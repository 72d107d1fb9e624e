import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startJiraSimulator } from '../simulators/jira/server.ts';
import {
  addComment,
  addGroup,
  addIssue,
  addLevel,
  addProject,
  addScheme,
  addUser,
  emptyWorld,
} from '../simulators/jira/making.ts';
import type { Simulator } from '../simulators/kit/simulator.ts';
import { createHome } from './fumi.ts';
import type { Home } from './fumi.ts';
import { titlesOf, writeAs } from './people.ts';

/** Two people in one project; what has the level "Board" is for Ada alone, through a group in a group. */
function company() {
  const world = emptyWorld();
  const [ada, bob] = ['ada', 'bob'].map((id) => addUser(world, { id: `5b10-${id}`, displayName: id }).id);
  assert.ok(ada && bob);
  const directors = addGroup(world, 'Directors', [ada]);
  const board = addGroup(world, 'Board', [directors.id]);
  const ours = { type: 'user', of: world.ourAccount } as const;
  const scheme = addScheme(world, [{ type: 'applicationRole' }]);
  const project = addProject(world, { key: 'PAY', lead: ada, scheme: scheme.id, name: 'Payroll' });
  const level = addLevel(world, 'Board', [{ type: 'group', of: board.id }, ours]);
  addIssue(world, project, {
    summary: 'Bonus for trains',
    description: 'The bonus for trains is ten points.',
  });
  const salaries = addIssue(world, project, {
    summary: 'Bonus of level four',
    description: 'The bonus of level four is twelve percent.',
    level: level.id,
  });
  addComment(world, salaries, { author: ada, text: 'Agreed with everybody.' });
  return { world, bob, directors, ada, scheme };
}

describe('fumi with Jira', () => {
  const { world, bob, directors, ada, scheme } = company();
  let simulator: Simulator;
  let home: Home;
  before(async () => {
    simulator = await startJiraSimulator(world);
    home = await createHome();
    await home.write('token.txt', 'simulated\n');
  });
  after(async () => {
    await home.remove();
    await simulator.close();
  });

  /** Whoever runs the command is this person. */
  const iAm = (person: 'ada' | 'bob') =>
    writeAs(
      home,
      person,
      { ada: `accounts: ['user:jira:acme:${ada}']`, bob: `accounts: ['user:jira:acme:${bob}']` },
      `sources:
  - id: jira:acme
    baseUrl: ${simulator.url}/
    credential: { email: fumikura@example.com, token: { file: ./token.txt } }
`,
    );
  const finds = async () =>
    (await titlesOf(home, 'bonus')).map((title) => title.replace(/^PAY-\d+ /u, '')).sort();

  it('[access.groups] shows each person what their groups open, and another person nothing of it', async () => {
    await iAm('ada');
    const synced = await home.run(['sync']);
    assert.equal(synced.code, 0, synced.stderr);
    assert.deepEqual(await finds(), ['Bonus for trains', 'Bonus of level four']);
    await iAm('bob');
    assert.deepEqual(await finds(), ['Bonus for trains']);
    assert.deepEqual(simulator.violations, []);
  });

  it('[access.groups] takes a membership and a grant away without reading any issue', async () => {
    await iAm('ada');
    directors.members.delete(ada);
    simulator.forgetRequests();
    const directory = await home.run(['sync', 'jira:acme', '--directory']);
    assert.equal(directory.code, 0, directory.stderr);
    assert.deepEqual(await finds(), ['Bonus for trains']);
    scheme.browse = [{ type: 'user', of: world.ourAccount }];
    const permissions = await home.run(['sync', 'jira:acme', '--permissions']);
    assert.equal(permissions.code, 0, permissions.stderr);
    assert.deepEqual(await finds(), []);
    assert.ok(simulator.requests.every(({ path }) => !path.includes('bulkfetch')));
  });

  it('says in the check-up as whom it reads, what, and which right is missing', async () => {
    world.ourRights.delete('ADMINISTER');
    const { stdout } = await home.run(['doctor']);
    assert.match(stdout, /source jira:acme: can be read.*1 projects?.*2 issues.*without Administer Jira/s);
  });
});

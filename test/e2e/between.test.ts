import assert from 'node:assert/strict';
import { userInfo } from 'node:os';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { startJiraSimulator } from '../simulators/jira/server.ts';
import { addIssue, addProject, addScheme, addUser, emptyWorld } from '../simulators/jira/making.ts';
import type { Simulator } from '../simulators/kit/simulator.ts';
import { createHome } from './fumi.ts';
import type { Home } from './fumi.ts';

describe('fumi while a source is being read', () => {
  const world = emptyWorld();
  const ada = addUser(world, { id: '5b10-ada', displayName: 'ada' }).id;
  const scheme = addScheme(world, [{ type: 'applicationRole' }]).id;
  const project = addProject(world, { key: 'PAY', lead: ada, scheme });
  for (let n = 0; n < 6_000; n++) addIssue(world, project, { summary: `Bonus ${n}` });
  let simulator: Simulator;
  let home: Home;
  before(async () => {
    simulator = await startJiraSimulator(world);
    home = await createHome();
    await home.write('token.txt', 'simulated\n');
    await home.write(
      'fumikura.yaml',
      `owner: me
persons:
  - { id: ada, accounts: ['user:jira:acme:${ada}'], osUser: ${userInfo().username} }
sources:
  - id: jira:acme
    baseUrl: ${simulator.url}/
    credential: { email: fumikura@example.com, token: { file: ./token.txt } }
`,
    );
    assert.equal((await home.run(['sync', '--directory'])).code, 0);
  });
  after(async () => {
    await home.remove();
    await simulator.close();
  });

  const finds = async () => ((await home.json('search', 'bonus'))['hits'] as unknown[]).length;

  it('[sync.access.between] reads readers at once when they are asked for from another terminal', async () => {
    const reading = home.start(['sync']);
    while ((await finds()) === 0) await delay(100);
    // Some sixty pages are left: none of this machine's haste may end the reading before it is looked at.
    simulator.setPace({ latencyMs: 1_500 });
    project.scheme = addScheme(world, [{ type: 'user', of: world.ourAccount }]).id;
    const asked = await home.run(['sync', 'jira:acme', '--permissions']);
    assert.equal(reading.process.exitCode, null, 'the first reading goes on');
    assert.deepEqual([asked.code, await finds()], [0, 0], asked.stderr);
    assert.match(asked.stderr, /read by another process: asked of it, between two batches/u);
    assert.match(asked.stdout, /readers, people and groups read again by that process/u);
    reading.process.kill('SIGINT');
    await reading.ended;
  });
});

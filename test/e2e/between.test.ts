import assert from 'node:assert/strict';
import { userInfo } from 'node:os';
import { after, before, describe, it } from 'node:test';
import { until } from '@fumikura/testkit';
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
  const write = (issues: number) => {
    for (let n = 0; n < issues; n++) addIssue(world, project, { summary: `Bonus ${n}` });
  };
  write(2_000);
  let simulator: Simulator;
  let home: Home;
  before(async () => {
    simulator = await startJiraSimulator(world, { idsAPage: 100 });
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
    // As much is written as is read of contents: their reading does not end by itself, that of readers does.
    simulator.disturb(({ url }, answer) => {
      if (url.pathname.endsWith('/issue/bulkfetch')) write(100);
      return answer;
    });
    const reading = home.start(['sync']);
    await until(async () => (await finds()) > 0, { withinMs: 200_000 });
    simulator.setPace({ latencyMs: 100 });
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

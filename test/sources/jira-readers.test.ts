import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { randomWorld } from '../simulators/jira/random-world.ts';
import { addComment, addIssue, addLevel, touch } from '../simulators/jira/making.ts';
import { followsEdits, revokesWithoutContent } from './follows-edits.ts';
import { collect, company, ID, signal, Stage } from './jira-stage.ts';
import { jiraConnector } from './jira-world.ts';

describe('readers of Jira', () => {
  const stage = new Stage();
  afterEach(() => stage.close());

  for (const [deployment, seed] of [
    ['cloud', 2],
    ['cloud', 5],
    ['data-center', 3],
    ['data-center', 4],
  ] as const)
    it(`reads ${deployment} site ${seed}, follows edits and lets nobody see more than the source`, async () => {
      await stage.open(randomWorld(seed, 24, deployment), { firstPage: 2 });
      await followsEdits(stage.source, stage.synced, { seed, edits: 6 });
    });

  it('lets a revocation through by the permission and directory passes alone', async () => {
    await stage.open(randomWorld(5, 24, 'cloud'));
    await revokesWithoutContent(stage.source, stage.synced, 20);
  });

  it('takes a group out of a project of many issues by one list, and touches no document', async () => {
    const { world, scheme, ours, project } = company();
    for (let n = 0; n < 250; n++) addIssue(world, project, { summary: `issue ${n}` });
    await stage.open(world);
    await stage.synced.sync();
    assert.ok((await stage.compare('before')) >= 250);
    scheme.browse = [ours];
    const run = await stage.synced.sync({ passes: ['access'] });
    assert.deepEqual(
      [run.counters['aclChanged'], run.counters['written'], run.counters['removed']],
      [0, 0, 0],
    );
    const { leaks, open: opened } = await stage.synced.compare();
    assert.deepEqual([leaks, opened], [[], 250], 'our own account is left');
    assert.equal(
      stage.asked('bulkfetch'),
      6,
      'no issue is fetched again: three pages of issues and of their history',
    );
  });

  it('takes people out of levels and roles by the permission pass, though our account is out, too', async () => {
    const { world, project, ada, ours } = company();
    const level = addLevel(world, 'Few', [{ type: 'user', of: ada }, ours]);
    const issue = addIssue(world, project, { summary: 'secret', level: level.id });
    addComment(world, issue, { author: ada, text: 'few', visibility: { type: 'role', of: '10002' } });
    await stage.open(world);
    await stage.synced.sync();
    level.holders = [];
    project.roles.get('10002')?.users.clear();
    await stage.synced.sync({ passes: ['access'] });
    const ids = [`project/${project.id}/level/${level.id}`, `project/${project.id}/role/10002`];
    const lists = await stage.synced.store.catalog.lists(ids.map((id) => `${ID}/${id}`));
    assert.deepEqual(
      lists.map(({ members }) => members),
      [[], []],
    );
  });

  it('reads who reported and who was added by each issue for itself', async () => {
    const { world, scheme, ours, ada, bob, project } = company();
    scheme.browse = [ours, { type: 'reporter' }];
    const hers = addIssue(world, project, { summary: 'hers', reporter: ada });
    addIssue(world, project, { summary: 'his', reporter: bob });
    addIssue(world, project, { summary: 'nobody', reporter: undefined });
    await stage.open(world);
    await stage.synced.sync();
    assert.equal(await stage.compare('first'), 5, 'one each, and three by our account');
    hers.reporter = bob;
    touch(world, hers);
    await stage.synced.sync();
    await stage.compare('after another reporter');
  });

  it('closes a project whose scheme it may not read any more, in the middle of a run', async () => {
    const { world, project } = company();
    for (let n = 0; n < 250; n++) addIssue(world, project, { summary: `issue ${n}` });
    await stage.open(world);
    let batches = 0;
    await stage.synced.sync({
      onProgress: ({ phase }) => {
        if (phase === 'reading' && batches++ === 0) project.isOpenToUs = false;
      },
    });
    const { leaks, unexplained, open: opened } = await stage.synced.compare();
    assert.deepEqual([leaks, unexplained, opened], [[], [], 0]);
  });

  it('opens restricted comments again when the scheme of their project can be read again', async () => {
    const { world, project, ada } = company();
    const issue = addIssue(world, project, { summary: 'a' });
    addComment(world, issue, { author: ada, text: 'few', visibility: { type: 'role', of: '10002' } });
    project.isOpenToUs = false;
    await stage.open(world);
    await stage.synced.sync();
    await stage.synced.sync();
    assert.equal(await stage.compare('closed'), 0);
    project.isOpenToUs = true;
    await stage.synced.sync();
    assert.ok((await stage.compare('open again')) > 0);
    stage.source.simulator.forgetRequests();
    await stage.synced.sync({ passes: ['content'] });
    assert.equal(stage.asked('bulkfetch'), 0, 'once is enough');
  });

  it('says what it may not do and what stays closed by it', async () => {
    const { world, project } = company();
    addIssue(world, project, { summary: 'a' });
    world.ourRights.clear();
    project.isOpenToUs = false;
    await stage.open(world);
    const { account, missing, counts } = await stage.source.connector().check(signal);
    assert.equal(account, 'Fumikura');
    assert.deepEqual(
      missing.map(({ right }) => right),
      ['Browse users and groups', 'Administer projects', 'Administer Jira'],
    );
    assert.match(missing[1]?.consequence ?? '', /PAY/u);
    assert.deepEqual(counts, { projects: 1, issues: 1 });
    for (const [status, kind] of [
      [401, 'auth'],
      [403, 'permission'],
    ] as const) {
      stage.source.simulator.respondNext({ status, body: {} }, ({ url }) => url.pathname.endsWith('/myself'));
      await assert.rejects(stage.source.connector().check(signal), { kind });
    }
  });

  it('reads members of levels of Data Center from the configuration, and closes them without', async () => {
    const { world, project, ada, ours } = company('data-center');
    const level = addLevel(world, 'Few', [{ type: 'user', of: ada }, ours]);
    addIssue(world, project, { summary: 'secret', level: level.id });
    await stage.open(world);
    const members = async (config: object) => {
      const connector = jiraConnector(stage.source.simulator.url, 'data-center', { config });
      const lists = (await collect(connector.pull(undefined, signal))).flatMap(({ changes }) =>
        changes.flatMap((each) => (each.kind === 'list' ? [each.list] : [])),
      );
      return lists.find(({ id }) => id.includes('/level/'))?.members;
    };
    assert.deepEqual(await members({}), []);
    const stated = {
      securityLevels: [{ level: level.id, members: ['user:ada', 'group:Staff', 'role:10002'] }],
    };
    assert.deepEqual(await members(stated), [
      `group:${ID}:staff`,
      `user:${ID}:712020:fumikura`,
      `user:${ID}:ada`,
      `user:${ID}:bob`,
    ]);
  });
});

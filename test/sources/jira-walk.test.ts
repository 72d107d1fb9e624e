import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import type { SimulatedRequest } from '../simulators/kit/simulator.ts';
import { randomWorld } from '../simulators/jira/random-world.ts';
import { addIssue, addProject, touch } from '../simulators/jira/making.ts';
import { later } from '../simulators/jira/world.ts';
import { collect, company, documents, signal, Stage } from './jira-stage.ts';
import { jiraConnector, serveJira } from './jira-world.ts';

describe('the walk through Jira', () => {
  const stage = new Stage();
  afterEach(() => stage.close());

  it('removes what is deleted or archived, and takes it back when it returns without a change', async () => {
    const { world, project } = company();
    const other = addProject(world, { key: 'OLD', lead: project.lead, scheme: project.scheme });
    const [kept, archived] = [
      addIssue(world, project, { summary: 'kept' }),
      addIssue(world, other, { summary: 'old' }),
    ];
    await stage.open(world);
    await stage.synced.sync();
    other.isArchived = true;
    await stage.synced.sync();
    assert.deepEqual(await stage.indexed(), [`issue/${kept.id}`]);
    other.isArchived = false;
    later(world, 86_400_000);
    await stage.synced.sync();
    assert.deepEqual(await stage.indexed(), [`issue/${kept.id}`, `issue/${archived.id}`].sort());
  });

  it('finds what the search learns of late', async () => {
    const { world, project } = company();
    const late = addIssue(world, project, { summary: 'late' });
    world.lagging.set(late.id, undefined);
    addIssue(world, project, { summary: 'in time' });
    await stage.open(world);
    await stage.synced.sync({ passes: ['content'] });
    assert.equal((await stage.indexed()).length, 1);
    world.lagging.clear();
    stage.source.simulator.forgetRequests();
    await stage.synced.sync({ passes: ['content'] });
    assert.equal((await stage.indexed()).length, 2);
    assert.ok(stage.asked('bulkfetch') > 0);
  });

  it('misses nothing when issues change while they are paged', async () => {
    for (const deployment of ['cloud', 'data-center'] as const) {
      const { world, project } = company(deployment);
      const issues = Array.from({ length: 350 }, (_, n) =>
        addIssue(world, project, { summary: `issue ${n}` }),
      );
      const server = await serveJira(world);
      const ids = new Set<string>();
      let checkpoint: unknown;
      for await (const batch of server.connector().pull(undefined, signal)) {
        for (const { id } of documents([batch])) ids.add(id);
        checkpoint = batch.checkpoint;
        // Everything behind these moves up by as many places.
        for (const issue of issues.slice(ids.size - 60, ids.size - 20)) touch(world, issue);
      }
      for (const { id } of documents(await collect(server.connector().pull(checkpoint as never, signal))))
        ids.add(id);
      assert.equal(ids.size, issues.length, deployment);
      assert.deepEqual(server.simulator.violations, []);
      await server.close();
    }
  });

  it('pages Data Center beyond the window of results', async () => {
    const { world, project } = company('data-center');
    for (let n = 0; n < 1_300; n++) addIssue(world, project, { summary: `issue ${n}` });
    await stage.open(world, { window: 1_000 });
    await stage.synced.sync();
    assert.equal((await stage.indexed()).length, 1_300);
  });

  it('gives the same ids from every checkpoint', async () => {
    for (const deployment of ['cloud', 'data-center'] as const) {
      const server = await serveJira(randomWorld(8, 500, deployment));
      const batches = await collect(server.connector().pull(undefined, signal));
      const ids = (all: typeof batches) => documents(all).map(({ id }) => id);
      const whole = new Set(ids(batches));
      assert.ok(batches.length > 3, `${batches.length} batches`);
      for (const [at, { checkpoint }] of batches.entries()) {
        const rest = await collect(server.connector().pull(structuredClone(checkpoint), signal));
        const both = new Set([...ids(batches.slice(0, at + 1)), ...ids(rest)]);
        assert.deepEqual([...both].sort(), [...whole].sort());
      }
      await server.close();
    }
  });

  it('asks little: few requests for many issues, and nearly none when nothing changed', async () => {
    const { world, project, ada } = company();
    for (let n = 0; n < 1_000; n++) addIssue(world, project, { summary: `issue ${n}`, reporter: ada });
    await stage.open(world);
    await stage.synced.sync({ passes: ['content'] });
    assert.ok(
      stage.source.simulator.requests.length <= 0.05 * 1_000,
      `${stage.source.simulator.requests.length} requests`,
    );
    stage.source.simulator.forgetRequests();
    await stage.synced.sync({ passes: ['content'] });
    assert.ok(
      stage.source.simulator.requests.length <= 20,
      `${stage.source.simulator.requests.length} requests`,
    );
    assert.equal(stage.asked('bulkfetch'), 0);
  });

  it('begins a walk again when its token is refused, and ends when its account is', async () => {
    const { world, project } = company();
    for (let n = 0; n < 30; n++) addIssue(world, project, { summary: `issue ${n}` });
    await stage.open(world, { idsAPage: 10 });
    const isLater = ({ url, body }: SimulatedRequest) =>
      url.pathname.endsWith('/search/jql') && 'nextPageToken' in (body as object);
    stage.source.simulator.respondNext({ status: 400, body: { errorMessages: ['token expired'] } }, isLater);
    await stage.synced.sync({ passes: ['content'] });
    assert.equal((await stage.indexed()).length, 30);
    for (const issue of world.issues.values()) touch(world, issue);
    stage.source.simulator.respondNext({ status: 401, body: {} }, ({ url }) =>
      url.pathname.endsWith('/issue/bulkfetch'),
    );
    await assert.rejects(stage.synced.sync(), { kind: 'auth' });
    assert.equal((await stage.indexed()).length, 30, 'nothing is removed by that');
    await stage.synced.sync();
    await stage.compare('when it may again');
  });

  it('takes a listing that ends long before its count for cut, and removes nothing', async () => {
    const { world, project } = company();
    for (let n = 0; n < 60; n++) addIssue(world, project, { summary: `issue ${n}` });
    await stage.open(world, { idsAPage: 20 });
    await stage.synced.sync();
    const isLater = ({ url, body }: SimulatedRequest) =>
      url.pathname.endsWith('/search/jql') && 'nextPageToken' in (body as object);
    stage.source.simulator.respondNext({ status: 200, body: { issues: [], isLast: true } }, isLater);
    await assert.rejects(stage.synced.sync(), { code: 'CENSUS_FAILED' });
    assert.equal((await stage.indexed()).length, 60);
  });

  it('waits until a spent quota fills again', async () => {
    const { world, project } = company();
    addIssue(world, project, { summary: 'a' });
    await stage.open(world);
    const waits: number[] = [];
    let now = Date.parse('2026-06-05T05:59:30Z');
    const sleep = async (ms: number) => {
      now += ms;
      waits.push(ms);
    };
    const clock = { now: () => now, sleep };
    const headers = {
      'ratelimit-reason': 'jira-cost-based',
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset': '2026-06-05T06:00Z',
    };
    stage.source.simulator.respondNext({ status: 429, headers }, ({ url }) =>
      url.pathname.endsWith('/myself'),
    );
    await jiraConnector(stage.source.simulator.url, 'cloud', { deps: { clock } }).check(signal);
    assert.ok(
      waits.some((ms) => ms === 30_000),
      waits.join(),
    );
  });
});

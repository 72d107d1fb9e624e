import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { postgresMissing, until } from '@fumikura/testkit';
import { balancerMissing } from '../scale/balancer.ts';
import { startCluster } from '../scale/cluster.ts';
import type { Cluster } from '../scale/cluster.ts';
import { handleOf } from '../scale/company.ts';
import { Author, connectClients, Load } from '../scale/load.ts';
import type { Asker } from '../scale/load.ts';
import type { Member } from '../scale/processes.ts';
import { createSession } from '../scale/mcp-session.ts';
import type { ToolAnswer } from '../scale/mcp-session.ts';
import { shiftedClock } from '../scale/shifted-clock.ts';
import { smallDiskMissing } from '../scale/small-disk.ts';

const company = { teams: 2, people: 4, documentsATeam: 25 };
const DOCUMENTS = (company.teams + 1) * company.documentsATeam;
const HOUR_MS = 3_600_000;
const DISK_BYTES = 16_000_000;
/** Far beyond what a server takes to answer or to refuse, on whatever machine. */
const NEVER_MS = 60_000;
/** A busy machine is none of the faults that are looked at here. */
const PATIENT = 'search: { deadlineMs: 30000 }';
const THIS_VERSION = {};
const NEXT_VERSION = {
  NODE_OPTIONS: `--import=${fileURLToPath(new URL('../scale/next-version.mjs', import.meta.url))}`,
};

const missing = postgresMissing() ?? balancerMissing();

describe('servers and workers on a bad day', { skip: missing ?? false, timeout: 400_000 }, () => {
  let cluster: Cluster;
  let tokens: readonly string[];
  before(async () => {
    const small = smallDiskMissing() === undefined ? { diskBytes: DISK_BYTES } : {};
    cluster = await startCluster({
      company,
      servers: 2,
      workers: 1,
      schedule: '2s',
      more: PATIENT,
      ...small,
    });
    await cluster.settled(DOCUMENTS);
    tokens = await cluster.tokens(company.people);
  });
  after(() => cluster?.stop());

  /** Through the balancer unless a server is named. */
  const search = async (person: number, query: string, server?: number): Promise<ToolAnswer> => {
    const url = server === undefined ? cluster.url : cluster.urls[server];
    const session = createSession(`${url}/mcp`, tokens[person] ?? '', NEVER_MS);
    try {
      await session.begin();
      return await session.call('search_knowledge', { query });
    } finally {
      session.close();
    }
  };
  const isRight = async (server?: number) => {
    const answer = await search(0, handleOf(0, 1), server);
    return answer.structuredContent?.results[0]?.id === 'files:team0/d1.md';
  };
  /** What is said to somebody who asks now, by the server itself; never a document. */
  const refusal = async (person: number, server?: number) => {
    const said = await search(person, handleOf(0, 1), server).then(
      (answer) => {
        assert.ok(answer.isError ?? answer.structuredContent?.results.length === 0, JSON.stringify(answer));
        return JSON.stringify(answer);
      },
      (error: Error) => error.message,
    );
    assert.doesNotMatch(said, /d1\.md|no answer within/);
    return said;
  };
  const health = async (server: number) => {
    const answer = await fetch(`${cluster.urls[server]}/health/ready`);
    return {
      status: answer.status,
      body: (await answer.json()) as { status: string; dependencies: object },
    };
  };

  it('[scale.degraded] an index that swallows everything is said within the time of an answer', async () => {
    cluster.toIndex.set('silent');
    try {
      assert.match(await refusal(0, 0), /search index|within/);
    } finally {
      cluster.toIndex.set('none');
    }
    await until(isRight);
  });

  it('[scale.closed] a catalog that swallows everything is refused in time, and nobody is shown anything', async () => {
    cluster.toCatalog.set('silent');
    try {
      await refusal(0, 0);
      await until(async () => (await health(0)).status === 503);
    } finally {
      cluster.toCatalog.set('none');
    }
    await until(() => isRight(0));
    await until(() => isRight(1));
  });

  it('[scale.half-open] connections whose other end is gone cost one wait, and new ones are made', async () => {
    for (const way of [cluster.toCatalog, cluster.toIndex]) {
      assert.ok(await isRight(0));
      way.set('half-open');
      await until(() => isRight(0));
      // Not one more of the pool is met that hangs.
      for (let round = 0; round < 10; round++) assert.ok(await isRight(0));
      way.set('none');
      await until(() => isRight(1));
    }
  });

  it('[scale.slow-link] slow ways make answers late, not wrong', async () => {
    cluster.toIndex.set(150);
    cluster.toCatalog.set(40);
    try {
      for (const server of [0, 1]) {
        const answer = await search(0, handleOf(0, 1), server);
        assert.equal(answer.structuredContent?.results[0]?.id, 'files:team0/d1.md');
        assert.equal(answer.structuredContent?.coverage.complete, true);
        assert.equal((await search(1, handleOf(0, 1), server)).structuredContent?.results.length, 0);
      }
    } finally {
      cluster.toIndex.set('none');
      cluster.toCatalog.set('none');
    }
  });

  it('[scale.early] a server and a worker that start before their stores say so, and come up by themselves', async () => {
    const members = [cluster.servers[0], cluster.workers[0]].flatMap((member) => member ?? []);
    const ready = members.map((member) => member.health);
    for (const way of [cluster.toIndex, cluster.toCatalog]) {
      way.set('cut');
      try {
        for (const [at, member] of members.entries()) {
          await member.replace({ health: ready[at]?.replace('ready', 'live') ?? '' });
          const answer = await fetch(ready[at] ?? '');
          const body = { status: 'starting', dependencies: { stores: 'down' } };
          assert.deepEqual([answer.status, await answer.json()], [503, body]);
        }
      } finally {
        way.set('none');
      }
      for (const url of ready) await until(async () => (await fetch(url)).ok);
      await until(() => isRight(0));
    }
    for (const [at, member] of members.entries()) await member.replace({ health: ready[at] ?? '' });
    const author = new Author(cluster.folder, company, 77);
    await author.write(50, AbortSignal.timeout(300));
    await until(async () => (await lostOf(author)).length === 0);
  });

  it('[scale.clock] a server an hour off gets no requests, and a worker an hour off takes no lease of another', async () => {
    const [server] = cluster.servers;
    const [worker] = cluster.workers;
    const workerHealth = worker?.health ?? '';
    for (const hours of [1, -1]) {
      await server?.replace({
        environment: shiftedClock(hours * HOUR_MS),
        health: `${cluster.urls[0]}/health/startup`,
      });
      await until(async () => (await health(0)).status === 503);
      assert.deepEqual((await health(0)).body, {
        status: 'unavailable',
        dependencies: { catalog: 'up', index: 'up', clock: 'down' },
      });
      await wait(1_500);
      for (let round = 0; round < 6; round++) assert.ok(await isRight());
      const before = await cluster.runs();
      await worker?.replace({
        environment: shiftedClock(hours * HOUR_MS),
        health: workerHealth.replace('ready', 'startup'),
      });
      const author = new Author(cluster.folder, company, 40 + hours);
      await author.write(50, AbortSignal.timeout(300));
      await cluster.settled(DOCUMENTS);
      await until(async () => (await lostOf(author)).length === 0);
      const made = (await cluster.runs()).filter(({ id }) => !before.some((each) => each.id === id));
      assert.ok(
        made.every(({ outcome }) => outcome === 'completed' || outcome === 'cancelled'),
        JSON.stringify(made),
      );
    }
    await server?.replace({ environment: {}, health: `${cluster.urls[0]}/health/ready` });
    await worker?.replace({ environment: {}, health: workerHealth });
    await until(() => isRight(0));
  });

  it(
    '[scale.full-disk] what cannot be written down is not shown, and goes on when there is room again',
    { skip: smallDiskMissing() ?? false },
    async () => {
      assert.ok(await isRight(0));
      cluster.disk?.fill();
      try {
        // The last page of a file takes a few more records.
        await until(async () => !(await isRight(0).catch(() => false)));
        const said = await refusal(0, 0);
        assert.match(said, /written down|audit|room/i);
        assert.doesNotMatch(said, /ENOSPC|\.fumikura/);
      } finally {
        cluster.disk?.free();
      }
      await until(() => isRight(0));
      await until(() => isRight(1));
    },
  );

  it('[scale.two-versions] servers of the next version work beside older ones, which come back over its tables', async () => {
    const askers = await connectClients(cluster.url, tokens, 8);
    const load = new Load(askers, company, 5);
    const author = new Author(cluster.folder, company, 9);
    const end = new AbortController();
    const running = Promise.all([load.arrive(4, end.signal), author.write(400, end.signal)]);
    const [older, newer] = cluster.servers;
    const [worker] = cluster.workers;
    const steps: readonly (readonly [Member | undefined, Record<string, string>])[] = [
      [worker, NEXT_VERSION],
      [newer, NEXT_VERSION],
      [older, THIS_VERSION],
      [worker, THIS_VERSION],
      [newer, THIS_VERSION],
      [newer, NEXT_VERSION],
      [older, NEXT_VERSION],
    ];
    for (const [member, environment] of steps) {
      assert.equal(await member?.replace({ environment }), 0);
      await cluster.balancer.serving(cluster.servers.length);
    }
    await wait(500);
    end.abort();
    await running;
    assert.deepEqual(
      load.asked.filter(({ verdict }) => verdict !== 'right'),
      [],
    );
    assert.ok(load.asked.length > 20, `${load.asked.length}`);
    assert.ok(author.editions.size > 5);
    await cluster.settled(DOCUMENTS);
    assert.deepEqual(await author.lost((team) => askerOf(askers, team)), []);
    for (const { session } of askers) session.close();
  });

  async function lostOf(author: Author): Promise<string[]> {
    const askers = await connectClients(cluster.url, tokens, company.people);
    const lost = await author.lost((team) => askerOf(askers, team));
    for (const { session } of askers) session.close();
    return lost;
  }
});

function askerOf(askers: readonly Asker[], team: number): Asker {
  const asker = askers[Math.max(0, team)];
  if (!asker) throw new Error('nobody of that team asks');
  return asker;
}

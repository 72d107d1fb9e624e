import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { postgresMissing, until } from '@fumikura/testkit';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { balancerMissing } from '../scale/balancer.ts';
import { startCluster } from '../scale/cluster.ts';
import type { Cluster } from '../scale/cluster.ts';
import { documentText, editionOf, handleOf } from '../scale/company.ts';
import { createSession } from '../scale/mcp-session.ts';
import type { ToolAnswer } from '../scale/mcp-session.ts';

const company = { teams: 2, people: 4, documentsATeam: 12 };

describe(
  'servers and workers of their own',
  { skip: postgresMissing() ?? balancerMissing() ?? false, timeout: 240_000 },
  () => {
    let cluster: Cluster;
    let tokens: readonly string[];
    before(async () => {
      cluster = await startCluster({
        company,
        servers: 2,
        workers: 2,
        more: 'search: { deadlineMs: 30000 }',
      });
      await cluster.settled((company.teams + 1) * company.documentsATeam);
      tokens = await cluster.tokens(company.people);
    });
    after(() => cluster?.stop());

    const at = async <T>(
      server: number,
      person: number,
      work: (call: (tool: string, args: Record<string, unknown>) => Promise<ToolAnswer>) => Promise<T>,
    ): Promise<T> => {
      const session = createSession(`${cluster.urls[server]}/mcp`, tokens[person] ?? '', 60_000);
      try {
        await session.begin();
        return await work(session.call);
      } finally {
        session.close();
      }
    };
    const search = (server: number, person: number, args: Record<string, unknown>) =>
      at(server, person, (call) => call('search_knowledge', args));
    const health = async (server: number, path = 'ready') => {
      const answer = await fetch(`${cluster.urls[server]}/health/${path}`);
      return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
    };

    it("[scale.any-node] a page goes on at another server, and is nobody else's there", async () => {
      const query = { query: 'topic1 topic2 topic3', limit: 2 };
      const first = await search(0, 0, query);
      const cursor = first.structuredContent?.nextCursor;
      assert.ok(cursor);
      const [here, there] = [
        await search(0, 0, { ...query, cursor }),
        await search(1, 0, { ...query, cursor }),
      ];
      assert.deepEqual(there.structuredContent?.results, here.structuredContent?.results);
      assert.equal(here.structuredContent?.results.length, 2);
      assert.match(JSON.stringify(await search(1, 2, { ...query, cursor })), /cursor cannot be used/);
    });

    it('[scale.one-run] two workers read each source once', async () => {
      const runs = await cluster.runs();
      for (const pass of ['content', 'census'] as const) {
        const read = runs.filter(({ passes }) => passes.includes(pass));
        assert.equal(read.length, company.teams + 1, JSON.stringify(runs));
        assert.equal(new Set(read.map(({ source }) => source)).size, company.teams + 1);
      }
      assert.ok(
        runs.every(({ outcome }) => outcome === 'completed'),
        JSON.stringify(runs),
      );
    });

    it('[scale.revocation] a token that was revoked counts at no server', async () => {
      const [token = ''] = await cluster.tokens(1);
      const status = async (server: number) => {
        const session = createSession(`${cluster.urls[server]}/mcp`, token, 60_000);
        return session.begin().then(
          () => 200,
          (error: { status?: number }) => error.status,
        );
      };
      assert.deepEqual([await status(0), await status(1)], [200, 200]);
      await cluster.revoke(token);
      assert.deepEqual([await status(0), await status(1)], [401, 401]);
    });

    it('[scale.notices] whoever waits at a server hears what a worker wrote', async () => {
      const client = new Client({ name: 'waiting', version: '1' }, { versionNegotiation: { mode: 'auto' } });
      const headers = { authorization: `Bearer ${tokens[1]}` };
      const url = new URL(`${cluster.urls[1]}/mcp`);
      await client.connect(new StreamableHTTPClientTransport(url, { requestInit: { headers } }));
      const uri = 'fumi://doc/files:team1/d3.md';
      const heard = new Promise<string>((resolve) => {
        client.setNotificationHandler('notifications/resources/updated', ({ params }) => resolve(params.uri));
      });
      const subscription = await client.listen({ resourceSubscriptions: [uri] });
      await writeFile(join(cluster.folder, 'team1', 'd3.md'), documentText(1, 3, 'anew', 7));
      assert.equal(await heard, uri);
      const found = await search(0, 1, { query: editionOf(1, 3, 7) });
      assert.equal(found.structuredContent?.results[0]?.id, 'files:team1/d3.md');
      await subscription.close();
      await client.close();
    });

    it('[scale.degraded] an index that is away is said, and documents can still be read', async () => {
      cluster.toIndex.set('cut');
      try {
        const answer = await search(0, 0, { query: handleOf(0, 1) });
        const coverage = answer.structuredContent?.coverage;
        assert.equal(answer.isError ?? false, false);
        assert.deepEqual([coverage?.complete, answer.structuredContent?.results], [false, []]);
        assert.ok(
          coverage?.sources.every(
            ({ state, reason }) => state === 'failed' && reason?.includes('cannot be reached'),
          ),
        );
        assert.match(answer.structuredContent?.notices?.join() ?? '', /finding nothing means nothing/);
        const read = await at(0, 0, (call) => call('get_document', { id: 'files:team0/d1.md' }));
        assert.match(JSON.stringify(read), /handle1q1/);
        assert.deepEqual(await health(0), {
          status: 200,
          body: { status: 'degraded', dependencies: { catalog: 'up', index: 'down', clock: 'up' } },
        });
      } finally {
        cluster.toIndex.set('none');
      }
      await until(
        async () => (await search(0, 0, { query: handleOf(0, 1) })).structuredContent?.results.length === 1,
      );
    });

    it('[scale.closed] without the catalog everything is refused, and the process is not to blame', async () => {
      const session = createSession(`${cluster.urls[1]}/mcp`, tokens[0] ?? '', 60_000);
      await session.begin();
      assert.equal(
        (await session.call('search_knowledge', { query: handleOf(0, 1) })).structuredContent?.results.length,
        1,
      );
      cluster.toCatalog.set('cut');
      try {
        const refused = await session.call('search_knowledge', { query: handleOf(0, 1) }).then(
          (answer) => JSON.stringify(answer),
          (error: Error) => error.message,
        );
        assert.doesNotMatch(refused, /files:team0/);
        // What was asked a moment ago may be said once more.
        await until(async () => (await health(1)).status === 503);
        const { body } = await health(1);
        assert.equal(body['status'], 'unavailable');
        assert.deepEqual((body['dependencies'] as Record<string, string>)['catalog'], 'down');
        assert.equal((await health(1, 'live')).status, 200);
        assert.equal((await health(1, 'startup')).status, 200);
      } finally {
        cluster.toCatalog.set('none');
      }
      await until(async () => (await health(1)).status === 200);
      await until(
        async () => (await search(1, 0, { query: handleOf(0, 1) })).structuredContent?.results.length === 1,
      );
      session.close();
    });

    it('[scale.drain] a server that is told to end says so, answers what comes meanwhile, and ends well', async () => {
      const [server] = cluster.servers;
      const session = createSession(`${cluster.urls[0]}/mcp`, tokens[0] ?? '', 60_000);
      await session.begin();
      const replaced = server?.replace();
      await until(async () => (await health(0)).body['status'] === 'draining');
      assert.equal((await health(0)).status, 503);
      assert.equal((await health(0, 'live')).status, 200);
      const answer = await session.call('search_knowledge', { query: handleOf(0, 1) });
      assert.equal(answer.structuredContent?.results.length, 1);
      assert.equal(await replaced, 0);
      session.close();
    });
  },
);

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Secret } from '@fumikura/config';
import type { Principal } from '@fumikura/model';
import { randomWorld as confluence } from '../simulators/confluence/random-world.ts';
import { randomWorld as graph } from '../simulators/graph/random-world.ts';
import { randomWorld as jira } from '../simulators/jira/random-world.ts';
import { serveWorld as serveConfluence } from '../sources/confluence-world.ts';
import { serveJira } from '../sources/jira-world.ts';
import { serveWorld as serveSharepoint } from '../sources/sharepoint-world.ts';
import type { SourceWorld } from '../sources/source-world.ts';
import { never } from './stage.ts';

const accountOf = (person: Principal) => /^user:[^:]+:[^:]+:(.+)$/u.exec(person)?.[1] ?? '';

/** A token is the name of its person here; one that begins with `no` is none. */
const personOf = async (token: string) => (token.startsWith('no') ? undefined : token);

/** Items that are asked for themselves: a part of an issue has its lists beside it. */
const WORLDS: Readonly<Record<string, { open: (seed: number) => Promise<SourceWorld>; items: RegExp }>> = {
  sharepoint: { open: (seed) => serveSharepoint(graph(seed, 40), { personOf }), items: /\/drive\// },
  'jira of a data center': {
    open: (seed) => serveJira(jira(seed, 40, 'data-center'), { personOf }),
    items: /\/issue\/\d+$/,
  },
  'jira of the cloud': {
    open: (seed) => serveJira(jira(seed, 40, 'cloud'), { personOf }),
    items: /\/issue\/\d+$/,
  },
  'confluence of a data center': {
    open: (seed) => serveConfluence(confluence(seed, 40, 'data-center'), { personOf }),
    items: /\//,
  },
};

for (const [name, { open, items }] of Object.entries(WORLDS))
  describe(`${name}, asked as its people`, { timeout: 120_000 }, () => {
    it('[exchange.own] says of each person and item what the source does, and who they are', async () => {
      const seen = { open: 0, closed: 0, found: 0 };
      for (const seed of [2, 5]) {
        const world = await open(seed);
        const connector = world.connector();
        const asked = world.items().filter((id) => items.test(id));
        const words = ['plan', 'budget', 'report', 'notes'];
        try {
          for (const person of world.people().filter((each) => each !== 'anyone')) {
            const rights = connector.asPerson?.(new Secret(accountOf(person)));
            assert.ok(rights);
            assert.equal(await rights.account(never), person);
            for await (const { id, mayRead } of rights.mayRead(asked, never)) {
              assert.equal(mayRead, world.mayRead(person, id), `${person} and ${id}`);
              seen[mayRead ? 'open' : 'closed']++;
            }
            const { hits } = await rights.search({ words, limit: 50 }, never);
            for (const { id } of hits) assert.ok(world.mayRead(person, id), `${person} finds ${id}`);
            seen.found += hits.length;
          }
          assert.deepEqual(world.simulator.violations, []);
        } finally {
          await world.close();
        }
      }
      assert.ok(seen.open > 0 && seen.closed > 0, JSON.stringify(seen));
    });

    it('[exchange.refused] says so when a token is not taken, and asks no other way', async () => {
      const world = await open(2);
      try {
        const rights = world.connector().asPerson?.(new Secret('no token'));
        assert.ok(rights);
        await assert.rejects(rights.account(never), { code: 'SOURCE_UNAUTHORISED' });
        await assert.rejects(rights.search({ words: ['plan'], limit: 5 }, never), { kind: 'auth' });
        assert.ok(world.simulator.requests.every(({ status }) => status === 401));
      } finally {
        await world.close();
      }
    });

    it('[exchange.own] asks nothing of an item of another source', async () => {
      const world = await open(2);
      try {
        const [person = 'anyone' as Principal] = world.people();
        const rights = world.connector().asPerson?.(new Secret(accountOf(person)));
        const told: boolean[] = [];
        try {
          for await (const { mayRead } of rights?.mayRead(['github:else/repo/1/issue/1'], never) ?? [])
            told.push(mayRead);
        } catch (error) {
          assert.equal((error as { code?: string }).code, 'INVALID_ARGUMENT');
        }
        assert.ok(!told.includes(true));
        assert.equal(world.simulator.requests.length, 0);
      } finally {
        await world.close();
      }
    });
  });

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Principal } from '@fumikura/model';
import type { Connector } from '@fumikura/ports';
import { makeConfluenceWorld } from '../sources/confluence-world.ts';
import { makeGithubWorld } from '../sources/github-world.ts';
import { makeJiraWorld } from '../sources/jira-world.ts';
import { openSyncedWorld } from '../sources/leaks.ts';
import type { SyncedWorld } from '../sources/leaks.ts';
import { makeSharepointWorld } from '../sources/sharepoint-world.ts';
import type { MakeWorld, SourceWorld } from '../sources/source-world.ts';
import { ask, filterOf, liveOver, never } from './stage.ts';

const WORLDS: Readonly<Record<string, MakeWorld>> = {
  confluence: makeConfluenceWorld,
  jira: makeJiraWorld,
  github: makeGithubWorld,
  sharepoint: makeSharepointWorld,
};
/** Nothing but what the rules allow limits a search here. */
const PLENTY = { deadlineMs: 30_000, reads: 50, limit: 50, perMinute: 10_000, concurrency: 64 };
const EDITS = 40;

function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
}

/** Words that stand in what the source holds, taken from what its own search would be asked. */
async function wordsIn(synced: SyncedWorld, world: SourceWorld): Promise<string[]> {
  const texts: string[] = [];
  for (const person of world.people()) {
    const filter = await filterOf(synced.store, [person]);
    for (const { title } of await synced.store.catalog.readable(world.items(), filter)) texts.push(title);
  }
  const words = texts.flatMap((text) => text.match(/[\p{L}]{3,}/gu) ?? []);
  return [...new Set(words.map((word) => word.toLowerCase()))].slice(0, 12);
}

/** Everybody searches live after changes that the index knows nothing of; memberships alone are as of now. */
async function afterEdits(
  world: SourceWorld,
  synced: SyncedWorld,
  seed: number,
  seen: { shown: number; withheld: number },
): Promise<void> {
  await synced.sync();
  const words = await wordsIn(synced, world);
  const random = seeded(seed);
  for (let edit = 0; edit < EDITS; edit++) world.edit(random);
  await synced.sync({ passes: ['directory'] });
  const knowledge = await liveOver(synced.store, [world.connector()], { settings: PLENTY });
  for (const person of world.people()) {
    const { page, withheld } = await ask(knowledge, await filterOf(synced.store, [person]), words.join(' '));
    const live = page.hits.filter((hit) => hit.live);
    assert.deepEqual(
      live.filter(({ id }) => !world.mayRead(person, id)).map(({ id }) => `${person} is shown ${id}`),
      [],
    );
    assert.ok(page.coverage.sources.every(({ state }) => state === 'answered'));
    seen.shown += live.length;
    seen.withheld += withheld.length;
  }
  assert.deepEqual(world.simulator.violations, []);
}

for (const [name, make] of Object.entries(WORLDS))
  describe(`live search of ${name}`, { timeout: 120_000 }, () => {
    it('[search.live-readers] shows nobody what the source would not show them', async () => {
      const seen = { shown: 0, withheld: 0 };
      for (const seed of [3, 8, 21]) {
        const world = await make(seed, 40);
        const synced = await openSyncedWorld(world);
        try {
          await afterEdits(world, synced, seed, seen);
        } finally {
          await synced.close();
          await world.close();
        }
      }
      assert.ok(seen.withheld > 0, 'some was found and withheld');
      assert.ok(seen.shown > 0, 'some was read just now and shown');
    });

    it('finds what the index does not know, for those alone who may read it', async () => {
      const world = await make(5, 40);
      const synced = await openSyncedWorld(world);
      try {
        const { store } = synced;
        await synced.sync();
        const words = await wordsIn(synced, world);
        await store.catalog.removeSource(world.connector().id);
        await synced.sync({ passes: ['directory'] });
        const knowledge = await liveOver(store, [world.connector()], { settings: PLENTY });
        const found = new Map<Principal, number>();
        for (const person of world.people()) {
          const { page } = await ask(knowledge, await filterOf(store, [person]), words.join(' '));
          for (const { id, live } of page.hits) {
            assert.equal(live, true);
            assert.ok(world.mayRead(person, id), `${person} is shown ${id}`);
          }
          found.set(person, page.hits.length);
        }
        assert.ok(
          [...found.values()].some((count) => count > 0),
          'somebody finds something',
        );
        assert.equal(found.get('anyone'), 0, 'without an account the source is not even asked');
      } finally {
        await synced.close();
        await world.close();
      }
    });

    it('takes words for words, whatever they mean to the query language of the source', async () => {
      const world = await make(5, 40);
      const connector: Connector = world.connector();
      try {
        const words = ['AND', 'NOT', 'OR', 'type', 'project', 'repo', '鍵'];
        const answer = await connector.search?.({ words, limit: 5 }, never);
        assert.ok(Array.isArray(answer?.hits));
        assert.deepEqual(world.simulator.violations, []);
      } finally {
        await world.close();
      }
    });
  });

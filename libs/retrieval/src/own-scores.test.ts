import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { SearchIndex } from '@fumikura/ports';
import { createKnowledge } from './knowledge.ts';
import { openWorld } from './testing/world.ts';
import type { World } from './testing/world.ts';

const { signal } = new AbortController();

describe('evidence of an engine whose scores follow all documents', () => {
  let world: World;
  before(async () => {
    world = await openWorld();
    await world.write({
      secrets: { title: 'Secrets', parts: ['Secrets are rotated every 90 days by their owners.', 'Other.'] },
      keys: { title: 'Keys', parts: ['Keys of machines are rotated when somebody leaves.'] },
      long: { title: 'Offices', parts: [`${'Offices have rooms. '.repeat(40)} Secrets are kept there.`] },
    });
  });
  after(() => world.close());

  /** As an engine that scores by what it holds, and does not tell how rare words are. */
  async function evidence(factor: number) {
    const { index, catalog, commit, close } = world.store;
    const search: SearchIndex['search'] = async (request, access, given) => {
      const { rarity: _, ...answer } = await index.search(request, access, given);
      const candidates = answer.candidates.map((each) => ({ ...each, lexical: each.lexical * factor }));
      return { ...answer, candidates };
    };
    const other = new Proxy(index, {
      get: (target, name) => (name === 'search' ? search : (Reflect.get(target, name) as unknown)),
    });
    const knowledge = await createKnowledge({ store: { catalog, commit, close, index: other } });
    const query = { query: 'how often are secrets rotated', documents: 8 };
    const found = await knowledge.evidence(query, await world.as('anyone'), signal);
    await knowledge.close();
    return found;
  }

  it('[access.side-channels] is judged by what was found alone, to the last digit', async () => {
    const [one, other] = await Promise.all([evidence(1), evidence(3.7)]);
    assert.deepEqual(other, one);
    const [first, second] = one.documents;
    assert.equal(first?.title, 'Secrets');
    assert.equal(first.score, 1, 'a share of the best');
    assert.ok(first.lexical > (second?.lexical ?? 0) && (second?.lexical ?? 0) > 0);
  });
});

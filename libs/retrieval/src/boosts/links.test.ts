import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Principal } from '@fumikura/model';
import { createKnowledge } from '../index.ts';
import type { BoostSettings } from '../index.ts';
import { FEW, openWorld } from '../testing/world.ts';
import type { World } from '../testing/world.ts';

const signal = new AbortController().signal;

describe('what is found beside a document', () => {
  let world: World;
  const search = async (boosts: BoostSettings, query: string, ...more: Principal[]) => {
    const knowledge = await createKnowledge({ store: world.store, boosts });
    const page = await knowledge.search({ query, explain: true }, await world.as('anyone', ...more), signal);
    await knowledge.close();
    return new Map(page.hits.map(({ title, explain }) => [title, explain ?? {}]));
  };

  before(async () => {
    world = await openWorld();
    const space = (name: string, ...authors: string[]) => ({ breadcrumbs: [name], authors });
    await world.write({
      'Key rotation': { text: 'On key rotation: keys rotate every quarter.', ...space('Engineering', 'Bo') },
      'PAY-7 Rotate the keys': { text: 'The keys rotate late.', ...space('Payments', 'Cy') },
      Notes: { text: 'Rotate keys: see Key Rotation, and pay-7.', ...space('Sales', 'Dee') },
      Minutes: { text: 'On how keys rotate: https://x/Key rotation says it.', ...space('Sales', 'Bo') },
      Secret: {
        text: 'Keys rotate: PAY-7, PAY-7 and once more PAY-7.',
        readers: 'few',
        ...space('Vault', 'Eve'),
      },
      Keys: { text: 'Keys rotate. The word keys stands everywhere.', ...space('Sales', 'Dee') },
      Mine: { text: 'Something else.', ...space('Engineering', 'Ada') },
      Theirs: { text: 'Something else again.', readers: 'few', ...space('Vault', 'Ada') },
    });
    const accounts = [
      { principal: 'user:wiki:t:ada' as const, name: 'Ada', isActive: true, isPerson: true },
      { principal: FEW, name: 'Ada', isActive: true, isPerson: true },
    ];
    await world.store.catalog.stageDirectory('wiki:t', 'r', { accounts });
    await world.store.catalog.completeDirectory('wiki:t', 'r');
  });
  after(() => world.close());

  it('[boost.links] points to it by title, key or address; a title of one word is said without being meant', async () => {
    const found = await search({ links: { weight: 0.2 } }, 'keys rotate');
    assert.equal(found.get('Key rotation')?.['boost.links'], 0.2 * (2 / 5));
    assert.equal(found.get('PAY-7 Rotate the keys')?.['boost.links'], 0.2 * (1 / 4));
    assert.equal(found.get('Keys')?.['boost.links'], undefined);
    assert.equal(found.get('Notes')?.['boost.links'], undefined);
  });

  it('[boost.links] counts nothing for those who may not read what points', async () => {
    const found = await search({ links: { weight: 0.2 } }, 'keys rotate', FEW);
    assert.equal(found.get('PAY-7 Rotate the keys')?.['boost.links'], 0.2 * (2 / 5));
  });

  it('[boost.people] is of somebody who writes where the asker writes, as far as the asker may read', async () => {
    const boosts = { people: { weight: 0.1 } };
    const ada = await search(boosts, 'keys rotate', 'user:wiki:t:ada');
    const share = (title: string, of = ada) => of.get(title)?.['boost.people'];
    assert.deepEqual(
      ['Key rotation', 'Minutes', 'Notes', 'PAY-7 Rotate the keys'].map((title) => share(title)),
      [0.1, 0.1, undefined, undefined],
    );
    // Eve writes beside Ada in a space that only some may read.
    assert.equal(share('Secret', await search(boosts, 'keys rotate', FEW)), 0.1);
    const nobody = await search(boosts, 'keys rotate');
    assert.ok([...nobody.values()].every((explain) => explain['boost.people'] === undefined));
  });

  it('[boost.people] is found out for each person, also where it is kept', async () => {
    const knowledge = await createKnowledge({ store: world.store, boosts: { people: { weight: 0.1 } } });
    const boosted = async (...more: Principal[]) => {
      const access = await world.as('anyone', ...more);
      const { hits } = await knowledge.search({ query: 'keys rotate', explain: true }, access, signal);
      return hits.filter(({ explain }) => explain?.['boost.people'] !== undefined).length;
    };
    assert.deepEqual(
      [await boosted('user:wiki:t:ada'), await boosted(), await boosted('user:wiki:t:ada')],
      [2, 0, 2],
    );
    await knowledge.close();
  });
});

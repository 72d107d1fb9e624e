import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { LateRefusal } from '@fumikura/ports';
import { createKnowledge } from './index.ts';
import type { Knowledge, KnowledgeQuery } from './index.ts';
import { FEW, openWorld } from './testing/world.ts';
import type { World } from './testing/world.ts';

const signal = new AbortController().signal;

describe('habits of a person who searches', () => {
  let world: World;
  let knowledge: Knowledge;
  const search = async (query: string, more: Partial<KnowledgeQuery> = {}) =>
    knowledge.search({ query, ...more }, await world.as('anyone'), signal);
  const titles = async (query: string, more: Partial<KnowledgeQuery> = {}) =>
    (await search(query, more)).hits.map(({ title }) => title);

  before(async () => {
    world = await openWorld();
    await world.write({
      'Key rotation': { text: 'How to rotate signing keys of the payment gateway every quarter.' },
      'Gateway keys': {
        parts: ['Payment gateway keys are signing keys.', 'Rotate the signing keys of the gateway.'],
        labels: ['runbook'],
      },
      Canteen: { text: 'Lunch is served at noon. Vegetables on Mondays.' },
      Hidden: { text: 'Payment gateway narwhal signing keys.', readers: 'few', labels: ['secret'] },
    });
    knowledge = await createKnowledge({ store: world.store });
  });
  after(() => world.close());

  it('[query.correction] looks for the nearest readable word and says so, unless it is quoted or known', async () => {
    const page = await search('vegetabels for lunch');
    assert.deepEqual(page.corrections, [{ from: 'vegetabels', to: 'vegetables' }]);
    assert.equal(page.hits[0]?.title, 'Canteen');
    for (const meant of ['"vegetabels"', 'VEGETABELS', 'vegeTabels', 'vegetabels-1', 'narwahl', 'lunches'])
      assert.equal((await search(meant)).corrections, undefined, meant);
    const theirs = await knowledge.search({ query: 'narwahl' }, await world.as('anyone', FEW), signal);
    assert.deepEqual(theirs.corrections, [{ from: 'narwahl', to: 'narwhal' }]);
  });

  it('[search.similar] finds documents like one, without itself and without those the caller may not read', async () => {
    const id = 'wiki:t/Key rotation';
    assert.deepEqual(await titles('', { similarTo: id }), ['Gateway keys']);
    assert.deepEqual(await titles('-label:runbook', { similarTo: id }), []);
    const refused = { code: 'DOCUMENT_NOT_FOUND' };
    await assert.rejects(search('', { similarTo: 'wiki:t/Hidden' }), refused);
    await assert.rejects(search('', { similarTo: 'wiki:t/never' }), refused);
  });

  it('[facets.counts] counts everything that matches, and nothing that is hidden', async () => {
    const { facets, hits } = await search('signing keys', { facets: true, limit: 1 });
    assert.equal(hits.length, 1);
    assert.equal(facets?.documents, 2);
    assert.deepEqual(facets?.values.label, [{ value: 'runbook', documents: 1 }]);
    assert.equal((await search('label:runbook', { facets: true })).facets?.documents, 1);
    assert.equal((await search('keys')).facets, undefined);
  });

  it('[query.abbreviation] looks for the long form of an abbreviation that a readable document explains', async () => {
    await world.write({
      Explained: { text: 'The Quick Outage Review (QOR) is on Friday.' },
      Meant: { text: 'Notes of the quick outage review.' },
      'Hidden words': { text: 'The Zebra Vault Plan (ZVP).', readers: 'few' },
      Zebra: { text: 'A zebra.' },
    });
    assert.deepEqual(await titles('QOR'), ['Explained', 'Meant']);
    assert.deepEqual(await titles('qor'), ['Explained']);
    assert.deepEqual(await titles('ZVP'), []);
  });

  it('says how many more passages of a document fit', async () => {
    const { hits } = await search('signing keys gateway');
    assert.deepEqual(
      hits.map(({ title, furtherPassages }) => [title, furtherPassages]),
      [
        ['Gateway keys', 1],
        ['Key rotation', undefined],
      ],
    );
  });

  it('[suggest.words] completes what is typed, with words and titles', async () => {
    const found = await knowledge.suggest({ text: 'how to rot' }, await world.as('anyone'), signal);
    assert.deepEqual(found.queries, ['how to rotate']);
    const key = await knowledge.suggest({ text: 'ke' }, await world.as('anyone'), signal);
    assert.deepEqual(key.queries, ['key']);
    assert.deepEqual(key.documents.map(({ title }) => title).sort(), ['Gateway keys', 'Key rotation']);
    const narrowed = await knowledge.suggest({ text: 'ke', within: [] }, await world.as('anyone'), signal);
    assert.deepEqual(narrowed, { queries: [], documents: [] });
    await assert.rejects(knowledge.suggest({ text: 'ke', limit: 0 }, await world.as('anyone'), signal), {
      code: 'LIMIT_OUT_OF_RANGE',
    });
  });

  it('[access.late-titles] titles that are offered, and what others are to be like, are asked of the source', async () => {
    const [refused, silent] = ['wiki:t/Key rotation', 'wiki:t/Canteen'];
    const asked: string[] = [];
    const checked = await createKnowledge({
      store: world.store,
      lateCheck: {
        check: async (documents) => {
          asked.push(...documents.map(({ id }) => id));
          const withheld = new Map<string, LateRefusal>();
          for (const { id } of documents) {
            if (id === refused) withheld.set(id, 'source-refused');
            if (id === silent) withheld.set(id, 'source-unconfirmed');
          }
          return { withheld, troubled: new Map() };
        },
      },
    });
    const anyone = await world.as('anyone');
    const { documents } = await checked.suggest({ text: 'ke' }, anyone, signal);
    assert.deepEqual(
      documents.map(({ title }) => title),
      ['Gateway keys'],
    );
    assert.ok(asked.includes(refused));
    const like = (similarTo: string) => checked.search({ query: '', similarTo }, anyone, signal);
    await assert.rejects(like(refused), { code: 'DOCUMENT_NOT_FOUND' });
    await assert.rejects(like(silent), { code: 'SOURCE_UNCONFIRMED' });
    const { hits } = await like('wiki:t/Gateway keys');
    assert.ok(!hits.some(({ id }) => id === refused), 'and what is like another one is a hit like others');
  });

  it('answers by the best hits where the engine cannot explore', async () => {
    const { explore: _, ...index } = world.store.index;
    const plain = await createKnowledge({ store: { ...world.store, index } });
    const page = await plain.search(
      { query: 'keys vegetabels', facets: true },
      await world.as('anyone'),
      signal,
    );
    assert.equal(page.corrections, undefined);
    assert.deepEqual([page.facets?.documents, page.facets?.isLowerBound], [2, true]);
    const none = await plain.suggest({ text: 'ke' }, await world.as('anyone'), signal);
    assert.deepEqual(none, { queries: [], documents: [] });
  });

  it('[search.pages-stable] repeats nothing and loses nothing while the index changes between two pages', async () => {
    const name = (at: number) => `Walrus ${String(at).padStart(2, '0')}`;
    const make = (count: number, more = '') =>
      Object.fromEntries(
        Array.from({ length: count }, (_, at) => [name(at), { text: `walrus ${'x '.repeat(at)}${more}` }]),
      );
    await world.write(make(12));
    const first = await search('walrus', { limit: 4 });
    // All of the first page sinks, and a new one comes in above.
    await world.write(
      Object.fromEntries(first.hits.map(({ title }) => [title, { text: `walrus ${'long '.repeat(400)}` }])),
    );
    await world.write({ 'Walrus walrus': { text: 'walrus walrus walrus' } });
    const seen = first.hits.map(({ title }) => title);
    for (let { nextCursor } = first; nextCursor !== undefined;) {
      const page = await search('walrus', { limit: 4, cursor: nextCursor });
      assert.equal(page.hits[0]?.rank, seen.length + 1);
      seen.push(...page.hits.map(({ title }) => title));
      nextCursor = page.nextCursor;
    }
    assert.deepEqual(seen.toSorted(), [...Object.keys(make(12)), 'Walrus walrus'].toSorted());
  });
});

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createKnowledge } from '../index.ts';
import type { Knowledge, KnowledgeQuery } from '../index.ts';
import { FEW, openWorld } from '../testing/world.ts';
import type { World } from '../testing/world.ts';

const signal = new AbortController().signal;

describe('asking in the query language', () => {
  let world: World;
  let knowledge: Knowledge;
  const ask = async (query: string, more: Partial<KnowledgeQuery> = {}) => {
    const page = await knowledge.search({ query, ...more }, await world.as('anyone'), signal);
    return page.hits.map(({ id }) => id.slice(id.indexOf('/') + 1));
  };
  const refusal = async (query: string, more: Partial<KnowledgeQuery> = {}) => {
    const error = await ask(query, more).then(
      (hits) => assert.fail(`${query} was answered with ${hits.join()}`),
      (refused: { code: string; details: { near?: string[] } }) => refused,
    );
    return [error.code, error.details.near ?? []];
  };

  before(async () => {
    world = await openWorld();
    await world.write({
      plan: {
        parts: ['First chunk says keys, keys and keys.', 'We rotate the keys on Mondays.'],
        labels: ['runbook'],
        breadcrumbs: ['Engineering', 'Ops'],
        authors: ['Ada'],
        updatedAt: '2026-02-01T00:00:00Z',
      },
      draft: { text: 'A draft: keys rotate.', labels: ['old'], updatedAt: '2026-01-05T00:00:00Z' },
      ticket: { source: 'jira:acme', text: 'keys', kind: 'issue', updatedAt: '2025-12-01T00:00:00Z' },
      secret: { text: 'keys', readers: 'few', labels: ['hidden'], updatedAt: '2026-03-01T00:00:00Z' },
    });
    knowledge = await createKnowledge({ store: world.store });
  });
  after(() => world.close());

  it('[query.phrase] shows only documents that hold a phrase, at the place where they do', async () => {
    const { hits } = await knowledge.search({ query: '"rotate the keys"' }, await world.as('anyone'), signal);
    assert.deepEqual(
      hits.map(({ title }) => title),
      ['plan'],
    );
    const { text, highlights } = hits[0]?.snippet ?? assert.fail();
    assert.deepEqual(
      highlights.map(([start, end]) => text.slice(start, end)),
      ['rotate the keys'],
    );
    assert.deepEqual(await ask('keys -draft -source:jira'), ['plan']);
    assert.deepEqual((await ask('keys -label:runbook')).sort(), ['draft', 'ticket']);
  });

  it('[query.filters-only] lists what was changed last when there are no words', async () => {
    assert.deepEqual(await ask('kind:page'), ['plan', 'draft']);
    assert.deepEqual(await ask('-draft'), ['plan', 'ticket']);
    assert.deepEqual(await ask('', { filter: { kinds: ['page'] } }), ['plan', 'draft']);
    assert.deepEqual(await ask('after:2026-01 before:2026-02'), ['draft']);
    assert.deepEqual(await refusal(''), ['QUERY_EMPTY', []]);
  });

  it('takes a kind of source for all of its sources, and a space by its name', async () => {
    assert.deepEqual(await ask('keys source:jira'), ['ticket']);
    assert.deepEqual(await ask('keys project:engineering'), ['plan']);
    assert.deepEqual(await refusal('keys space:Enginering'), ['FILTER_VALUE_UNKNOWN', ['Engineering']]);
  });

  it('knows no value of documents that the caller may not read', async () => {
    assert.deepEqual(await refusal('label:hidden'), ['FILTER_VALUE_UNKNOWN', ['old', 'runbook']]);
  });

  it('takes me for the accounts that are the asker’s', async () => {
    const run = 'r';
    const accounts = [{ principal: FEW, name: 'Ada', isActive: true, isPerson: true }];
    await world.store.catalog.stageDirectory('wiki:t', run, { accounts });
    await world.store.catalog.completeDirectory('wiki:t', run);
    const own = await knowledge.search({ query: 'keys author:me' }, await world.as(FEW, 'anyone'), signal);
    assert.deepEqual(
      own.hits.map(({ title }) => title),
      ['plan'],
    );
    assert.deepEqual((await refusal('keys author:me'))[0], 'FILTER_VALUE_UNKNOWN');
  });

  it('[query.conflict] says when conditions exclude each other', async () => {
    for (const query of ['after:2026-02 before:2026-01', 'after:2026 before:2026-01', 'label:old -label:old'])
      assert.equal((await refusal(query))[0], 'QUERY_CONFLICT', query);
    assert.equal((await refusal('source:jira', { filter: { sources: ['wiki:t'] } }))[0], 'QUERY_CONFLICT');
  });

  it('knows no source outside of those it is narrowed to', async () => {
    assert.deepEqual(await ask('keys', { within: ['jira:acme'] }), ['ticket']);
    assert.deepEqual(await refusal('keys source:wiki:t', { within: ['jira:acme'] }), [
      'FILTER_VALUE_UNKNOWN',
      ['jira:acme'],
    ]);
    assert.deepEqual(await ask('keys', { within: [] }), []);
  });

  it('refuses or answers whatever is typed', async () => {
    assert.equal((await refusal('🎉'))[0], 'QUERY_WITHOUT_TERMS');
    assert.equal((await refusal('word '.repeat(2_000)))[0], 'QUERY_TOO_LONG');
    assert.deepEqual((await ask('"keys')).sort(), ['draft', 'plan', 'ticket']);
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { analyseQuery } from '@fumikura/text';
import type { Hit } from '../types.ts';
import { mergeByRank } from './merge.ts';
import { liveWords } from './words.ts';

function hit(name: string, more: Partial<Hit> = {}): Hit {
  return {
    id: `wiki:one/${name}`,
    title: name,
    url: '',
    source: 'wiki:one',
    rank: 0,
    kind: 'page',
    language: 'en',
    breadcrumbs: [],
    authors: [],
    labels: [],
    snippet: { text: '', highlights: [], headingPath: [], start: 0, end: 0 },
    duplicates: [],
    ...more,
  };
}

const names = (hits: readonly Hit[]) => hits.map(({ title }) => title);

describe('one list of the index and of live sources', () => {
  const indexed = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map((name) => hit(name));

  it('puts what both found above its neighbours, and what a source alone found first near the sixth', () => {
    const lists = [[{ hit: hit('c'), rank: 1 }], [{ hit: hit('x', { live: true }), rank: 1 }]];
    const merged = mergeByRank(indexed, lists, 10);
    assert.deepEqual(names(merged), ['c', 'a', 'b', 'd', 'e', 'x', 'f', 'g', 'h']);
    assert.deepEqual(
      merged.map(({ rank }) => rank),
      [1, 2, 3, 4, 5, 6, 7, 8, 9],
    );
  });

  it('shows an item as it was read just now, and an indexed one as the index has it', () => {
    const fresh = hit('a', { live: true, title: 'a, changed' });
    const merged = mergeByRank(
      indexed,
      [
        [
          { hit: fresh, rank: 1 },
          { hit: hit('b', { title: 'other' }), rank: 2 },
        ],
      ],
      2,
    );
    assert.deepEqual(names(merged), ['a, changed', 'b']);
  });

  it('takes a duplicate for the hit that names it', () => {
    const [first] = indexed;
    const owner = hit('a', {
      duplicates: [{ id: 'wiki:two/copy', title: 'copy', url: '', source: 'wiki:two' }],
    });
    const merged = mergeByRank(
      [owner, ...indexed.slice(1)],
      [[{ hit: hit('copy', { id: 'wiki:two/copy', live: true }), rank: 1 }]],
      3,
    );
    assert.deepEqual(names(merged), [first?.title, 'b', 'c']);
  });
});

describe('words for a live search', () => {
  const words = (query: string) => liveWords(query, analyseQuery(query));

  it('are those of the query, once each, without stop words and signs', () => {
    assert.deepEqual(words('How do we rotate the keys of PROJ-123? Rotate!'), [
      'rotate',
      'keys',
      'PROJ',
      '123',
      'Rotate',
    ]);
    assert.deepEqual(words('") OR title ~ "secret'), ['title', 'secret']);
    assert.deepEqual(words('経費精算の期限'), ['経費', '精算', '期限']);
  });

  it('are none where a query has none', () => {
    assert.deepEqual(words('?? !!'), []);
  });
});

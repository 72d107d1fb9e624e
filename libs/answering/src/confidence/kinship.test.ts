import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { EvidenceDocument } from '@fumikura/retrieval';
import { kinshipOf } from './kinship.ts';
import { beginningsHeld } from './wording.ts';

function documentOf(title: string, text: string): EvidenceDocument {
  const id = `test:${title}`;
  return {
    ...{ id, title, url: '', source: 'test:wiki', kind: 'page', language: 'en' },
    ...{ breadcrumbs: [], labels: [], duplicates: [], score: 1, lexical: 1, bestChunk: 0 },
    stored: { id, text, outline: [], chunks: [] },
  };
}

describe('kinship of documents', () => {
  const words = new Map([
    ['gateway', 4],
    ['session', 3],
  ]);
  const documents = [
    documentOf('Gateway session', 'The gateway ends a session. A session of the gateway is short.'),
    documentOf('Canteen', 'Soup, bread and salad are served at noon in the canteen.'),
    documentOf('Canteen prices', 'Soup and bread in the canteen cost little at noon.'),
  ];

  it('is nearest to the question where its words are, and to the others where they say the same', () => {
    const [gateway, canteen, prices] = kinshipOf(documents, new Set(words.keys()), words);
    assert.ok(gateway && canteen && prices);
    assert.ok(gateway.cosine > 0.3 && canteen.cosine === 0 && prices.cosine === 0);
    assert.ok(canteen.central > gateway.central && prices.company > gateway.company);
    assert.deepEqual([gateway.title, canteen.title], [1, 0]);
  });

  it('is a number also for one document, for an empty one and without words', () => {
    for (const some of [documents.slice(0, 1), [documentOf('', ''), documentOf('', '')]])
      for (const kinship of [
        ...kinshipOf(some, new Set(), new Map()),
        ...kinshipOf(some, new Set(words.keys()), words),
      ])
        for (const value of Object.values(kinship)) assert.ok(value >= 0 && value <= 1 + 1e-9);
    assert.deepEqual(kinshipOf([], new Set(), words), []);
  });
});

describe('beginnings of words', () => {
  it('are held in spite of endings, longer words counting more', () => {
    assert.equal(beginningsHeld('induced methylation', 'Induction methylates.'), 1);
    assert.equal(beginningsHeld('cat methylation', 'Methylates dogs.'), 6 / 9);
    assert.equal(beginningsHeld('is it?', 'It is.'), 0);
  });
});

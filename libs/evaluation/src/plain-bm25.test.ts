import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JudgedDocument } from './collection.ts';
import { plainBm25 } from './plain-bm25.ts';

async function* documents(): AsyncGenerator<JudgedDocument> {
  yield { id: 'long', title: '', text: `keys ${'other words '.repeat(40)}` };
  yield { id: 'short', title: 'Keys', text: 'rotated' };
  yield { id: 'none', title: 'Lunch', text: 'at noon' };
  yield { id: 'ja', title: '', text: '鍵の交換は四半期ごとに行う' };
}

describe('plain BM25, the measure of ours', () => {
  it('prefers the shorter text, counts the title as text, and leaves out what has no word', async () => {
    const search = await plainBm25(documents());
    assert.deepEqual(await search('rotating keys'), ['short', 'long']);
    assert.deepEqual(await search('鍵の交換'), ['ja']);
    assert.deepEqual(await search('unheard'), []);
  });
});

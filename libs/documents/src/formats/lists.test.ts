import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listBlock } from './lists.ts';

test('labels that count from 1 go without saying, others are text', () => {
  const items = (labels: readonly (string | undefined)[]) =>
    labels.map((label, index) => ({ text: `t${index}`, depth: 2, label }));
  assert.deepEqual(listBlock(items(['1.', '2.'])), {
    type: 'list',
    ordered: true,
    items: [
      { text: 't0', depth: 0 },
      { text: 't1', depth: 0 },
    ],
  });
  assert.deepEqual(listBlock(items(['3.', undefined])), {
    type: 'list',
    ordered: false,
    items: [
      { text: '3. t0', depth: 0 },
      { text: 't1', depth: 0 },
    ],
  });
});

test('a list of any length is one list', () => {
  const block = listBlock(Array.from({ length: 300_000 }, () => ({ text: 'x', depth: 0 })));
  assert.equal(block.type === 'list' && block.items.length, 300_000);
});

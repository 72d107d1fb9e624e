import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readNumbers, writeNumbers } from './numbers.ts';

describe('numbers as ranges', () => {
  it('keeps each number once, whatever the order', () => {
    const text = writeNumbers([7, 3, 1, 2, 3, 9, 8]);
    assert.equal(text, '1-3,7-9');
    assert.deepEqual([...readNumbers(text)], [1, 2, 3, 7, 8, 9]);
  });

  it('is empty for none', () => {
    assert.equal(writeNumbers([]), '');
    assert.deepEqual([...readNumbers('')], []);
  });

  it('stays small for very many', () => {
    const many = Array.from({ length: 50_000 }, (_, at) => at + 1).filter((number) => number % 1_000 !== 0);
    assert.ok(writeNumbers(many).length < 1_000);
    assert.equal(readNumbers(writeNumbers(many)).size, many.length);
  });
});

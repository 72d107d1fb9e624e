import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { memoryGuard } from './memory.ts';

describe('the guard of memory', () => {
  it('[attack.limits] refuses while too much is held, and lets in again; it looks a few times a second at most', () => {
    let [held, now, looks] = [50, 0, 0];
    const isFull = memoryGuard(
      100,
      () => now,
      () => (looks++, held),
    );
    assert.equal(isFull(), false);
    held = 101;
    assert.equal(isFull(), false, 'not looked at yet');
    now += 250;
    assert.equal(isFull(), true);
    held = 99;
    now += 250;
    assert.deepEqual([isFull(), looks], [false, 3]);
  });

  it('[attack.limits] never refuses without a limit', () => {
    assert.equal(
      memoryGuard(
        0,
        () => 0,
        () => Infinity,
      )(),
      false,
    );
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LoadGate } from './limits.ts';

function gate(concurrent: number, perMinute: number) {
  let now = 0;
  const made = new LoadGate({ concurrent, perMinute }, () => now);
  return { enter: (caller: string) => made.enter(caller), later: (ms: number) => void (now += ms) };
}

describe('limits of a caller', () => {
  it('[attack.limits] D at once no more than allowed, each for themselves, and again when one is done', () => {
    const { enter } = gate(2, 100);
    const first = enter('ada');
    enter('ada');
    assert.equal(enter('ada'), 1, 'seconds to wait');
    assert.equal(typeof enter('bob'), 'function');
    assert.ok(typeof first === 'function');
    first();
    assert.equal(typeof enter('ada'), 'function');
    assert.equal(enter('ada'), 1);
  });

  it('[attack.limits] D within a minute no more than allowed, then anew', () => {
    const { enter, later } = gate(100, 3);
    for (let n = 0; n < 3; n++) assert.equal(typeof enter('ada'), 'function');
    later(20_000);
    assert.equal(enter('ada'), 40);
    assert.equal(typeof enter('bob'), 'function');
    later(40_000);
    assert.equal(typeof enter('ada'), 'function');
  });

  it('[attack.limits] D callers without number do not make anybody’s running requests forgotten', () => {
    const { enter } = gate(1, 1_000);
    enter('ada');
    for (let n = 0; n < 20_000; n++) {
      const done = enter(`made up ${n}`);
      if (typeof done === 'function') done();
    }
    assert.equal(enter('ada'), 1);
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { ahead, inLanes, ordered, Room } from './index.ts';

const never = new AbortController().signal;

describe('work at the same time', () => {
  it('hands on results in the order of the work, whatever ends first', async () => {
    let running = 0;
    let most = 0;
    async function* work() {
      for (const turns of [5, 1, 3, 0, 2])
        yield async () => {
          most = Math.max(most, ++running);
          for (let n = 0; n < turns; n++) await turn();
          running--;
          return turns;
        };
    }
    const seen: number[] = [];
    for await (const each of ordered(work(), 3)) seen.push(each);
    assert.deepEqual(seen, [5, 1, 3, 0, 2]);
    assert.equal(most, 3);
  });

  it('starts nothing more after a failure, and waits for what had begun', async () => {
    const started: number[] = [];
    let isEnded = false;
    const lanes = inLanes(2, [0, 1, 2, 3], async (each) => {
      started.push(each);
      if (each === 0) throw new Error('first');
      for (let n = 0; n < 5; n++) await turn();
      isEnded = true;
      return each;
    });
    await assert.rejects(lanes, /first/u);
    assert.deepEqual(started, [0, 1]);
    assert.equal(isEnded, true);
  });

  it('asks for the next one while the current one is worked on, and ends the source with itself', async () => {
    const told: string[] = [];
    async function* source() {
      try {
        for (let n = 0; n < 9; n++) {
          told.push(`made ${n}`);
          yield n;
        }
      } finally {
        told.push('ended');
      }
    }
    for await (const each of ahead(source())) {
      await turn();
      told.push(`took ${each}`);
      if (each === 1) break;
    }
    assert.deepEqual(told, ['made 0', 'made 1', 'took 0', 'made 2', 'took 1', 'ended']);
  });
});

describe('room for what is held', () => {
  it('admits by count and by size, in the order of coming', async () => {
    const room = new Room({ count: 3, size: 10 });
    const inside: string[] = [];
    const come = (name: string, size: number) =>
      room.enter(size, never).then((leave) => {
        inside.push(name);
        return leave;
      });
    const [a, b] = [await come('a', 4), await come('b', 4)];
    const large = come('large', 50);
    const small = come('small', 1);
    await turn();
    assert.deepEqual(inside, ['a', 'b'], 'a small one waits behind the large one');
    a();
    a();
    await turn();
    assert.deepEqual(inside, ['a', 'b'], 'a place is given back once');
    b();
    await turn();
    assert.deepEqual(inside, ['a', 'b', 'large'], 'alone, whatever its size');
    (await large)();
    (await small)();
  });

  it('lets those behind one that gave up enter', async () => {
    const room = new Room({ count: 2, size: 10 });
    const leave = await room.enter(6, never);
    const stop = new AbortController();
    const large = room.enter(9, stop.signal);
    const small = room.enter(2, never);
    stop.abort(new Error('enough'));
    await assert.rejects(large, /enough/u);
    (await small)();
    leave();
  });
});

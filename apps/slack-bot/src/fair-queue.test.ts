import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createFairQueue } from './fair-queue.ts';

/** Tasks that end when they are told to, in the order in which they began. */
function stage(atOnce: number) {
  const queue = createFairQueue(atOnce);
  const begun: string[] = [];
  const open = new Map<string, PromiseWithResolvers<void>>();
  const ask = (person: string, name: string) =>
    queue.run(person, () => {
      begun.push(name);
      const task = Promise.withResolvers<void>();
      open.set(name, task);
      return task.promise;
    });
  const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
  const end = async (name: string) => {
    open.get(name)?.resolve();
    await turn();
  };
  const fail = async (name: string) => {
    open.get(name)?.reject(new Error(`${name} fails`));
    await turn();
  };
  return { queue, begun, ask, end, fail };
}

describe('[slack.fair] questions that wait', () => {
  it('[slack.fair] of somebody with many do not hold up others', async () => {
    const { begun, ask, end } = stage(1);
    const all = ['ada 1', 'ada 2', 'ada 3'].map((name) => ask('ada', name));
    all.push(ask('bob', 'bob 1'), ask('cyd', 'cyd 1'));
    for (let done = 0; done < all.length; done++) await end(begun[done] ?? '');
    await Promise.all(all);
    assert.deepEqual(begun, ['ada 1', 'ada 2', 'bob 1', 'cyd 1', 'ada 3']);
  });

  it('[slack.fair] of one person are answered one after the other, of all no more than allowed', async () => {
    const { queue, begun, ask, end } = stage(2);
    const all = [ask('ada', 'ada 1'), ask('ada', 'ada 2'), ask('bob', 'bob 1'), ask('cyd', 'cyd 1')];
    assert.deepEqual(begun, ['ada 1', 'bob 1'], 'two at once, and of each person one');
    assert.equal(queue.waiting, 2);
    await end('bob 1');
    assert.deepEqual(begun, ['ada 1', 'bob 1', 'cyd 1'], 'a person who is answered does not wait twice');
    await end('cyd 1');
    assert.equal(begun.length, 3, 'the second question of Ada waits for her first');
    await end('ada 1');
    await end('ada 2');
    await Promise.all(all);
    assert.equal(queue.waiting, 0);
  });

  it('[slack.fair] go on when one fails, and are idle at last', async () => {
    const { queue, begun, ask, end, fail } = stage(1);
    const first = assert.rejects(ask('ada', 'ada 1'), /ada 1 fails/u);
    const second = ask('ada', 'ada 2');
    let isIdle = false;
    const idle = queue.idle().then(() => (isIdle = true));
    await fail('ada 1');
    await first;
    assert.deepEqual([begun, isIdle], [['ada 1', 'ada 2'], false]);
    await end('ada 2');
    await second;
    await idle;
    await queue.idle();
  });
});

import assert from 'node:assert/strict';
import { setImmediate as soon } from 'node:timers/promises';
import { describe, it } from 'node:test';
import { Turns } from './turns.ts';

/** Work that ends when the test says so. */
function held(log: string[], name: string) {
  const { promise, resolve } = Promise.withResolvers<void>();
  const work = async () => {
    log.push(`${name} begins`);
    await promise;
    log.push(`${name} ends`);
  };
  return { work, end: resolve };
}

/** Whatever could begin has begun: nothing here waits for anything but promises. */
async function everythingMoved(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await soon();
}

describe('turns', () => {
  it('work beside other work begins at once; work alone waits for it, and is waited for', async () => {
    const [turns, log] = [new Turns(), [] as string[]];
    const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((name) => held(log, name));
    assert.ok(a && b && c && d);
    const all = [turns.together(a.work), turns.together(b.work), turns.alone(c.work), turns.together(d.work)];
    await everythingMoved();
    assert.deepEqual(log, ['a begins', 'b begins']);
    a.end();
    await everythingMoved();
    assert.deepEqual(log, ['a begins', 'b begins', 'a ends'], 'one of the two is still there');
    b.end();
    await everythingMoved();
    assert.deepEqual(log.slice(3), ['b ends', 'c begins']);
    c.end();
    d.end();
    await Promise.all(all);
    assert.deepEqual(log.slice(5), ['c ends', 'd begins', 'd ends']);
  });

  it('what failed keeps nobody waiting, and closing waits for everything', async () => {
    const [turns, log] = [new Turns(), [] as string[]];
    await assert.rejects(
      turns.together(() => Promise.reject(new Error('one'))),
      /one/u,
    );
    await assert.rejects(
      turns.alone(() => Promise.reject(new Error('two'))),
      /two/u,
    );
    const last = held(log, 'last');
    const running = turns.together(last.work);
    const closed = turns.close().then(() => log.push('closed'));
    await assert.rejects(async () => turns.together(async () => undefined), { code: 'STORE_CLOSED' });
    await everythingMoved();
    assert.deepEqual(log, ['last begins']);
    last.end();
    await Promise.all([running, closed]);
    assert.deepEqual(log, ['last begins', 'last ends', 'closed']);
  });
});

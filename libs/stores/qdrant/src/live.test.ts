import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { QdrantClient } from '@qdrant/js-client-rest';
import type { Call } from './client.ts';
import { LiveAlias } from './live.ts';
import { shapeOf } from './schema.ts';

const part = { words: 1, bigrams: 1 };
const shape = shapeOf({ chunk: part, document: part, title: part });

/** A server whose answers come when the test says so, each with the collection it names. */
function held() {
  const answers: ((name: string) => void)[] = [];
  const send = (_: string, path: string) =>
    path === '/aliases'
      ? new Promise((resolve) =>
          answers.push((name) => resolve({ aliases: [{ alias_name: 'a', collection_name: name }] })),
        )
      : Promise.resolve({ config: { metadata: shape } });
  const call: Call = (work) => work({} as QdrantClient, send);
  return { answers, live: new LiveAlias(call, 'a', { name: 'first', shape }) };
}

describe('the collection behind an alias', () => {
  it('is the one that was asked for last, whichever answer comes last', async () => {
    const { answers, live } = held();
    const [before, after] = [live.refresh(), live.refresh()];
    answers[1]?.('new');
    assert.equal((await after).name, 'new');
    answers[0]?.('old');
    assert.equal((await before).name, 'new');
    assert.equal(live.known.name, 'new');
  });

  it('is looked up beside a search, and waited for when what is known is too old', async (test) => {
    test.mock.timers.enable({ apis: ['Date'], now: 1_000_000 });
    const { answers, live } = held();
    assert.equal((await live.current()).name, 'first');
    assert.equal(answers.length, 0);
    test.mock.timers.tick(700);
    assert.equal((await live.current()).name, 'first');
    assert.equal(answers.length, 1);
    test.mock.timers.tick(700);
    const waited = live.current();
    assert.equal(answers.length, 1, 'asked once for all who wait');
    answers[0]?.('second');
    assert.equal((await waited).name, 'second');
  });
});

import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, it } from 'node:test';
import { rejectsWith } from '@fumikura/testkit';
import { createQueryVectors, fingerprintOf } from './index.ts';
import { scriptedEmbedder } from './testing/scripted-embedder.ts';

const signal = new AbortController().signal;

describe('vectors of queries', () => {
  it('are made once for the same words, also when they are asked at the same time', async () => {
    const embedder = scriptedEmbedder();
    const ask = createQueryVectors({ embedder });
    const [first, second] = await Promise.all([
      ask('rotate  keys', 'en', signal),
      ask('rotate keys ', 'en', signal),
    ]);
    assert.deepEqual(first?.vector, second?.vector);
    assert.deepEqual(first?.fingerprint, fingerprintOf(embedder));
    await ask('rotate keys', 'en', signal);
    assert.deepEqual(embedder.asked, ['rotate keys']);
    await ask('other keys', 'en', signal);
    assert.equal(embedder.asked.length, 2);
  });

  it('are not made for a language that the model does not know', async () => {
    const embedder = scriptedEmbedder({ languages: ['en'] });
    const ask = createQueryVectors({ embedder });
    assert.equal(await ask('経費精算の期限', 'ja', signal), undefined);
    assert.equal(await ask('wie lange dauert das', 'de', signal), undefined);
    assert.equal(await ask('42', 'und', signal), undefined);
    assert.ok(await ask('rotate keys', 'und', signal));
    assert.deepEqual(embedder.asked, ['rotate keys']);
    const knowsAll = createQueryVectors({ embedder: scriptedEmbedder() });
    assert.ok(await knowsAll('経費精算の期限', 'ja', signal));
  });

  it('are given up after their time, without ending anybody else who waits for the same', async () => {
    const embedder = scriptedEmbedder({
      embed: async (_, { signal: stop }) => {
        await delay(60_000, undefined, { signal: stop });
        return { results: [], tokens: 0 };
      },
    });
    const ask = createQueryVectors({ embedder, timeoutMs: 50 });
    const controller = new AbortController();
    const impatient = ask('slow', 'en', controller.signal);
    const patient = ask('slow', 'en', signal);
    controller.abort();
    await rejectsWith('CANCELLED', () => impatient);
    const { message } = await rejectsWith('EMBEDDER_UNAVAILABLE', () => patient);
    assert.match(message, /50 ms/);
  });

  it('leave an embedder alone that failed several times in a row, for a while', async () => {
    let now = 0;
    const embedder = scriptedEmbedder();
    let calls = 0;
    embedder.onCall = () => {
      calls++;
      throw new Error('down');
    };
    const ask = createQueryVectors({ embedder, now: () => now });
    for (let time = 0; time < 6; time++) await assert.rejects(ask(`query ${time}`, 'en', signal));
    assert.equal(calls, 3);
    now += 30_000;
    embedder.onCall = () => undefined;
    assert.ok(await ask('query again', 'en', signal));
  });
});

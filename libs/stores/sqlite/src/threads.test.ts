import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import type { Worker } from 'node:worker_threads';
import type { AccessGrant } from '@fumikura/ports';
import { FINGERPRINT, lexical, rejectsWith } from '@fumikura/testkit';
import { everybody, EVERYBODY, found, numbered, SOURCE } from './testing/documents.ts';
import { temporaryPlace } from './testing/place.ts';
import { GrantReceiver, GrantSender } from './threads/protocol.ts';

/** The threads started during the work, in order: the writer, then the readers. */
async function startedBy<T>(work: () => Promise<T>): Promise<{ value: T; workers: Worker[] }> {
  const workers: Worker[] = [];
  const onWorker = (worker: Worker) => workers.push(worker);
  process.on('worker', onWorker);
  const value = await work();
  process.off('worker', onWorker);
  return { value, workers };
}

describe('a store in threads', () => {
  it('replaces a thread that dies; its calls fail, the next ones do not', async () => {
    const place = await temporaryPlace();
    const { value: store, workers } = await startedBy(async () => {
      const made = await place.open();
      await made.commit({ source: SOURCE, lists: [EVERYBODY], upserts: [numbered(1)] });
      await found(made, 'word');
      return made;
    });
    assert.equal(workers.length, 2);
    const upserts = Array.from({ length: 3_000 }, (_, n) => numbered(n));
    const writing = store.commit({ source: SOURCE, upserts });
    // So many that the last ones are still waiting when the thread dies.
    const checks = Array.from({ length: 500 }, () => store.index.check(new AbortController().signal));
    const settled = Promise.allSettled(checks);
    const refused = [writing, ...checks.slice(-1)].map((call) => rejectsWith('UNEXPECTED', () => call));
    await Promise.all(workers.map((worker) => worker.terminate()));
    await Promise.all([...refused, settled]);
    assert.deepEqual(await found(store, 'word'), ['1'], 'nothing of the batch that was under way');
    await store.commit({ source: SOURCE, upserts: [numbered(2)] });
    assert.deepEqual((await found(store, 'word')).sort(), ['1', '2']);
    assert.deepEqual(await store.index.check(new AbortController().signal), []);
    await store.close();
    await place.remove();
  });

  it('closes although its threads are dead', async () => {
    const place = await temporaryPlace();
    const { value: store, workers } = await startedBy(() => place.open());
    await Promise.all(workers.map((worker) => worker.terminate()));
    await store.close();
    await rejectsWith('STORE_CLOSED', () => store.catalog.sources());
    await place.remove();
  });

  it('leaves no thread behind, whether it opened or was refused', async () => {
    const place = await temporaryPlace();
    const { value: store, workers } = await startedBy(async () => {
      const made = await place.open({ readers: 2 });
      await Promise.all([made.catalog.sources(), made.catalog.sources(), made.catalog.sources()]);
      return made;
    });
    const exits = workers.map((worker) => once(worker, 'exit'));
    await store.close();
    await Promise.all(exits);
    const refused = await startedBy(() =>
      rejectsWith('STORE_READ_ONLY', () => place.open({ file: place.folder })),
    );
    assert.deepEqual(
      refused.workers.map(({ threadId }) => threadId),
      [-1],
      'a thread that has ended has no id',
    );
    await place.remove();
  });

  it('rejects at once when a caller leaves, and goes on serving the others', async () => {
    const place = await temporaryPlace();
    const store = await place.open();
    await store.commit({ source: SOURCE, lists: [EVERYBODY], upserts: [numbered(1)] });
    const access = await everybody(store);
    const controller = new AbortController();
    const left = store.index.search(lexical('word'), access, controller.signal);
    const stayed = store.index.search(lexical('word'), access, new AbortController().signal);
    controller.abort();
    await rejectsWith('CANCELLED', () => left);
    assert.equal((await stayed).candidates.length, 1);
    await store.close();
    await place.remove();
  });

  it('hands errors over with all that decides what happens next', async () => {
    const place = await temporaryPlace();
    const store = await place.open();
    await store.index.useFingerprint(FINGERPRINT);
    const vectors = numbered(1).chunks.map(() => new Float32Array(2));
    const error = await rejectsWith('VECTOR_INVALID', () =>
      store.commit({ source: SOURCE, upserts: [{ ...numbered(1), vectors }] }),
    );
    assert.equal(error.kind, 'invalid-input');
    assert.match(error.publicMessage, /64/);
    await store.close();
    await place.remove();
  });

  it('does its upkeep by itself when nobody asks for anything', { timeout: 240_000 }, async () => {
    const place = await temporaryPlace();
    const store = await place.open();
    await store.commit({ source: SOURCE, lists: [EVERYBODY] });
    for (let n = 0; n < 400; n += 50)
      await store.commit({
        source: SOURCE,
        upserts: Array.from({ length: 50 }, (_, at) => numbered(n + at)),
      });
    // 1,200 chunks came in small batches; only upkeep takes them out of the delta.
    while ((await store.index.stats()).pendingChunks > 0) await setTimeout(20);
    assert.equal((await found(store, 'word')).length, 100);
    await store.close();
    await place.remove();
  });
});

describe('grants on their way to a thread', () => {
  const grant = (n: number): AccessGrant => ({
    caller: 'c',
    principals: ['anyone'],
    aclIds: Uint32Array.of(n),
    version: '1',
    hash: `hash${n}`,
  });

  it('cross whole once, and are the same afterwards, however many there are', () => {
    const [sender, receiver] = [new GrantSender(), new GrantReceiver()];
    let whole = 0;
    const order = [...Array.from({ length: 300 }, (_, n) => n), 299, 150, 0, 1, 299, 0, 44, 45];
    for (const n of order) {
      const message = sender.message(grant(n));
      if (message.whole) whole++;
      assert.deepEqual(receiver.grant(message), grant(n));
    }
    // 300 first times, and again those that were dropped meanwhile.
    assert.ok(whole >= 300 && whole < order.length, `${whole} of ${order.length}`);
  });

  it('are nobody when they never came', () => {
    assert.equal(new GrantReceiver().grant({ hash: 'never seen' }), undefined);
  });
});

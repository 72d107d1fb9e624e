import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { createQdrantIndex } from '@fumikura/store-qdrant';
import type { QdrantIndex } from '@fumikura/store-qdrant';
import { lexical, testAccess, testDocument } from '@fumikura/testkit';
import type { SimulatedRequest } from '../simulators/kit/simulator.ts';
import { startQdrant } from '../simulators/qdrant/server.ts';

const AT_ONCE = 7;
const CHUNKS = 60;
const signal = new AbortController().signal;
const running: (() => Promise<void>)[] = [];

/** A server that notes how many chunks each request gave other readers. */
async function start() {
  const simulator = await startQdrant();
  running.push(() => simulator.close());
  const index = await createQdrantIndex({ url: simulator.url, attempts: 1, changedAtOnce: AT_ONCE });
  running.unshift(() => index.close());
  const { standIn } = simulator;
  const versionsOf = () =>
    [...standIn.collections.values()].flatMap(({ points }) =>
      [...points.values()].map(({ id, payload }) => [String(id), payload['acl_ver']] as const),
    );
  const sizes: number[] = [];
  const answer = standIn.answer.bind(standIn);
  standIn.answer = (request) => {
    if (!request.url.pathname.endsWith('/points/batch')) return answer(request);
    const before = new Map(versionsOf());
    const answered = answer(request);
    sizes.push(versionsOf().filter(([id, version]) => before.get(id) !== version).length);
    return answered;
  };
  const isChange = ({ url }: SimulatedRequest) => url.pathname.endsWith('/points/batch');
  return { simulator, index, sizes, isChange };
}

const long = (id: string, version: number) => ({
  version,
  document: testDocument(
    id,
    Array.from({ length: CHUNKS }, (_, at) => `word part${at}`),
    1,
  ),
});

function change(index: QdrantIndex, documentId: string, aclId: number, aclVersion: number, isForced = false) {
  const confirmed = { version: 10, aclId, aclVersion };
  return index.settle([{ documentId, note: 1, confirmed, isForced }]);
}

async function readersOf(index: QdrantIndex): Promise<unknown[]> {
  const held = await index.held(['a', 'b']);
  return held.map(({ documentId, aclId, chunks }) => [documentId, aclId, chunks]).sort();
}

async function found(index: QdrantIndex, aclId: number): Promise<number> {
  return (await index.search(lexical('word'), testAccess([aclId]), signal)).candidates.length;
}

describe('Readers of very many chunks in Qdrant', () => {
  afterEach(async () => {
    for (const end of running.splice(0)) await end();
  });

  it('change in slices, however many chunks a document has', async () => {
    const { index, sizes, simulator } = await start();
    await index.stage([long('a', 10), long('b', 10)]);
    await change(index, 'a', 3, 30);
    assert.equal(Math.max(...sizes), AT_ONCE);
    assert.equal(
      sizes.reduce((sum, size) => sum + size, 0),
      CHUNKS,
    );
    assert.deepEqual(await readersOf(index), [
      ['a', 3, CHUNKS],
      ['b', 1, CHUNKS],
    ]);
    assert.deepEqual([await found(index, 1), await found(index, 3)], [1, 1]);
    assert.deepEqual(simulator.violations, []);
  });

  it('are changed to the end by a repeat of what broke off', async () => {
    const { index, sizes, simulator, isChange } = await start();
    await index.stage([long('a', 10)]);
    const fourth = () => sizes.length === 3;
    simulator.respondNext({ status: 500, body: {} }, (request) => isChange(request) && fourth());
    await assert.rejects(change(index, 'a', 3, 30));
    // What is left is told, so that the note stays and is driven on: the oldest readers stand for the whole.
    assert.deepEqual(await readersOf(index), [['a', 1, CHUNKS]]);
    await change(index, 'a', 3, 30);
    assert.deepEqual(await readersOf(index), [['a', 3, CHUNKS]]);
    assert.equal(
      sizes.reduce((sum, size) => sum + size, 0),
      CHUNKS,
      'nothing was changed twice',
    );
    sizes.length = 0;
    await change(index, 'a', 3, 30);
    assert.deepEqual(sizes, [], 'a repeat of what is done sends no change');
  });

  it('are those of the newest change, also when an older one comes late or both come together', async () => {
    const { index } = await start();
    await index.stage([long('a', 10), long('b', 10)]);
    await change(index, 'a', 3, 30);
    await change(index, 'a', 2, 20);
    const settlement = (aclId: number, aclVersion: number) => {
      return { documentId: 'b', note: 1, confirmed: { version: 10, aclId, aclVersion } };
    };
    await index.settle([settlement(5, 50), settlement(4, 40)]);
    assert.deepEqual(await readersOf(index), [
      ['a', 3, CHUNKS],
      ['b', 5, CHUNKS],
    ]);
    // What the catalog says holds, even against a newer number.
    await change(index, 'a', 6, 25, true);
    assert.deepEqual((await readersOf(index))[0], ['a', 6, CHUNKS]);
  });

  it('are not changed by an answer that was overtaken: what is due is asked again with the change', async () => {
    const { index, simulator } = await start();
    await index.stage([long('a', 10)]);
    const { standIn } = simulator;
    const answer = standIn.answer.bind(standIn);
    let isOvertaken = false;
    standIn.answer = (request) => {
      if (request.url.pathname.endsWith('/points/batch') && !isOvertaken) {
        isOvertaken = true;
        for (const { points } of standIn.collections.values())
          for (const { payload } of points.values()) Object.assign(payload, { acl_id: 9, acl_ver: 90 });
      }
      return answer(request);
    };
    await change(index, 'a', 3, 30);
    assert.ok(isOvertaken);
    assert.deepEqual(await readersOf(index), [['a', 9, CHUNKS]]);
  });
});

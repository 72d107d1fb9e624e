import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { clusteredVectors } from '@fumikura/testkit';
import { filledDense, never } from './dense-place.ts';
import type { OpenedDense } from './dense-place.ts';

const CHUNKS = 1_500;

/** Each damage with what the check says of it. */
const DAMAGES: Readonly<Record<string, readonly [damage: (opened: OpenedDense) => void, says: RegExp]>> = {
  'a block that is gone': [
    ({ db }) => db.exec('DELETE FROM vector_block WHERE b = 1'),
    /vector of chunk 1024 is in no block/u,
  ],
  'a code with wrong bits': [
    ({ db }) => {
      const row = db.get<{ codes: Uint8Array }>('SELECT codes FROM vector_block WHERE b = 0');
      const codes = Uint8Array.from(row?.codes ?? []);
      for (let at = 0; at < codes.length; at += 16) codes[at + 3] = ~(codes[at + 3] ?? 0);
      db.run('UPDATE vector_block SET codes = ? WHERE b = 0', codes);
    },
    /vector of chunk 3 has a code that is not its own/u,
  ],
  'a block of another size': [
    ({ db }) => db.exec('UPDATE vector_block SET codes = substr(codes, 1, 100) WHERE b = 0'),
    /block 0 of the vectors has another size/u,
  ],
  'a vector cut off': [
    ({ db }) => db.exec('UPDATE vector SET value = substr(value, 1, 9) WHERE chunk = 12'),
    /vector of chunk 12 has another dimension/u,
  ],
  'a scale of zero': [
    ({ db }) => {
      const row = db.get<{ value: Uint8Array }>('SELECT value FROM vector WHERE chunk = 12');
      db.run('UPDATE vector SET value = ? WHERE chunk = 12', Uint8Array.from(row?.value ?? []).fill(0, 0, 4));
    },
    /vector of chunk 12 has no sensible scale/u,
  ],
  'vectors that are gone': [
    ({ db }) => db.exec('DELETE FROM vector WHERE chunk IN (1, 2)'),
    /vectors: 1498 counted, 1500 stated/u,
  ],
  'a state that is no JSON': [
    ({ db }) => db.exec(`UPDATE vector_meta SET value = x'7b' WHERE name = 'state'`),
    /the state of the vectors cannot be read/u,
  ],
  'a mean of another dimension': [
    ({ db }) => db.exec(`UPDATE vector_meta SET value = x'00000000' WHERE name = 'mean'`),
    /the mean has another dimension/u,
  ],
  'no fingerprint': [
    ({ db }) => db.exec(`DELETE FROM vector_meta WHERE name = 'fingerprint'`),
    /1500 vectors without a fingerprint/u,
  ],
  'a block from the future': [
    ({ db }) => db.exec('UPDATE vector_block SET ver = 99 WHERE b = 1'),
    /block 1 of the vectors is newer than their last write/u,
  ],
};

describe('the check of the vectors', () => {
  const next = clusteredVectors({ seed: 41, dimension: 80, topics: 4 });
  const vectors = Array.from({ length: CHUNKS }, () => next());

  it('finds nothing in a sound index, dead chunks included', (test) => {
    const { db, dense } = filledDense(test, vectors);
    db.write(() => dense.remove([0, 5, 1_100]));
    assert.deepEqual(dense.check(), []);
  });

  for (const [name, [damage, says]] of Object.entries(DAMAGES)) {
    it(`finds ${name}`, (test) => {
      const opened = filledDense(test, vectors);
      damage(opened);
      const found = opened.dense.check();
      assert.ok(
        found.some(({ what }) => says.test(what)),
        JSON.stringify(found),
      );
      assert.ok(found.every(({ remedy }) => remedy.includes('fumi doctor')));
      assert.ok(found.length <= 12, 'does not name every single one');
    });
  }

  it('ends early when it is stopped', (test) => {
    const { db, dense } = filledDense(test, vectors);
    db.exec('DELETE FROM vector WHERE chunk > 100');
    let asked = 0;
    assert.deepEqual(
      dense.check(() => ++asked > 50),
      [],
    );
    assert.notDeepEqual(dense.check(never), []);
  });

  it('does not compare vectors of another size', (test) => {
    const { db, dense } = filledDense(test, vectors);
    db.exec(`UPDATE vector SET value = substr(value, 1, 40) WHERE chunk = 7`);
    const query = vectors[0] ?? assert.fail();
    assert.throws(() => dense.rescore(query, Uint32Array.of(6, 7, 8)), { code: 'STORE_DAMAGED' });
    assert.equal(dense.rescore(query, Uint32Array.of(6, 8)).length, 2);
  });

  it('does not scan a block of another size', (test) => {
    const { db, dense } = filledDense(test, vectors);
    db.exec(`UPDATE vector_block SET present = x'01', stamp = 1 WHERE b = 0`);
    db.exec(
      `UPDATE vector_meta SET value = CAST(replace(CAST(value AS TEXT), '"ver', ' "ver') AS BLOB) WHERE name = 'state'`,
    );
    assert.throws(() => dense.refresh(), { code: 'STORE_DAMAGED' });
  });
});

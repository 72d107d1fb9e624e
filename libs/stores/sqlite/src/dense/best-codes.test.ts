import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { bestCodes } from './best-codes.ts';
import type { BlockKernel } from './block-kernel.ts';
import { all, never } from './dense-place.ts';
import { BLOCK } from './quantise.ts';

const HIGHEST = 50;

/** A kernel that has the scores already; a slot without one is -1. */
function given(known: readonly number[]): BlockKernel {
  const slots = new Uint16Array(BLOCK);
  const scores = new Uint16Array(BLOCK);
  const scan = (block: number, admitted: Uint8Array, minimum: number) => {
    let found = 0;
    for (const [slot, isAdmitted] of admitted.entries()) {
      const score = known[block * BLOCK + slot] ?? -1;
      if (isAdmitted !== 1 || score < Math.max(0, minimum)) continue;
      slots[found] = slot;
      scores[found++] = score;
    }
    return found;
  };
  const unused = () => assert.fail('only scans');
  return { slots, scores, scan, put: unused, drop: unused, ask: unused };
}

describe('choosing the best codes', () => {
  it('is what sorting by score and id gives, whatever the order they come in', () => {
    const scores = fc.array(fc.integer({ min: -1, max: HIGHEST }), {
      minLength: 0,
      maxLength: 9_000,
      size: 'max',
    });
    const ordered = fc.constantFrom<(values: number[]) => number[]>(
      (values) => values,
      (values) => values.toSorted((a, b) => a - b),
      (values) => values.toSorted((a, b) => b - a),
    );
    fc.assert(
      fc.property(scores, ordered, fc.integer({ min: 0, max: 3_000 }), (drawn, order, limit) => {
        const values = order(drawn);
        const expected = [...values.entries()]
          .filter(([, score]) => score >= 0)
          .sort(([a, scoreA], [b, scoreB]) => scoreB - scoreA || a - b)
          .slice(0, limit)
          .map(([chunk]) => chunk)
          .sort((a, b) => a - b);
        assert.deepEqual([...bestCodes(given(values), all(values.length), limit, HIGHEST, never)], expected);
      }),
      { numRuns: 30 },
    );
  });

  it('gives nothing rather than a part when it is stopped', () => {
    const values = Array.from({ length: 100 * BLOCK }, (_, at) => at % HIGHEST);
    let asked = 0;
    const stopAtThird = () => ++asked === 3;
    assert.deepEqual([...bestCodes(given(values), all(values.length), 10, HIGHEST, stopAtThird)], []);
    assert.equal(asked, 3);
  });
});

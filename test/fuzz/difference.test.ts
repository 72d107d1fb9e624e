import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { seeded } from '@fumikura/testkit';
import { differenceOf } from './difference.ts';

function values(count: number, seed: number, more: number): number[] {
  const random = seeded(seed);
  return Array.from({ length: count }, () => 100 + more + random() * 20 + (random() < 0.01 ? 5_000 : 0));
}

describe('the difference between two kinds of answers', () => {
  it('is none within its interval when there is none, also with outliers', () => {
    const { advantage, upperAdvantage, medianDifference } = differenceOf(
      values(3_000, 1, 0),
      values(3_000, 2, 0),
    );
    assert.ok(advantage < 0.02 && upperAdvantage < 0.05 && medianDifference < 1);
  });

  it('shows a tenth of the spread', () => {
    const { advantage, medianDifference } = differenceOf(values(3_000, 1, 2), values(3_000, 2, 0));
    assert.ok(advantage > 0.06 && Math.abs(medianDifference - 2) < 1.5, String(advantage));
  });

  it('is a half when one is always longer, whichever it is', () => {
    for (const [one, other] of [
      [values(300, 1, 30), values(300, 2, 0)],
      [
        [1, 2],
        [3, 4],
      ],
    ] as const)
      assert.ok(differenceOf(one, other).advantage > 0.48);
  });

  it('counts equal values as undecided', () => assert.equal(differenceOf([5, 5, 5], [5, 5]).advantage, 0));
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { believed } from './believed.ts';
import { CALIBRATIONS } from './calibration.ts';
import { FEATURES } from './features.ts';

describe('the calibrations that ship', () => {
  for (const [name, { features, mean, deviation, weights }] of Object.entries(CALIBRATIONS))
    it(`were fitted on the features that are computed: ${name}`, () => {
      assert.deepEqual(features, [...FEATURES]);
      for (const values of [mean, deviation, weights]) assert.equal(values.length, FEATURES.length);
    });

  it('pass into each other without a step', () => {
    const features = CALIBRATIONS.few.mean;
    const values = Array.from({ length: 40 }, (_, found) => believed(CALIBRATIONS, features, found));
    const ends = Math.abs((values[0] ?? 0) - (values[39] ?? 0));
    assert.ok(ends > 0.05, 'they differ');
    for (const [at, value] of values.entries())
      assert.ok(Math.abs(value - (values[at + 1] ?? value)) < ends / 20, `at ${at}`);
  });
});

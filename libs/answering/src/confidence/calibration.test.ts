import assert from 'node:assert/strict';
import { it } from 'node:test';
import { CALIBRATION } from './calibration.ts';
import { FEATURES } from './features.ts';

it('the calibration that ships was fitted on the features that are computed', () => {
  assert.deepEqual(CALIBRATION.features, [...FEATURES]);
  for (const values of [CALIBRATION.mean, CALIBRATION.deviation, CALIBRATION.weights])
    assert.equal(values.length, FEATURES.length);
});

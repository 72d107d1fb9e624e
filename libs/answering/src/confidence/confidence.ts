import type { Confidence } from '../types.ts';
import { believed } from './believed.ts';
import { CALIBRATIONS } from './calibration.ts';

/** Below this the evidence is taken for none: the answer is a refusal. */
export const REFUSE_BELOW = 0.3;
const MEDIUM = 0.5;
const HIGH = 0.75;

export function confidenceOf(value: number): Confidence {
  const words = value >= HIGH ? 'high' : value >= MEDIUM ? 'medium' : value >= REFUSE_BELOW ? 'low' : 'none';
  return { value: Math.round(value * 1_000) / 1_000, words, version: CALIBRATIONS.many.version };
}

export function confidenceFrom(features: readonly number[], found: number): Confidence {
  return confidenceOf(believed(CALIBRATIONS, features, found));
}

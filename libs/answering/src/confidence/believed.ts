import { FEATURES } from './features.ts';
import { fit, probability } from './fit.ts';
import type { Calibration, Example } from './fit.ts';

/**
 * What features mean where there are many documents to compare the best with, and where there are few: there a good
 * document stands alone, and words look frequent.
 */
export interface Calibrations {
  readonly many: Calibration;
  readonly few: Calibration;
}

/** Documents that share a word with the question: up to the first there are few, from the second on many. */
const FEW = 8;
const MANY = 32;

/** @param found documents that share anything with the question */
export function believed({ many, few }: Calibrations, features: readonly number[], found: number): number {
  const share = Math.min(1, Math.max(0, (found - FEW) / (MANY - FEW)));
  return share * probability(many, features) + (1 - share) * probability(few, features);
}

export function fitCalibrations(
  { many, few }: Readonly<Record<keyof Calibrations, readonly Example[]>>,
  version: string,
): Calibrations {
  return { many: fit(many, FEATURES, version), few: fit(few, FEATURES, version) };
}

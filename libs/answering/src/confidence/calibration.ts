import type { Calibration } from './fit.ts';

/** Written by `npm run fit:confidence` from scifact (600), aws_docs (200), workarena_kb (1000), lawqa_jp (234), jsquad (1000). */
export const CALIBRATION: Calibration = {
  version: '2026-11-21',
  features: [
    'score',
    'scoreGap',
    'scoreSpread',
    'scoreDeviation',
    'chunk',
    'chunkGap',
    'unit',
    'unitGap',
    'phrase',
    'phraseGap',
    'entities',
    'bitsFound',
    'bitsMissing',
  ],
  mean: [
    0.484487, 0.195348, 0.4555, 0.629104, 0.620937, 0.22376, 0.53472, 0.213015, 0.355052, 0.210398, 0.861076,
    0.799144, 0.674648,
  ],
  deviation: [
    0.279737, 0.189406, 0.210585, 0.377936, 0.254788, 0.173241, 0.250354, 0.168784, 0.217904, 0.17428,
    0.322174, 0.666668, 0.794187,
  ],
  weights: [
    0.391802, 0.104272, 0.2992, 0.257676, -0.170343, 0.21601, -0.293743, 0.436324, 0.516082, 0.0991485,
    0.172195, 0.465427, -0.435138,
  ],
  bias: 0.193089,
};

import type { Calibration } from './fit.ts';

/** Written by `npm run fit:confidence` from scifact (600), aws_docs (200), workarena_kb (1000), lawqa_jp (234), jsquad (1000). */
export const CALIBRATION: Calibration = {
  version: '2026-11-21',
  features: [
    'scoreGap',
    'phrase',
    'phraseSecond',
    'phraseInUnitFirst',
    'names',
    'namesFirst',
    'likenessGap',
    'pairsFirst',
    'useThree',
    'foundGap',
    'foundThree',
    'missing',
    'rarestMissing',
    'rareFirst',
    'isUnspaced',
  ],
  mean: [
    0.172204, 0.355052, 0.12066, 0.152696, 0.861076, 0.164317, 0.171219, 0.218548, 0.108034, 0.280821,
    0.165147, 0.780847, 0.669398, 0.233524, 0.4,
  ],
  deviation: [
    0.124302, 0.217904, 0.0936804, 0.200162, 0.322174, 0.33205, 0.107816, 0.250128, 0.0590312, 0.343358,
    0.161163, 0.651644, 0.26399, 0.274583, 0.489898,
  ],
  weights: [
    1.01139, 0.441937, -0.0979722, 0.170786, 0.221797, 0.176038, 0.252396, 0.275153, -0.337874, 1.11782,
    -0.259759, -0.302549, 0.228077, -0.380908, 0.0182864,
  ],
  bias: 0.277535,
};

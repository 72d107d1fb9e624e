import type { Calibration } from './fit.ts';

/** Written by `npm run fit:confidence` from scifact (600), aws_docs (200), workarena_kb (1000), lawqa_jp (234), jsquad (1000). */
export const CALIBRATION: Calibration = {
  version: '2026-11-22',
  features: [
    'scoreGap',
    'scoreFall',
    'phraseFirst',
    'namesHeld',
    'namesFirst',
    'beginsFirst',
    'coveredGap',
    'coveredThree',
    'longestGap',
    'ownSecond',
    'ownLead',
    'cosineLead',
    'companyFirst',
    'isFirstInTitle',
    'isFirstInUse',
    'isFirstInCentre',
    'rarest',
    'scoreThree',
    'windowLead',
    'resembledGap',
  ],
  mean: [
    0.178884, 0.0217211, 0.29894, 0.820593, 0.170637, 0.633046, 0.256254, 0.158582, 0.242405, 0.124613,
    3.61069, 2.99216, 0.208855, 0.460044, 0.660356, 0.178957, 0.703978, 0.103448, 3.7122, 0.262149,
  ],
  deviation: [
    0.130471, 0.0302777, 0.230154, 0.359101, 0.335735, 0.316766, 0.184419, 0.096615, 0.166793, 0.0889028,
    1.42215, 1.52304, 0.0826263, 0.498401, 0.473589, 0.383317, 0.227095, 0.0703507, 1.37011, 0.187231,
  ],
  weights: [
    0.643061, 0.214447, 0.458478, 0.295506, 0.069469, 0.177204, 0.397267, -0.353257, 0.488323, -0.213654,
    0.201219, 0.311236, 0.340923, 0.141981, -0.141204, -0.0299124, 0.308886, -0.219667, -0.0526798, 0.27148,
  ],
  bias: 0.199354,
};

/** Questions and wishes that come up in the repositories of the engine and of the app, with a place for a line. */
export const WISHES: readonly (readonly [title: string, body: string])[] = [
  [
    'Line {}: keep the boat over lunch',
    'Changing boats at noon costs ten minutes and a mooring. Prefer the same boat when the cost is equal.',
  ],
  [
    'Line {}: bicycles are counted as passengers',
    'The table of the operator has one column. Ask for two before we guess.',
  ],
  [
    'Line {}: last sailing on Fridays is too early',
    'The rule for schools ends at 20:00; the operator means 21:00 on Fridays.',
  ],
  [
    'Line {}: dock days are missing in the plan',
    'They are in the calendar of the yard, not in ours. Import once a week.',
  ],
  ['Line {}: two sailings at one berth', 'They overlap by four minutes. The berth has one ramp.'],
];
export const LINES = [
  'Seto 1',
  'Seto 2',
  'Innoshima',
  'Nordfjord A',
  'Goto North',
  'Sado West',
  'Askøy',
  'Lysvik',
] as const;

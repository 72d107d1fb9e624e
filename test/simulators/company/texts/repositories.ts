import type { GroupName } from '../people.ts';

export interface WrittenRepository {
  readonly name: string;
  readonly visibility: 'public' | 'internal' | 'private';
  readonly teams: readonly GroupName[];
  /** People from outside, or single ones. */
  readonly collaborators?: readonly string[];
  readonly files: Readonly<Record<string, string>>;
  readonly issues?: readonly (readonly [
    title: string,
    author: string,
    body: string,
    ...comments: string[],
  ])[];
  readonly pulls?: readonly (readonly [title: string, author: string, body: string, review: string])[];
  readonly discussions?: readonly (readonly [title: string, body: string, answer: string])[];
  /** Newest last. */
  readonly releases?: readonly (readonly [tag: string, note: string])[];
}

export const REPOSITORIES: readonly WrittenRepository[] = [
  {
    name: 'kaido-engine',
    visibility: 'private',
    teams: ['engineering'],
    files: {
      'README.md': `# Kaido engine

Makes timetables and crew plans for ferry operators. A plan is made in three steps: sailings from the timetable, boats
for sailings, crews for boats. Each step can fail with the rule that stopped it, and says so.

Run \`cargo test\` and \`npm run bench\`; the numbers of the last bench are in docs/bench.md.
`,
      'docs/decisions/001-rules-are-data.md': `# 1. Rules are data

Rest rules, qualifications and harbour limits are files of the operator, not code. A rule has a number that stands in
the message to the planner. Consequence: an engineer who reads a rule must be able to read the law beside it.
`,
      'docs/decisions/002-captains-first.md': `# 2. Captains first

The search for crews fixes captains before anybody else, because there are few of them and they have most rules.
Measured on ten operators: 40 % less time, two plans in a thousand slightly worse. Accepted.
`,
      'docs/decisions/003-no-empty-timetable.md': `# 3. An empty timetable is a question, not an answer

After the incident of 3 May: when an operator sailed yesterday and has no sailing today, nothing is published until a
person has said that it is right.
`,
      'docs/bench.md': `# Bench

| operator size | boats | plan in s |
| --- | --- | --- |
| small | 2 | 0.8 |
| middle | 6 | 14 |
| large | 17 | 192 |
`,
      'src/crew/rest_rules.rs': `//! Rest between sailings. The numbers come from the operator's rule file; nothing here is a constant on purpose.

/// Minutes that a sailor has had off before \`start\`, counted across midnight.
pub fn rest_before(duties: &[Duty], start: Minute) -> Minute {
    let last = duties.iter().filter(|d| d.end <= start).map(|d| d.end).max();
    // Nobody who has not worked yet is tired: the whole day counts.
    start - last.unwrap_or(Minute::DAY_START)
}
`,
      'src/tides/berth_depth.rs': `//! Whether a boat may lie at a berth at a time.

/// Water above the chart, in centimetres, by linear reading between the two nearest entries of the tide table.
/// The table is made for the harbour office's gauge; berths far up the river are off by up to eight minutes.
pub fn depth_at(table: &TideTable, at: Minute) -> Centimetres {
    let (before, after) = table.around(at);
    before.level + (after.level - before.level) * (at - before.at) / (after.at - before.at)
}
`,
      'src/publish/guard.ts': `/** Nothing is published that would take all sailings away from an operator who sailed yesterday. */
export function mayPublish(today: number, yesterday: number, isConfirmed: boolean): boolean {
  return today > 0 || yesterday === 0 || isConfirmed;
}
`,
    },
    issues: [
      [
        'Search for crews forgets reserve captains',
        'sota',
        'When both captains of a boat are ill, reserves of the other harbour are not considered.',
        'They need the travel time between harbours as a duty.',
      ],
      [
        'Half-width kana in berth names',
        'anjali',
        'The table of the harbour office of Amakusa has half-width kana. Normalise with NFKC before comparing.',
      ],
      [
        '潮位表の読み込みが年末で止まる',
        'sota',
        '十二月三十一日から一月一日にまたがる表で、翌年の一行目が読まれません。',
        '年をまたぐ行を前の表の最後と同じ日として扱っていました。',
      ],
      [
        'Explain which rule stopped a plan',
        'hana',
        'Planners ring us because "no plan" says nothing. Rule number and sentence, please.',
      ],
    ],
    pulls: [
      [
        'Fix captains before anybody else',
        'anjali',
        'Two plans in a thousand get slightly worse, all others are found in 40 % less time.',
        'Checked against ten operators. The table in docs/bench.md is new.',
      ],
      [
        'Ask before an empty timetable is published',
        'sota',
        'The guard of decision 3, with tests for dry docks.',
        'Please name the operator in the question to support.',
      ],
      [
        'Tide tables by harbour',
        'sota',
        'Reads the table of the harbour office and interpolates between entries.',
        'The comment on river berths belongs in the docs too.',
      ],
    ],
    discussions: [
      [
        'Should plans be the same every time?',
        'Two runs give two plans of equal cost. Planners find that odd.',
        'Yes: ties are broken by sailing number from 5.2 on.',
      ],
      [
        'How exact must tides be?',
        'Centimetres or decimetres?',
        'Decimetres and a margin; the gauge is not better than that.',
      ],
    ],
    releases: [
      ['v5.0.0', 'Rules are files of the operator. Old plans are converted when they are opened.'],
      ['v5.1.0', 'Plans in 40 % less time: captains are fixed first.'],
      ['v5.2.0', 'The same input gives the same plan. Ties are broken by sailing number.'],
      ['v5.3.0', 'Berths with a least depth (beta, three harbours).'],
      ['v5.3.1', 'An empty timetable is not published before a person has confirmed it.'],
    ],
  },
  {
    name: 'toro-gateway',
    visibility: 'private',
    teams: ['engineering'],
    files: {
      'README.md': `# Toro gateway

The port through which operators' own systems send departures and read plans. Five nodes, two cities. Changes of sign-in
and keys need a review by security.
`,
      'docs/runbook.md': `# Gateway runbook

Short form; the long one is in the wiki under "Runbook: Toro gateway does not answer". Drain one node, wait for green,
then the next. Never both nodes of a city.
`,
      'docs/tokens.md': `# Tokens of operators

An operator's system signs in with a client key and gets a token. Tokens are withdrawn in the console. How often nodes
read the list of withdrawn tokens is a setting, \`withdrawn.refresh\`.
`,
      'internal/auth/withdrawn.go': `// Package auth keeps the list of withdrawn tokens.
package auth

// Withdrawn is read from the database and kept in memory. Refresh says how often it is read again.
type Withdrawn struct {
	Refresh time.Duration
	ids     map[string]struct{}
}

// Has tells whether a token was withdrawn, as of the last reading.
func (w *Withdrawn) Has(id string) bool {
	_, found := w.ids[id]
	return found
}
`,
      'internal/pool/limit.go': `// Package pool limits the connections of each operator, so that one import cannot fill a node.
package pool

// PerOperator is eight since the import of a large harbour took sixty.
const PerOperator = 8
`,
    },
    issues: [
      [
        'Drop departures that are sent twice',
        'lucas',
        'Some systems send again after two seconds. The second one with the same number within a minute is dropped and counted.',
      ],
      [
        'Alarm on the certificate that is served',
        'emi',
        'Not on the renewal job: on what a client really gets, fourteen days ahead.',
      ],
    ],
    pulls: [
      [
        'Eight connections an operator',
        'lucas',
        'One import filled a node. The limit is a constant on purpose.',
        'Good. The number belongs in the runbook as well.',
      ],
      [
        'Read the served certificate for the alarm',
        'emi',
        'Connects to the operator port every hour from outside.',
        'Tried with a certificate of two days.',
      ],
    ],
    releases: [
      ['v3.8.0', 'Departures sent twice are dropped.'],
      ['v3.9.0', 'Connections are limited by operator; the alarm reads the certificate that is served.'],
    ],
  },
  {
    name: 'security-advisories',
    visibility: 'private',
    teams: ['platform', 'security'],
    files: {
      'README.md': `# Security advisories

Drafts until they are public. Nobody outside of the platform and security teams reads here.
`,
      'advisories/SW-2026-003.md': `# SW-2026-003: withdrawn tokens are accepted by the gateway

Status: open, embargo until 30 June. Severity: high. Product: Toro gateway up to 3.9.

A security problem in the gateway: nodes keep withdrawn tokens in memory and read the list again once a day. A token that
was withdrawn can be used on other nodes for up to 24 hours. Repair: \`withdrawn.refresh: 30s\`, then tokens of ten
minutes. Nodes 1 to 5 are done, 6 to 8 follow.
`,
      'advisories/SW-2026-002.md': `# SW-2026-002: support page without a rate limit

Status: open. Severity: high. The page that looks bookings up answers as often as it is asked.
`,
      'advisories/SW-2026-001.md': `# SW-2026-001: crew names in an export

Status: closed, told to the two operators concerned. The export filters in the database now.
`,
    },
    issues: [
      [
        'Test for SW-2026-003',
        'emi',
        'Withdraw on node 1, use on node 4, expect a refusal within 30 seconds. Runs every hour until the embargo ends.',
      ],
    ],
  },
  {
    name: 'minato-app',
    visibility: 'private',
    teams: ['crew-app', 'planning'],
    files: {
      'README.md': `# Minato

The crew's app: today's plan, who is on board, what changed. Works for 72 hours without network.
`,
      'src/offline/changes-first.ts': `/** After days without network crews want to know what changed before they see what is new. */
export function changesFirst(plan: readonly Sailing[], known: ReadonlyMap<string, string>): readonly Sailing[] {
  const changed = plan.filter(({ id, version }) => known.has(id) && known.get(id) !== version);
  return [...changed, ...plan.filter((sailing) => !changed.includes(sailing))];
}
`,
      'src/i18n/ja.json': `{ "iAmHere": "乗船しました", "iAmIll": "体調不良", "planIsOld": "この計画は古い可能性があります" }
`,
      'docs/large-letters.md': `# Large letters

At 200 % no name of a boat may be cut. Four screens were rebuilt for it in 5.4.
`,
    },
    issues: [
      [
        'Push messages arrive twice',
        'tom',
        'When a phone changes from wireless to mobile. The second has another id of the connection.',
      ],
      ['"I am ill" is tapped by mistake', 'mei', 'Six times in April. Ask again, and move the button.'],
      [
        '夜間モードで乗組員名が読めない',
        'mei',
        '背景と同じ色になります。トークン「tide」の暗い版を使ってください。',
      ],
    ],
    pulls: [
      [
        'What changed comes first',
        'mei',
        'After a time without network changed sailings stand on top.',
        'A captain tried it: "now I see it".',
      ],
      [
        'Sync every fifteen minutes',
        'tom',
        'Battery use falls from 6 % to 2 % a day.',
        'Fine. The banner for old plans stays at two hours.',
      ],
    ],
    releases: [
      ['v5.3.0', 'Large letters on all screens.'],
      ['v5.4.0', 'Works without network for 72 hours.'],
    ],
  },
  {
    name: 'payroll-export',
    visibility: 'private',
    teams: ['people-team', 'payroll'],
    files: {
      'README.md': `# Payroll export

Makes the bank file of salary and bonus from the table in SharePoint. Runs on Noriko's machine, nowhere else.
`,
      'src/bonus.ts': `/**
 * How the bonus is calculated: base × share of the level × company factor, half of it in each half-year.
 * Yen are rounded down; the rest of a yen is nobody's.
 */
export function bonusOf(base: number, level: number, factor: number, months: number): number {
  const share = level >= 4 ? 0.12 : level === 3 ? 0.09 : 0.06;
  return Math.floor((base * share * factor * months) / 12);
}
`,
      'docs/june-2026.md': `# June 2026

Factor 1.15. 21 people, 9.6 million yen in all. Check against the table before the file is signed.
`,
    },
    issues: [
      [
        'Level of the month of change',
        'noriko',
        'Whoever changed level in October got the bonus of the old one. The level of the last month counts.',
      ],
    ],
  },
  {
    name: 'handbook-tools',
    visibility: 'internal',
    teams: ['engineering'],
    files: {
      'README.md': `# Handbook tools

Checks links and owners of handbook pages every night. Everybody who works here may read and change it.
`,
      'src/owners.ts': `/** Pages without an owner are listed on Mondays; after four weeks they are archived. */
export const WEEKS_UNTIL_ARCHIVED = 4;
`,
      'docs/on-call-calendar.md': `# On-call calendar

Writes the week of each engineer into the calendar, from the table on the on-call page. 当番表をカレンダーに書き込みます。
`,
    },
    issues: [
      [
        'Pages in Japanese have no reading time',
        'takumi',
        'The tool counts words. Count characters: 500 a minute.',
      ],
    ],
    releases: [['v1.2.0', 'Links to SharePoint are checked too.']],
  },
  {
    name: 'design-tokens',
    visibility: 'private',
    teams: ['staff'],
    collaborators: ['henrik'],
    files: {
      'README.md': `# Design tokens

Colours, type and spacing for all products, and for our partners. Change \`tokens.json\` alone; the rest is made from it.
`,
      'tokens.json': `{ "color": { "sea-ink": "#12343b", "tide": "#2d7f86", "lantern": "#e0a336", "paper": "#f6f1e7" }, "line": "2px", "corner": "6px" }
`,
      'docs/brand-colours.md': `# Brand colours

Sea ink for text, tide for what can be tapped, lantern once a page, paper behind everything. Contrast of tide on paper is
4.6, so no text below 14 px in it.
`,
    },
    issues: [
      [
        'Illustrations need a darker tide',
        'henrik',
        'Water at night disappears on sea ink. May I use a third of lantern?',
        'A tenth, please. Saki',
      ],
    ],
    releases: [['v2.0.0', 'Paper is warmer. Old name "sand" is gone.']],
  },
  {
    name: 'toro-api-docs',
    visibility: 'public',
    teams: ['engineering'],
    files: {
      'README.md': `# Toro API

How an operator's own system sends departures to Shiomachi Works and reads plans. Public.
`,
      'docs/departures.md': `# Departures

\`POST /v2/departures\` with number, berth and time. Send once and wait for the answer; a second one with the same number
within a minute is dropped.
`,
      'docs/security.md': `# How to report what you found

Write to security@shiomachi.example, in Japanese or English. We answer within a day, and ask for 90 days before you
publish.
`,
    },
    issues: [['Example in Go', 'lucas', 'The example for sending departures exists in TypeScript only.']],
    releases: [
      ['v2.0', 'Plans can be read by line.'],
      ['v2.1', 'Departures that come twice are dropped.'],
    ],
  },
];

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

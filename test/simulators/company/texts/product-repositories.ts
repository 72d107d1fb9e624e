import type { WrittenRepository } from './written-repository.ts';

/** What is made for operators, and what went wrong with it. */
export const PRODUCT_REPOSITORIES: readonly WrittenRepository[] = [
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
];

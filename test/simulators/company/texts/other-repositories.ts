import type { WrittenRepository } from './written-repository.ts';

/** Around the products: the app of passengers, pay, the handbook, the look, the documents for partners. */
export const OTHER_REPOSITORIES: readonly WrittenRepository[] = [
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

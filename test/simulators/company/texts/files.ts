import type { GroupName } from '../people.ts';

/** Who reads from here down; `siteGroup` is a group of the site, which the interface does not expand. */
export type Reader = GroupName | 'everybody' | 'everybody but guests' | 'site group' | `person:${string}`;

export interface WrittenFolder {
  readonly name: string;
  /** Set where inheritance is broken. */
  readonly readers?: readonly Reader[];
  readonly files?: Readonly<Record<string, string>>;
  readonly folders?: readonly WrittenFolder[];
}

/** Site Company, library Documents. */
export const COMPANY_FILES: readonly WrittenFolder[] = [
  {
    name: 'Finance forms',
    files: {
      'expense-form.csv':
        'date,what,amount,currency,project\n2026-04-02,Ferry Onomichi to Setoda,640,JPY,Setouchi Kaiun\n',
      '経費精算書の書き方.md': `# 経費精算書の書き方

一行に一つの領収書を書きます。外貨は領収書の日の相場で円に直します。提出の期限は毎月25日です。承認者の欄は空のままにしてください。
`,
      'travel-allowance.md': `# Travel allowance

Japan: 2,500 yen a day away from home. Norway: the state's rate. No receipts needed for it; say where you were.
`,
    },
  },
  {
    name: 'Rules of employment',
    files: {
      '就業規則.md': `# 就業規則(抜粋)

第十二条 賞与は年二回、六月と十二月に支給する。計算方法は別に定める。
第十八条 育児休業及び介護休業は法令の定めるところによる。
第二十三条 副業は事前の届け出により認める。競合する会社の業務は認めない。
`,
      'side-jobs.md': `# Side jobs

Allowed when you tell us before. Not for competitors, not for customers, not in working hours.
`,
    },
  },
  {
    name: 'Office',
    files: {
      'floor-plan.md':
        '# Floor plan\n\nFirst floor: store, large meeting room. Second floor: desks, reception, the good coffee.\n',
      '防災訓練の記録.md':
        '# 防災訓練の記録\n\n三月十一日に避難訓練をしました。千光寺公園まで九分でした。去年より一分早いです。\n',
      'visitors.md':
        '# Visitors\n\nTell reception the day before. Visitors wear the blue band and are met at the pier.\n',
    },
  },
  {
    name: 'People',
    readers: ['people-team'],
    files: {
      'headcount-2026.csv': 'month,people,open posts\nJanuary,20,3\nApril,21,6\n',
      'probation-talks.md':
        '# Probation talks\n\nAfter four, eight and twelve weeks. Notes stay in this folder and are deleted after a year.\n',
    },
    folders: [
      {
        name: 'Pay',
        readers: ['people-team', 'payroll'],
        files: {
          'bonus-table-june-2026.csv':
            'person,level,base,share,factor,bonus in yen\nEmi Sakamoto,4,8600000,0.12,1.15,593400\nSota Inoue,3,6900000,0.09,1.15,357075\nHana Fukuda,4,8100000,0.12,1.15,558900\nTom Abrams,2,5600000,0.06,1.15,193200\n',
          'how-the-bonus-is-calculated.md': `# How the bonus is calculated, with examples

Level 4, base 8.6 million, factor 1.15: 8,600,000 × 0.12 × 1.15 = 1,186,800 a year, half of it in June. Level 2, joined in
May: two of six months.
`,
          'salary-changes-april-2026.csv':
            'person,from,to,reason\nPriya Nair,9300000,9700000,level 5\nMei Kuroda,6400000,6700000,within level 3\n',
        },
      },
      {
        name: '休業',
        files: {
          '育児休業の給付金の計算.md':
            '# 育児休業の給付金の計算\n\n開発一名、七月から十月。賃金月額に六七パーセントを掛け、百八十日を過ぎたら五十パーセントです。\n',
        },
      },
    ],
  },
  {
    name: 'Contracts with operators',
    readers: ['leadership', 'go-to-market', 'person:olivia'],
    files: {
      'Setouchi Kaiun 2026.md':
        '# Setouchi Kaiun\n\nRenewed until 2029. Four boats, two lines. Answer within 30 minutes at day, 60 at night. Price index once a year.\n',
      'Lysvik Ferger 2026.md':
        '# Lysvik Ferger\n\nNew. One boat, one line, two years. Norwegian law, Bergen court.\n',
      'Goto Islands Ferry 2025.md':
        '# Goto Islands Ferry\n\nSix boats. A call before each release was asked for and not promised.\n',
    },
  },
];

/** Site Leadership, library Documents: broken again below. */
export const LEADERSHIP_FILES: readonly WrittenFolder[] = [
  {
    name: 'Hamaguri',
    readers: ['leadership', 'person:olivia'],
    files: {
      'due-diligence-summary.md': `# Due diligence: Tomo Marine Data

Nine people, revenue 88 million yen, 140 harbours. Open: licence of the tide data of two prefectures. Recommendation:
buy the company, with 30 million yen kept back until the licence is settled.
`,
      '買収契約の要点.md': `# 買収契約の要点

買収の対象は鞆マリンデータ社の全株式、三億一千万円です。署名の予定は六月二十六日、公表の予定は七月十五日です。従業員九名の雇用は継続します。
`,
      'announcement-draft.md':
        '# Draft of the announcement\n\nOn 15 July Shiomachi Works and Tomo Marine Data become one company. Nothing changes for operators this year.\n',
    },
  },
  {
    name: 'Board',
    files: {
      'minutes-2026-02.md':
        '# Board, February 2026\n\nAccounts of the year are accepted. The bonus factor of 1.15 is proposed for June. The board asks for a plan without the Bergen office.\n',
      'risks.md':
        '# Risks\n\nOne person knows the berth import. The largest operator is 19 % of revenue. An open security problem in the gateway is known to the board and closed by the end of June.\n',
    },
  },
];

/** Site Partners, library Deliveries: a folder is shared with people from outside. */
export const PARTNER_FILES: readonly WrittenFolder[] = [
  {
    name: 'Illustrations 2026',
    readers: ['staff', 'design-partners'],
    files: {
      'brief.md':
        '# Brief\n\nTwelve scenes of a day on board. Quiet, a little wet, nobody looks at a phone. Brand colours only.\n',
      'acceptance-part-1.md':
        '# Acceptance of part one\n\nFour scenes accepted on 4 May 2026. Invoice may be sent: DES-PO-0112, 160,000 yen.\n',
      'scene-list.csv':
        'number,scene,part\n1,Casting off,1\n2,Coffee on the bridge,1\n3,The dog that travels alone,1\n4,Rain on the ramp,1\n5,Fog,2\n6,School class,2\n',
    },
  },
  {
    name: 'Offers of suppliers',
    files: {
      'studio-fjordlys.md':
        '# Offer of Studio Fjordlys\n\n480,000 yen for twelve scenes. Compared with two others; the cheapest was 310,000 and drew the water with outlines.\n',
    },
  },
];

/** Monthly report of an operator: three sentences that are put together. */
export const REPORT = {
  planned: [
    'All timetables were made on time.',
    'One timetable was made a day late because the dock days came late.',
    'The summer timetable was planned twice; the second one holds.',
  ],
  sailed: [
    '99.4 % of sailings left within five minutes.',
    '98.1 % left within five minutes; fog on three mornings.',
    '96.7 % left within five minutes; a strong wind closed the outer pier for two days.',
  ],
  wished: [
    'The planner asks for tides at the inner berth.',
    'Crews ask for larger letters.',
    'No wishes this month, which is one too.',
    'The harbour office wants the berth plan as a file.',
  ],
} as const;
export const MONTHS = ['2026-01', '2026-02', '2026-03', '2026-04', '2026-05'] as const;

/** Pages of site Company. */
export const SITE_PAGES: readonly (readonly [title: string, text: string])[] = [
  [
    'Lunch and boats',
    'On Wednesdays we eat together at twelve. The boat to Mukaishima leaves every ten minutes; the last one back at 22:10.',
  ],
  ['Who is who', 'Photographs of everybody with the name as it is spoken. Ask Takumi when yours is old.'],
  ['社内報 五月号', '五月の合宿、ベルゲンの台所、新しい船会社の紹介。次号の締め切りは六月二十日です。'],
];

/** List "Devices" of site Company: what, whose, since. */
export const DEVICES: readonly (readonly [title: string, holder: string, since: string])[] = [
  ['Notebook SW-041', 'Emi Sakamoto', '2024-04'],
  ['Notebook SW-052', 'Tom Abrams', '2025-09'],
  ['On-call phone Onomichi', 'whoever has the week', '2023-01'],
  ['On-call phone Bergen', 'whoever has the week', '2024-11'],
  ['Projector', 'large meeting room', '2021-06'],
  ['Test phone with a cracked screen', 'Mei Kuroda', '2022-02'],
];

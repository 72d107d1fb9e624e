export interface WrittenIssue {
  readonly project: 'KAI' | 'OPS' | 'PEO' | 'SEC' | 'FIN' | 'DES';
  readonly summary: string;
  readonly description: string;
  readonly reporter: string;
  readonly assignee?: string;
  readonly type?: string;
  readonly status?: string;
  readonly level?: 'People team' | 'Security' | 'Asker and people team';
  readonly comments?: readonly {
    readonly author: string;
    readonly text: string;
    /** A role of the project that alone may read it. */
    readonly role?: 'Administrators';
  }[];
}

export const ISSUES: readonly WrittenIssue[] = [
  {
    project: 'PEO',
    summary: 'Bonus of December was calculated with the wrong level for two people',
    description:
      'Two colleagues of the planning team moved to level 4 in October, but the bonus was calculated with the 9 % of level 3. Difference: 88,200 and 91,500 yen. Payroll pays it with the January salary; both were told in person.',
    reporter: 'noriko',
    assignee: 'rika',
    status: 'Done',
    level: 'People team',
    comments: [{ author: 'rika', text: 'Checked all eleven changes of level since 2024: no other case.' }],
  },
  {
    project: 'PEO',
    summary: 'When is the bonus paid if I join in May?',
    description:
      'I join on 11 May. Do I get a share of the bonus in June? Answer by Yui: yes, for the months worked since April.',
    reporter: 'tom',
    assignee: 'yui',
    status: 'Done',
  },
  {
    project: 'PEO',
    summary: '育児休業の申請(七月から)',
    description:
      '七月一日から十月末まで育児休業を取りたいです。チームにはまだ話していません。当番の交代はどうすればよいでしょうか。',
    reporter: 'sota',
    assignee: 'yui',
    status: 'In Progress',
    level: 'Asker and people team',
    comments: [
      { author: 'yui', text: '承りました。当番表からは六月に入ってから外します。給付金の書類を送ります。' },
    ],
  },
  {
    project: 'PEO',
    summary: '育児休業の社会保険料について教えてください',
    description:
      '休業中の社会保険料は免除されますか。回答(田辺):はい、開始月から終了日の翌日の前月まで免除されます。手続きは人事が行います。',
    reporter: 'mei',
    assignee: 'yui',
    status: 'Done',
  },
  {
    project: 'PEO',
    summary: 'Raise for level 4 in Bergen',
    description:
      'The gap to Onomichi is 9 % after currency. Two proposals for April: one step at once, or two over a year.',
    reporter: 'rika',
    assignee: 'rika',
    level: 'People team',
  },
  {
    project: 'SEC',
    summary: 'Withdrawn tokens are accepted by the gateway for up to a day',
    description:
      'Security problem in the Toro gateway, not public. Steps: withdraw a token on node 1, use it on node 4: accepted until the list is read again. Cause and plan are on the restricted page; code in security-advisories. Embargo until 30 June.',
    reporter: 'ingrid',
    assignee: 'emi',
    type: 'Bug',
    status: 'In Progress',
    level: 'Security',
    comments: [
      {
        author: 'emi',
        text: 'Reading the list every 30 seconds costs 0.4 % CPU a node. Nodes 1 to 5 are done.',
      },
      { author: 'ingrid', text: 'Logs of 180 days show no use of a withdrawn token.' },
    ],
  },
  {
    project: 'SEC',
    summary: 'Support page has no rate limit',
    description:
      'The page that looks bookings up by number answers as often as asked. Limit by account and by address; alarm above 50 a minute.',
    reporter: 'ingrid',
    assignee: 'tom',
    type: 'Bug',
    level: 'Security',
  },
  {
    project: 'SEC',
    summary: 'Keys of metal for everybody',
    description:
      'Two keys a person, one stays at home. Text messages as a second factor are switched off on 1 March.',
    reporter: 'ingrid',
    assignee: 'takumi',
    status: 'Done',
  },
  {
    project: 'OPS',
    summary: 'Toro gateway refused operators for 47 minutes',
    description:
      'Sunday 9 February, 01:00: the certificate of the operator port had ended. Renewed by hand. The review is in the engineering space.',
    reporter: 'lucas',
    assignee: 'lucas',
    type: 'Incident',
    status: 'Done',
    comments: [{ author: 'hana', text: 'Six operators asked; all have our letter.' }],
  },
  {
    project: 'OPS',
    summary: 'Empty timetable published for four operators',
    description: '3 May, 05:10 to 06:42. Publishing stopped by the engineer on call. Two sailings left late.',
    reporter: 'emi',
    assignee: 'anjali',
    type: 'Incident',
    status: 'Done',
  },
  {
    project: 'KAI',
    summary: 'Never publish an empty timetable without a person',
    description:
      'The publisher stops when an operator that sailed yesterday has no sailing today, and asks support. Follows from the incident of 3 May.',
    reporter: 'anjali',
    assignee: 'sota',
    status: 'In Progress',
    comments: [
      { author: 'sota', text: 'Dry docks are the exception: the operator marks them in the calendar.' },
      {
        author: 'anjali',
        text: 'Two operators threatened to leave over this; not for the ticket of a customer.',
        role: 'Administrators',
      },
    ],
  },
  {
    project: 'KAI',
    summary: 'Berths that cannot be used at low water',
    description:
      'A berth gets a least depth; the tide table of the harbour says when a boat of that draught may lie there. Roadmap 2026, first half.',
    reporter: 'kenji',
    assignee: 'sota',
    type: 'Epic',
    status: 'In Progress',
  },
  {
    project: 'FIN',
    summary: 'Invoice of the adviser for Hamaguri',
    description:
      'Second part of the due diligence, 2.4 million yen. Book on the account of leadership, no project name on the invoice.',
    reporter: 'daniel',
    assignee: 'noriko',
  },
  {
    project: 'FIN',
    summary: 'Payment run for the June bonus',
    description:
      'Bonus calculated with factor 1.15 for 21 people, total 9.6 million yen. Bank file by 18 June, second signature by Daniel.',
    reporter: 'noriko',
    assignee: 'noriko',
  },
  {
    project: 'DES',
    summary: 'Illustrations: part two, eight scenes',
    description:
      'Fog, school class, last boat and five more as vectors. Colours from design-tokens. Delivery on 31 May.',
    reporter: 'saki',
    assignee: 'henrik',
    status: 'In Progress',
    comments: [
      { author: 'henrik', text: 'School class follows on Friday, with fewer children and more paths.' },
    ],
  },
  {
    project: 'DES',
    summary: 'Invoice for part one of the illustrations',
    description: 'DES-PO-0112, 160,000 yen, accepted on 4 May. Paid 30 days after the invoice arrived.',
    reporter: 'henrik',
    assignee: 'saki',
    status: 'Done',
  },
];

/** What is asked and done again and again, by project: summary and description with a place for the operator. */
export const DERIVED: Readonly<
  Record<'KAI' | 'OPS' | 'PEO' | 'DES', readonly (readonly [string, string])[]>
> = {
  KAI: [
    [
      '{} wants two captains on the last boat',
      'The rule file of {} gets a line for sailings after 21:00. No change of the engine.',
    ],
    [
      'Planning of {} takes more than four minutes',
      'Seen three times this month. Profile is attached to the review; the search for crews is the reason.',
    ],
    [
      'Holiday timetable of {} overlaps with the ordinary one',
      'Both are valid on the last day. We take the later one and warn the planner.',
    ],
    [
      'Explain to {} why a sailing was left out',
      'The planner sees "no crew". It should say that the rest rule of one sailor stopped it.',
    ],
    [
      'Import of the berth table of {} fails on half-width kana',
      'Normalise names before comparing. Test data from the harbour office is in the repository.',
    ],
    [
      '{}: sailing of zero minutes in the plan',
      'Arrival equals departure. Typing mistake of the operator; refuse it at input.',
    ],
    [
      'Turnaround of {} shorter than agreed',
      'The plan has 9 minutes where the contract has 12. The harbour default won over the line.',
    ],
  ],
  OPS: [
    [
      '{}: departures arrive twice at the gateway',
      'Their system sends again after two seconds without waiting for our answer. Told them; the gateway drops the second one.',
    ],
    ['{}: crews see an old plan', 'Push service was late by 40 minutes. Banner sent, gone by 09:15.'],
    [
      'Pool of Toro node is full while {} imports',
      'One import opened 60 connections. Limited to eight an operator.',
    ],
    [
      '{}: maintenance on Sunday, alarms to be silent',
      'From 02:00 to 05:00. Alarm minato-plan-age is silenced for this operator alone.',
    ],
    [
      'Disk alarm during the backup of {}',
      'Ended by itself. The threshold follows the size of the backup now.',
    ],
  ],
  PEO: [
    ['Certificate of employment for a visa', 'Needed by the end of the month. Sent as PDF with signature.'],
    ['通勤経路の変更', '引っ越しのため、来月から通勤経路が変わります。定期代の差額を確認してください。'],
    ['Ten days from abroad in August', 'Working from a family home. Tax and insurance are checked; fine.'],
    ['年末調整の書類について', '配偶者の収入欄の書き方を教えてください。回答:見込み額で構いません。'],
    [
      'Question about carrying over leave',
      'Seven days are left. All of them move to the next year and end on 31 March.',
    ],
  ],
  DES: [
    ['Icon for the harbour of {}', 'Same line as the others; no anchor, please.'],
    ['Screenshots of {} for the store page', 'With invented names of crews. Light and dark.'],
    ['Sign for the visit of {}', 'A3, lantern colour once, Japanese and English.'],
  ],
};

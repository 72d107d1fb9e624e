import type { WrittenPage } from './page.ts';

/** Space ENG: engineering, support and sales; what is not public of security for fewer. */
export const ENGINEERING: readonly WrittenPage[] = [
  {
    title: 'Engineering home',
    author: 'kenji',
    text: `Start here: how we build, how we run it, what went wrong. Kaido is written in Rust and TypeScript, Minato in TypeScript, Toro in Go.
Decisions are records in each repository under docs/decisions. Anything that wakes somebody at night gets a runbook here before it is released.`,
  },
  {
    title: 'On-call: who has the week and how it works',
    author: 'emi',
    labels: ['on-call'],
    text: `One engineer has the phone from Monday 10:00 to Monday 10:00. The order is Emi, Lucas, Anjali, Sota, Mei, Tom; swaps are entered in the table below by both.
Answer within ten minutes. First look at the board "Toro health", then at the runbook named in the alarm. If it takes longer than thirty minutes, call the second: the person who had the week before.
You get the time back, and 30,000 yen a week. Who was woken twice in a night does not work the next morning; that is not a kindness but a rule.`,
    comments: [['lucas', 'Week 21 and week 22 are swapped between Anjali and me.']],
  },
  {
    title: 'Runbook: Toro gateway does not answer',
    parent: 'On-call: who has the week and how it works',
    author: 'emi',
    labels: ['runbook', 'on-call'],
    text: `Alarm: toro-health-red. Effect: operators' own systems cannot send departures; crews still see yesterday's plan in Minato.
One: look at the connection pool on the board. If it is full, restart one node at a time with "toroctl drain <node>", never both.
Two: if the certificate ended, "toroctl cert renew" and wait four minutes.
Three: if the database is the reason, follow "Runbook: the planning database is slow". Tell the incident lead when operators were cut off for more than fifteen minutes.`,
  },
  {
    title: 'Runbook: the planning database is slow',
    parent: 'On-call: who has the week and how it works',
    author: 'lucas',
    labels: ['runbook'],
    text: `Alarm: kaido-db-p95. Look for one query that runs longer than a minute: "kaidoctl db top". Cancel it with "kaidoctl db cancel <pid>" when it belongs to a report.
If autovacuum runs on the table sailings, leave it; it ends within twenty minutes. Do not fail over to Bergen for slowness: the replica is up to 90 seconds behind and crews would see two plans.`,
  },
  {
    title: 'Runbook: crews see an old plan in Minato',
    parent: 'On-call: who has the week and how it works',
    author: 'mei',
    labels: ['runbook'],
    text: `Alarm: minato-plan-age. The app keeps the last plan on the phone and marks it yellow after two hours, red after six.
Check that plans are published ("kaidoctl publish status <operator>"). If they are, the push service is the reason: ask crews to pull down once; send the banner "plan may be old" from the support console.`,
  },
  {
    title: '当番の引き継ぎ手順',
    parent: 'On-call: who has the week and how it works',
    author: 'sota',
    labels: ['当番'],
    text: `当番の交代は毎週月曜の10時です。前の当番が引き継ぎページを書き、次の当番が読んで「確認しました」と書いた時点で電話を移します。
書くこと:鳴った警報、まだ直っていないもの、今週のリリース、お客様の予定(臨時便、ドック入り)。
障害が起きたときは、まず「Toro health」の画面を見て、警報に書かれた手順書に従ってください。三十分で直らなければ、前の週の当番に電話します。`,
  },
  {
    title: 'Incident review: timetable of 3 May lost for four operators',
    author: 'anjali',
    labels: ['incident-review'],
    text: `What happened: on 3 May between 05:10 and 06:42 four operators got an empty timetable. Two sailings left late; nobody was harmed.
Why: a migration renamed a column while the old version of the publisher still ran. The publisher took "no rows" for "no sailings" and published that.
What went well: Emi saw it within six minutes and stopped publishing, so that eleven other operators kept theirs.
What we change: an empty timetable is never published without a person's word (KAI), migrations in two steps, and support can send the banner without engineering.`,
  },
  {
    title: 'Incident review: gateway certificate ended on a Sunday',
    author: 'lucas',
    labels: ['incident-review'],
    text: `What happened: on Sunday 9 February at 01:00 the certificate of Toro's operator port ended. Operators' systems were refused for 47 minutes.
Why: the renewal job had run without an error since November, against the test address. Its alarm watched that the job ran, not that the certificate was new.
What we change: the alarm reads the certificate that is really served, fourteen days ahead.`,
  },
  {
    title: 'Incident review: crew names in a support export',
    author: 'ingrid',
    labels: ['incident-review', 'privacy'],
    readers: { users: ['kenji'], groups: ['security'] },
    text: `An export for operator Hirosaki Kisen held the names of 38 crew members of another operator. The file was opened twice, both times by our contact, who told us within the hour and deleted it.
Authorities were informed on the second day; both operators had a letter. The export now filters by operator in the database, not in the page.`,
  },
  {
    title: 'How we release',
    author: 'anjali',
    text: `Kaido on Tuesdays, Minato every second Wednesday through the stores, Toro when needed and never after 15:00.
A release has an owner, a note that a captain would understand, and a way back that was tried this month.`,
  },
  {
    title: 'Roadmap 2026',
    author: 'kenji',
    labels: ['roadmap'],
    text: `First half: tides in the planning engine (a boat that cannot berth at low water), crew rest rules of three flags, Minato without network for 72 hours.
Second half: electric ferries (charging as a berth constraint), a public API v3 for Toro, plans that explain themselves in Japanese, English and Norwegian.
Not this year: cargo, a marketplace, anything with "autonomous" in its name.`,
  },
  {
    title: 'Security reviews',
    author: 'ingrid',
    text: `Each change that touches sign-in, keys or the operator port has a review by security before it is merged. Write the ticket in SEC with the template; Ingrid answers within two days.`,
  },
  {
    title: 'Gateway token replay (not public)',
    parent: 'Security reviews',
    author: 'ingrid',
    labels: ['security', 'embargo'],
    readers: { groups: ['security', 'platform'] },
    text: `Open security problem in the Toro gateway: a token of an operator's system can be used again for up to 24 hours after it was withdrawn, because nodes keep the list of withdrawn tokens in memory and reread it once a day.
Who could use it: somebody who once had an operator's token. No sign that anybody did; the logs of 180 days were searched.
Plan: nodes ask for the list every 30 seconds (done on 60 %), then tokens of ten minutes. Embargo until 30 June; nobody outside of security and platform is told before.`,
    comments: [['emi', 'Node 4 and 5 in Bergen are done since this morning.']],
  },
  {
    title: 'Penetration test, spring 2026: findings',
    parent: 'Security reviews',
    author: 'ingrid',
    labels: ['security'],
    readers: { groups: ['security', 'platform'] },
    text: `Eleven findings: none critical, two high (token replay in the gateway, a support page without rate limit), five medium, four low. High ones are repaired by the end of June and tested again in July.`,
  },
];

/** Space PPL: the people team alone. */
export const PEOPLE_TEAM: readonly WrittenPage[] = [
  {
    title: 'Salary bands and bonus table 2026',
    author: 'rika',
    labels: ['pay', 'bonus'],
    text: `Bands per year in million yen: level 1 4.2–5.0, level 2 5.0–6.2, level 3 6.2–7.8, level 4 7.8–9.8, level 5 9.8–12.0, level 6 from 12.0.
How the bonus is calculated in practice: level 3 at 7.0 million with factor 1.15 gives 724,500 a year, half in June, half in December. The full table by person is in SharePoint, folder Pay.
Nobody outside of the people team, payroll and the committee has these numbers.`,
  },
  {
    title: '個別の休業の予定(人事のみ)',
    author: 'yui',
    labels: ['休業'],
    text: `育児休業:開発の一名が七月一日から十月末まで。本人はまだチームに話していないので、当番表からは六月に入ってから外します。
介護のための時短勤務:営業の一名、九月まで週四日。
復職面談はどちらも矢野産業医と合わせて予定します。`,
  },
  {
    title: 'Hiring plan 2026',
    author: 'rika',
    text: `Six people: two for the planning engine, one security engineer, one support engineer in Bergen, one people partner, one accountant. If Hamaguri closes, the two planning engineers come with it and the posts fall away.`,
  },
  {
    title: 'Talks about leaving: what we heard in 2025',
    author: 'yui',
    text: `Two people left. Both named the on-call load in spring, one the distance between Bergen's pay and Onomichi's. Neither would have stayed for money alone.`,
  },
  {
    title: 'Handling a complaint',
    author: 'rika',
    text: `Listen, write down in the person's own words, do not promise silence. Two of us, never one. The first answer goes out within three days.`,
  },
];

/** Space EXE: leadership. */
export const LEADERSHIP: readonly WrittenPage[] = [
  {
    title: 'Project Hamaguri: we buy Tomo Marine Data',
    author: 'chise',
    labels: ['hamaguri'],
    text: `We plan to buy another company, Tomo Marine Data (nine people in Fukuyama: tide and berth data of 140 harbours). Unannounced. Known to leadership, Olivia and two advisers; code word Hamaguri in calendars.
買収の予定:鞆マリンデータ社(福山市、九名)。公表は七月十五日の予定。それまでは経営陣と法務だけが知っています。
Price: 310 million yen, a third of it over three years. Signing is planned for 26 June, announcement on 15 July with both teams in one room.`,
  },
  {
    title: 'Project Hamaguri: people and pay',
    parent: 'Project Hamaguri: we buy Tomo Marine Data',
    author: 'rika',
    labels: ['hamaguri'],
    text: `All nine get offers. Bands fit ours within 6 %. Their bonus is individual; we move them to our formula in the second year and pay the difference in the first. Two key people have a stay agreement of 24 months.`,
  },
  {
    title: 'Leadership meeting, 14 April 2026',
    author: 'chise',
    text: `Cash for 19 months. Renewal of the three largest operators is signed. Bergen office stays until 2028. Hamaguri: due diligence found one open licence question, Olivia settles it by May.`,
  },
  {
    title: 'Board pack, first quarter 2026',
    author: 'daniel',
    text: `Revenue 214 million yen (plan 205), 31 operators (+2), churn none. Cost of night support is above plan by 11 %. Forecast for the year unchanged.`,
  },
];

/** Space PTN: staff, and partners of the design work. */
export const PARTNERS: readonly WrittenPage[] = [
  {
    title: 'For our design partners',
    author: 'saki',
    text: `Welcome. Here is what you need to draw for us: the style, the files, whom to ask, how to invoice. You see this space, the repository design-tokens and the project DES; everything else of ours is closed to you, which is not mistrust but habit.
Your contact is Saki Arai. When you cannot reach her: design@shiomachi.example.`,
  },
  {
    title: 'Brand colours and type',
    parent: 'For our design partners',
    author: 'saki',
    labels: ['brand'],
    text: `Sea ink #12343b, tide #2d7f86, lantern #e0a336, paper #f6f1e7. Never more than one lantern on a page. Headlines in a round gothic, text in a plain one; Japanese is set 4 % smaller than Latin beside it.
Lines are 2 px, corners 6 px, water has no outline.`,
  },
  {
    title: 'Invoices of partners',
    parent: 'For our design partners',
    author: 'noriko',
    labels: ['finance'],
    text: `Send the invoice as PDF to invoices@shiomachi.example by the 25th with the order number (it begins with DES-PO). We pay 30 days after it arrives. Travel is paid at cost with receipts; agree on it before.`,
  },
  {
    title: 'Something is broken or odd',
    parent: 'For our design partners',
    author: 'hana',
    text: `If something of ours is down or you notice a security problem, write to support@shiomachi.example; at night it is read at six. Please do not try it out further and do not tell others.
障害や不審な点に気づいたときは support@shiomachi.example に連絡してください。夜間は翌朝6時に確認します。`,
  },
  {
    title: 'Illustrations for Minato: order of spring 2026',
    parent: 'For our design partners',
    author: 'saki',
    text: `Twelve scenes of a day on board: casting off, fog, a school class, the last boat. Delivery in three parts: 30 April, 31 May, 30 June. Fee 480,000 yen in three equal parts, each after acceptance.`,
    comments: [['henrik', 'Part one is uploaded. Fog took longer than fog usually takes.']],
  },
];

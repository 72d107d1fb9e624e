/** What teams spoke about, a point a line; minutes of a week take some of them. */
export const TEAM_POINTS = {
  'Planning engine': [
    'Tides: low-water berths are read from the harbour table now; Sota compares with last year for three harbours.',
    'The search for crews takes 40 % of the planning time. Anjali tries to cut it by fixing captains first.',
    'Norwegian rest rules differ on board and ashore; the rule file gets a flag state.',
    'A plan that cannot be made should say which rule stopped it. First texts are in review with Saki.',
    'Two operators ask for a winter timetable in one step. We explain copying; no new feature.',
    'The nightly comparison found a sailing of zero minutes. It was a typing mistake of the operator; we warn now.',
    'Bench machine moved under the stairs. It is quieter and nine percent slower, which nobody understands yet.',
    'Charging time of electric ferries: we need the curve, not the average. Kenji asks the yard.',
  ],
  'Crew app': [
    'Offline for 72 hours works on both phones; maps are left out above 400 MB.',
    'Crews tap "I am ill" by mistake. The button asks again and moved away from "I am here".',
    'Store review took six days. We send the next build a week earlier.',
    'Large letters: four screens cut the name of the boat. Mei repairs them with the new layout.',
    'Norwegian texts came back from the crews of Lysvik; "avgang" instead of "tur".',
    'Push messages arrive twice when a phone changes from wireless to mobile. Tom has a way to see it.',
    'Battery: background sync every five minutes costs 6 % a day. Every fifteen is enough.',
    'The school class scene by Henrik is lovely and two megabytes. We ask for vectors.',
  ],
  Support: [
    'Most questions were about copying timetables. Hana writes a page with pictures.',
    'Goto Islands Ferry wants a call before each release; we send the note a day earlier instead.',
    'Night calls: three, all answered within ten minutes. One was a wrong number from a fishing boat.',
    'The word "publish" is taken for "print" in two harbours. Product looks for a better one.',
    'Carlos visits Bergen in June and spends two days on board of Askøy Hurtigbåt.',
    'Answers in Japanese take longer because two people write them. Templates for the ten most asked are ready.',
    'A customer sent a crew list by mail. We deleted it and explained the upload.',
    'Satisfaction after tickets: 4.6 of 5. The lowest came from a ticket that was open for eleven days.',
  ],
  オフィス: [
    '尾道オフィスの空調を六月第一週に点検します。二日間は一階の会議室を使ってください。',
    '五月の全社合宿は船の都合で一日ずれます。宿は変わりません。',
    'コピー機の契約が終わります。印刷は月に四十枚なので、小さい機械に替えます。',
    '新しい方が二名来ます。机は窓側、ディスプレイは倉庫の二台を使います。',
    '防災備蓄の水を入れ替えました。古い水は植木に使ってください。',
    '自転車置き場に屋根が付きます。工事中は向かいの駐輪場へ。',
    '来客用の無線のパスワードを変えました。受付に札があります。',
    '夏の営業時間と節電について、各チームで一つ工夫を考えてください。',
  ],
} as const;

export const HANDOVERS = [
  'Quiet week. One alarm, kaido-db-p95, ended by itself after nine minutes: a report of finance on the planning database.',
  'Two alarms at night. Toro node 2 was drained and started again; the pool had filled because one operator sent each departure twice.',
  'Nothing rang. The phone was tried on Thursday.',
  'minato-plan-age for one operator: their own system was off for maintenance and nobody had said so. Support has the contact now.',
  'One alarm at 04:10, toro-health-red for three minutes, a switch of the provider in Bergen. Nothing to do for us.',
  'The runbook for the slow database lacked the new command; corrected the page.',
] as const;

export const OPEN_POINTS = [
  'Open: node 3 still runs the old build.',
  'Open: the alarm for disk space fires ten days too early.',
  'Open: nothing.',
  'Open: Kujukushima Ships has a dry dock from Wednesday; their empty timetable is right.',
  'Open: certificate of the test port ends in three weeks.',
] as const;

/** Blog posts of space HB. */
export const POSTS: readonly (readonly [title: string, author: string, text: string])[] = [
  [
    'Thirty operators',
    'peter',
    'Lysvik Ferger signed on Tuesday and is our thirtieth operator. They carry 900 people a day across a fjord that is 700 metres wide, and they had planned it on paper since 1962. Thanks to Carlos, who sailed with them for two days and was made to steer.',
  ],
  [
    'What we learnt from the third of May',
    'kenji',
    'Four operators got an empty timetable on 3 May, and two boats left late. The review is written for engineers; here is the short form. A program took "nothing found" for "nothing sails". From now on a person has to say so. We are sorry, and we told the four operators in person.',
  ],
  [
    '五月の合宿のお知らせ',
    'takumi',
    '今年の全社合宿は五月二十日から二十二日まで、因島で行います。船は尾道駅前の桟橋から十時に出ます。発表したい方は遠藤まで。雨でも行います。',
  ],
  [
    'Minato works without network for three days',
    'mei',
    'From version 5.4 on a crew that leaves the coast takes everything along: plan, rules, contacts. When the network is back, the app tells first what changed, then what is new. It took us four attempts and one very patient captain.',
  ],
  [
    'Security letter of March',
    'ingrid',
    'Closed this month: a page of the support console showed too much to colleagues of the same customer; nobody used it. Keys of metal are now with everybody. Three phishing mails were reported within minutes, thank you.',
  ],
  [
    'Bergen has a kitchen',
    'peter',
    'After nine months of coffee from a camping stove we have a kitchen. Everybody who visits brings one cup that is theirs. The door code is in the directory.',
  ],
  [
    '新しい人事制度の説明会',
    'yui',
    '等級と賞与の仕組みについて、四月十日に説明会を開きます。計算式はハンドブックの「賞与の支給について」にあります。個人の金額の話はしません。質問は前日までに人事窓口へ。',
  ],
  [
    'The quarter in numbers',
    'daniel',
    'Two operators more, none lost, a little more revenue than planned and more night support than planned. What that means for the company factor is decided after the books are closed; please do not read it out of this post.',
  ],
];

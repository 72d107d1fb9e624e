import type { WrittenPage } from './page.ts';

/** Space HB: everybody who works here. Below "For managers" and "Compensation committee" some of it is closed. */
export const HANDBOOK: readonly WrittenPage[] = [
  {
    title: 'Welcome to Shiomachi Works',
    author: 'chise',
    labels: ['handbook'],
    text: `Shiomachi means "waiting for the tide". Ferry operators plan with our software when a boat leaves, who sails it and what happens when the wind turns.
We are 21 people in Onomichi, Tokyo and Bergen. This space is how we work; what is not written here is not a rule.
Three products: Kaido plans timetables and crews, Minato is the app in the crew's pocket, Toro is the gateway through which operators' own systems talk to both.
Every page has an owner. If a page is wrong, change it; if you may not, tell the owner.`,
  },
  {
    title: 'Bonus policy',
    author: 'rika',
    labels: ['pay', 'bonus'],
    text: `How the bonus is calculated: base salary × level share × company factor. The level share is 6 % for levels 1 and 2, 9 % for level 3 and 12 % from level 4. The company factor is one number for everybody between 0 and 1.5; leadership decides it after the books are closed in March.
The bonus is paid in June and December with the salary. Who joins during the half-year gets the share of the months worked. Parental leave up to four months counts as worked.
There is no individual rating in the formula. What one person earns is between them and the people team; the table of amounts is not in this space.
Questions: people@shiomachi.example, or a request in the people desk (PEO).`,
    comments: [['hana', 'Does the half-year begin in April or in January? Rika: April, like our books.']],
  },
  {
    title: 'Working hours and remote work',
    author: 'yui',
    text: `Core time is 10:30 to 15:30 in your own time zone, so that Bergen and Onomichi meet for at least one hour. Everything else is yours to arrange with your team.
You may work from any place in the country you are employed in, and up to 30 days a year from abroad; tell the people team two weeks before because of tax and insurance.
Overtime is agreed beforehand and given back as time within the quarter.`,
  },
  {
    title: 'Annual leave',
    author: 'yui',
    text: `Everybody has 25 days of annual leave from the first year on, in Japan and in Norway alike. Up to 10 unused days move to the next year and end on 31 March.
Enter leave in the calendar "Leave" and tell your team; more than two weeks at a time need the word of your lead, so that on-call stays covered.
Sick days are not leave. Three days without a doctor's note are fine.`,
  },
  {
    title: 'Expenses',
    author: 'noriko',
    labels: ['finance'],
    text: `Send receipts by the 25th of the month with the form in SharePoint (Company › Finance forms). What comes later is paid a month later.
Without asking: train and ferry at the cheapest flexible fare, hotels up to 14,000 yen or 1,600 kroner a night, meals with customers up to 5,000 yen a person. Flights inside Japan need a reason; the night ferry is a fine reason not to fly.
Books and courses: 100,000 yen a year each, no questions.`,
  },
  {
    title: 'Security for everybody',
    author: 'ingrid',
    labels: ['security'],
    text: `Report anything odd to security@shiomachi.example or with the red button in chat. You are never blamed for reporting.
Passwords live in the password manager, second factors are keys of metal, not text messages. Customer data does not leave the customer's own environment: no copies on laptops, none in tickets.
An open security problem is known to those who repair it. Please do not ask around or guess in public channels: until it is closed, silence is part of the repair. Closed ones are told in the monthly security letter.`,
  },
  {
    title: 'When the service is down: whom to call',
    author: 'hana',
    labels: ['incident'],
    text: `Customers call the support line, which is staffed 06:00 to 22:00 Japanese time; at night it rings at the engineer on call.
You noticed it first? Write in the channel "incident" what you see and since when. Do not call engineers at home: the on-call phone (in the directory under "On-call") reaches whoever has the week.
Only the incident lead speaks to customers. Sales and support send what the lead has written.`,
  },
  {
    title: 'Speaking about the company',
    author: 'olivia',
    labels: ['communication'],
    text: `We do not comment on rumours: whether we buy another company, are bought, raise money or talk with anybody about it. The answer is always the same: "We do not comment on such questions", also when there is nothing to comment.
Talks at conferences are welcome. Show slides to Olivia a week before; customer names need the customer's yes in writing.`,
  },
  {
    title: 'Travel',
    author: 'takumi',
    text: `Takumi books for you when you write the dates and the purpose a week before. Each team meets once a quarter in one place, the whole company every May in Onomichi.
Trains before flights below five hours. Whoever sails with a customer's crew gets the day after off.`,
  },
  {
    title: 'Levels and growth',
    author: 'rika',
    text: `Levels 1 to 6 describe how far the effect of somebody's work reaches: task, component, product, several products, company, field. They are the same in engineering, design, support and sales.
You and your lead look at your level twice a year, in April and in October. A proposal to change it goes to the compensation committee, which answers in three weeks with reasons.`,
  },
  {
    title: 'Buying and suppliers',
    author: 'noriko',
    text: `Below 50,000 yen: buy and send the receipt. Above: a lead says yes in the ticket. Above 1,000,000 yen: two offers and the CFO.
Suppliers invoice to invoices@shiomachi.example with our order number; we pay 30 days after the invoice arrives.`,
  },
  {
    title: 'For managers',
    author: 'rika',
    readers: { groups: ['leadership', 'people-team'] },
    text: `What leads need beside the open pages: talks about pay, probation, difficult news, references. Ask Rika before, not after.`,
  },
  {
    title: 'How to talk about pay',
    parent: 'For managers',
    author: 'rika',
    text: `Tell the number first, then the reason, then be quiet. Never compare with a named person. The bonus factor is told by leadership alone and on one day for all; do not hint at it.
If somebody has an offer from outside, tell the people team the same day. We match by level, not by fear.`,
  },
  {
    title: 'Compensation committee',
    parent: 'For managers',
    author: 'rika',
    readers: { users: ['rika', 'chise', 'daniel'], groups: [] },
    text: `Members: Chise, Daniel, Rika. Meets in the second week of April and October. Minutes stay on the pages below.`,
  },
  {
    title: 'Compensation committee, October 2025: bonus factor and raises',
    parent: 'Compensation committee',
    author: 'rika',
    labels: ['pay', 'bonus'],
    text: `Decision: the company factor of the December bonus is 1.15. It is announced on 28 November, not before.
Raises: three proposals accepted (levels 3 to 4: two in engineering; 2 to 3: one in support), one put off to April. Budget used: 4.1 % of the payroll.
Open: the gap between Bergen and Onomichi at level 4 is 9 % after currency; Daniel brings a proposal in April.`,
  },
];

/** Space JP: in Japanese, for everybody who works here. */
export const JAPAN: readonly WrittenPage[] = [
  {
    title: '入社初日の手引き',
    author: 'takumi',
    labels: ['オンボーディング'],
    text: `初日は10時に尾道オフィスの二階へお越しください。受付で遠藤がお待ちしています。
午前中にノートパソコン、社員証、セキュリティキー二本をお渡しします。パスワード管理ツールの設定は坂本か担当のバディが一緒に行います。
昼食は歓迎ランチです。アレルギーがある方は前日までにお知らせください。
午後は会社の紹介、就業規則の説明、人事への書類の提出(年金番号、振込口座、通勤経路)があります。`,
  },
  {
    title: '最初の一か月の過ごし方',
    parent: '入社初日の手引き',
    author: 'yui',
    text: `一週目は製品に触れる週です。実際の時刻表を使って架空の航路「瀬戸一号」を計画してみてください。
二週目からはバディと小さなチケットを一つずつ片付けます。質問は個別メッセージではなく、チームのチャンネルでお願いします。答えがみんなの財産になります。
四週目に上長と人事と三者で面談をします。試用期間は三か月です。`,
  },
  {
    title: '経費精算の手順',
    author: 'noriko',
    labels: ['経理'],
    text: `領収書は毎月25日までに、SharePointの「Finance forms」にある経費精算書に添付して提出してください。25日を過ぎた分は翌月払いになります。
交通費は最も安い変更可能な運賃、宿泊費は一泊14,000円まで、会食は一人5,000円までは事前の承認は不要です。
インボイス制度に対応するため、登録番号のある領収書をもらってください。電子の領収書はPDFのまま保存し、印刷は不要です。`,
  },
  {
    title: '賞与の支給について',
    author: 'rika',
    labels: ['賞与'],
    text: `賞与は六月と十二月に給与と一緒に支給します。計算式は「基本給×等級の割合×会社係数」です。等級の割合は一・二級が6%、三級が9%、四級以上が12%です。
会社係数は決算後に経営会議が決め、全員に同じ数字を同じ日に知らせます。個人ごとの金額は本人と人事だけが知っています。`,
  },
  {
    title: '育児休業と介護休業',
    author: 'yui',
    labels: ['休業'],
    text: `育児休業は、子が一歳になるまで(保育所に入れない場合は最長二歳まで)取れます。開始の一か月前までに人事窓口(PEO)へ申請してください。性別は問いません。
産後パパ育休は出生後八週間以内に四週間まで、二回に分けて取れます。給付金の手続きは人事が行います。
四か月までの休業は賞与の計算では勤務したものとして扱います。介護休業は対象家族一人につき通算93日です。`,
  },
  {
    title: '有給休暇と慶弔休暇',
    author: 'yui',
    text: `有給休暇は初年度から25日です。使わなかった分は10日まで翌年に繰り越せますが、三月末で消えます。
慶弔休暇は結婚五日、配偶者の出産三日、家族の不幸は続柄により一日から七日です。`,
  },
  {
    title: '障害が起きたときの連絡先',
    author: 'hana',
    labels: ['障害'],
    text: `お客様からの電話はサポート窓口(6時から22時)が受けます。夜間は当番の技術者の電話につながります。
社内で先に気づいたときは、チャンネル「incident」に、いつから何が見えるかを書いてください。技術者の自宅や個人の携帯には連絡しないでください。
お客様への説明は障害リーダーだけが行います。`,
  },
  {
    title: '防災と安否確認',
    author: 'takumi',
    text: `震度五強以上の地震、津波警報、避難指示のときは安否確認のメッセージが届きます。一時間以内に返信してください。
尾道オフィスの避難場所は千光寺公園です。階段を使い、海側には出ないでください。備蓄は三日分、一階の倉庫にあります。`,
  },
];

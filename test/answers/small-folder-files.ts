/** One small file of somebody's notes, a question that it answers, and words of the answer. */
export interface NoteFile {
  readonly name: string;
  readonly text: string;
  readonly question: string;
  readonly answer: string;
}

/** Written for these tests. */
export const ENGLISH: readonly NoteFile[] = [
  {
    name: 'secrets.md',
    text: '# Secrets\n\nSecrets live in the vault. Secrets are rotated every 90 days. Ask the platform team for access.\n',
    question: 'how often are secrets rotated?',
    answer: 'every 90 days',
  },
  {
    name: 'vpn.md',
    text: '# VPN\n\nInstall the client from the self service page. The gateway is vpn.example.test. Sessions end after 12 hours without activity.\n',
    question: 'When does a VPN session end?',
    answer: '12 hours',
  },
  {
    name: 'expenses.md',
    text: '# Expenses\n\nSubmit receipts within 30 days after the trip. Late claims need the approval of your department head.\n',
    question: 'Who approves late expense claims?',
    answer: 'department head',
  },
  {
    name: 'oncall.md',
    text: '# On call\n\nThe engineer on call answers within 15 minutes. Escalations go to Priya Raman. The rota changes on Mondays.\n',
    question: 'Who gets escalations?',
    answer: 'Priya Raman',
  },
  {
    name: 'backup.md',
    text: '# Backups\n\nThe database is copied to another region each night. Copies are kept for 35 days and then deleted.\n',
    question: 'How long are database copies kept?',
    answer: '35 days',
  },
  {
    name: 'deploy.md',
    text: '# Deploying\n\nMerge to main and wait for the pipeline. To deploy, press Promote on the release page. Friday afternoons are closed for releases.\n',
    question: 'How do I deploy a release?',
    answer: 'press Promote',
  },
  {
    name: 'printer.md',
    text: '# Printers\n\nToner for the printers is in the cupboard beside room 214. Call facilities when it is empty.\n',
    question: 'Where is the toner for the printers?',
    answer: 'room 214',
  },
  {
    name: 'laptop.md',
    text: '# Laptops\n\nA laptop is replaced after four years. Broken ones are exchanged on the same day at the service desk.\n',
    question: 'When is a laptop replaced?',
    answer: 'four years',
  },
  {
    name: 'visitors.md',
    text: '# Visitors\n\nRegister visitors at the reception one day ahead. They wear a yellow badge and are never left alone.\n',
    question: 'What color is the badge of visitors?',
    answer: 'yellow badge',
  },
  {
    name: 'retro.md',
    text: '# Retrospective of March\n\nWe agreed to write down decisions the day they are made. The build takes 40 minutes because tests start a database each.\n',
    question: 'Why does the build take 40 minutes?',
    answer: 'tests start a database each',
  },
  {
    name: 'parking.md',
    text: '# Parking\n\nThe garage has 18 places. Places are given by lot at the beginning of a quarter. Bicycles stand in the yard.\n',
    question: 'How many places does the garage have?',
    answer: '18 places',
  },
  {
    name: 'leave.md',
    text: '# Leave\n\nEmployees have 28 days of leave a year. Up to five unused days move to the next year until the end of March.\n',
    question: 'How many unused days of leave move to the next year?',
    answer: 'five unused days',
  },
  {
    name: 'style.md',
    text: '# Writing\n\nUse short sentences. Dates are written as 2026-03-01. Abbreviations are spelled out where they stand first.\n',
    question: 'How are dates written?',
    answer: '2026-03-01',
  },
  {
    name: 'api.md',
    text: '# Public API\n\nA client may send 600 requests per minute. Beyond that the answer is 429 with a Retry-After header.\n',
    question: 'How many requests per minute may a client send?',
    answer: '600 requests',
  },
  {
    name: 'garden.md',
    text: '# Roof garden\n\nThe plants are watered on Tuesdays and Fridays by Lena Vogt. The herbs may be picked by everybody.\n',
    question: 'Who waters the plants of the roof garden?',
    answer: 'Lena Vogt',
  },
  {
    name: 'incident.md',
    text: '# Incident of 12 May\n\nPayments failed for 50 minutes. The certificate of the card gateway had expired. An alarm warns three weeks ahead now.\n',
    question: 'Why did payments fail?',
    answer: 'certificate of the card gateway had expired',
  },
  {
    name: 'hiring.md',
    text: '# Hiring\n\nEvery candidate speaks with three people of the team. A written offer follows within five working days.\n',
    question: 'When does a candidate get a written offer?',
    answer: 'five working days',
  },
  {
    name: 'canteen.md',
    text: '# Canteen\n\nThe canteen opens at 11:30 and closes at 14:00. Guests pay 9 euros. The menu hangs at the door.\n',
    question: 'What do guests pay in the canteen?',
    answer: '9 euros',
  },
  {
    name: 'training.md',
    text: '# Training\n\nThe budget for courses is 1,500 euros per person a year. Conferences count half.\n',
    question: 'What is the budget for courses?',
    answer: '1,500 euros',
  },
  {
    name: 'alarm.md',
    text: '# Fire alarm\n\nLeave by the stairs and meet at the fountain. The alarm is tested on the first Wednesday of the month.\n',
    question: 'Where do we meet after a fire alarm?',
    answer: 'fountain',
  },
];

/** Written for these tests. */
export const JAPANESE: readonly NoteFile[] = [
  {
    name: '秘密情報.md',
    text: '# 秘密情報の扱い\n\n秘密情報は保管庫に置きます。パスワードは90日ごとに変更します。利用申請は基盤チームまで。\n',
    question: 'パスワードはどのくらいの頻度で変更しますか',
    answer: '90日ごと',
  },
  {
    name: '休暇.md',
    text: '# 休暇制度\n\n年次有給休暇は入社から6か月後に10日付与されます。夏季休暇は7月から9月の間に5日間取得できます。\n',
    question: '夏季休暇は何日取得できますか',
    answer: '5日間',
  },
  {
    name: '経費.md',
    text: '# 経費精算\n\n領収書は出張後30日以内に提出してください。期限を過ぎた申請には部長の承認が必要です。\n',
    question: '期限を過ぎた経費の申請には誰の承認が必要ですか',
    answer: '部長の承認',
  },
  {
    name: '当番.md',
    text: '# 障害当番\n\n当番は15分以内に応答します。重大な障害は佐藤部長に連絡してください。当番は月曜日に交代します。\n',
    question: '障害当番は何曜日に交代しますか',
    answer: '月曜日',
  },
  {
    name: 'バックアップ.md',
    text: '# バックアップ\n\nデータベースは毎晩別の地域に複製されます。複製は35日間保存した後に削除します。\n',
    question: 'データベースの複製は何日間保存しますか',
    answer: '35日間',
  },
  {
    name: 'プリンター.md',
    text: '# プリンター\n\nトナーは214会議室の隣の棚にあります。なくなったら総務部に連絡してください。\n',
    question: 'プリンターのトナーはどこにありますか',
    answer: '214会議室の隣の棚',
  },
  {
    name: '来客.md',
    text: '# 来客\n\n来客は前日までに受付へ登録してください。来客には黄色の名札を渡します。\n',
    question: '来客に渡す名札は何色ですか',
    answer: '黄色の名札',
  },
  {
    name: '駐車場.md',
    text: '# 駐車場\n\n地下の駐車場は18台分です。利用者は四半期ごとに抽選で決めます。自転車は中庭に置けます。\n',
    question: '地下の駐車場は何台分ありますか',
    answer: '18台分',
  },
  {
    name: '研修.md',
    text: '# 研修\n\n研修の予算は一人あたり年間15万円です。社外の会議への参加は半額として数えます。\n',
    question: '研修の予算は一人あたりいくらですか',
    answer: '15万円',
  },
  {
    name: '障害報告.md',
    text: '# 5月12日の障害\n\n決済が50分間失敗しました。原因はカード決済の証明書の期限切れです。今は三週間前に警報が出ます。\n',
    question: '決済が失敗した原因は何ですか',
    answer: '証明書の期限切れ',
  },
  {
    name: '採用.md',
    text: '# 採用\n\n候補者は必ずチームの三人と面談します。書面の通知は五営業日以内に送ります。\n',
    question: '候補者は何人と面談しますか',
    answer: '三人と面談',
  },
  {
    name: '食堂.md',
    text: '# 食堂\n\n食堂は11時30分に開き、14時に閉まります。来客の料金は900円です。献立は入口に貼ってあります。\n',
    question: '食堂は何時に開きますか',
    answer: '11時30分',
  },
  {
    name: '避難.md',
    text: '# 避難\n\n火災のときは階段で下りて噴水の前に集まります。警報の試験は毎月第一水曜日に行います。\n',
    question: '火災のときはどこに集まりますか',
    answer: '噴水の前',
  },
  {
    name: '勤務.md',
    text: '# 勤務時間\n\n標準の勤務時間は9時から17時30分です。在宅勤務は週三日まで認められます。\n',
    question: '在宅勤務は週何日まで認められますか',
    answer: '週三日まで',
  },
  {
    name: '端末.md',
    text: '# 端末\n\n端末は四年ごとに交換します。故障した端末は窓口で当日中に交換できます。\n',
    question: '端末は何年ごとに交換しますか',
    answer: '四年ごと',
  },
  {
    name: '公開.md',
    text: '# 公開の手順\n\n変更を統合してから検査の完了を待ちます。公開するには公開画面の昇格を押します。金曜日の午後は公開しません。\n',
    question: '公開しないのはいつですか',
    answer: '金曜日の午後',
  },
  {
    name: '通勤.md',
    text: '# 通勤手当\n\n通勤手当は月額5万円を上限として支給します。経路の変更は一週間以内に届け出てください。\n',
    question: '通勤手当の上限はいくらですか',
    answer: '月額5万円',
  },
  {
    name: '会議.md',
    text: '# 会議\n\n定例会議は毎週火曜日の10時に始まります。議事録は田中さんが書きます。\n',
    question: '議事録は誰が書きますか',
    answer: '田中さん',
  },
  {
    name: '郵便.md',
    text: '# 郵便\n\n郵便は正午に集荷されます。速達は受付で切手を受け取ってください。\n',
    question: '郵便はいつ集荷されますか',
    answer: '正午',
  },
  {
    name: '図書.md',
    text: '# 図書\n\n社内の図書は二週間借りられます。希望の本は図書係に申し込んでください。\n',
    question: '社内の図書はどのくらい借りられますか',
    answer: '二週間',
  },
];

export type Language = 'en' | 'ja';

/** Of a person's locale in Slack: `ja-JP`. */
export function languageOf(locale: string): Language {
  return locale.toLowerCase().startsWith('ja') ? 'ja' : 'en';
}

export interface Texts {
  readonly answered: string;
  readonly searching: string;
  readonly found: (count: number) => string;
  readonly nothing: string;
  readonly extracted: string;
  readonly confidence: Readonly<Record<'high' | 'medium' | 'low' | 'none', string>>;
  readonly sources: string;
  readonly related: string;
  readonly furtherSources: (count: number) => string;
  readonly conflict: string;
  readonly stale: (source: string) => string;
  readonly silent: (source: string) => string;
  readonly more: string;
  readonly cut: (count: number) => string;
  readonly open: (number: number) => string;
  readonly share: string;
  readonly helpful: string;
  readonly wrong: string;
  readonly outdated: string;
  readonly askPerson: string;
  readonly narrow: string;
  readonly thanks: string;
  readonly comment: string;
  readonly commentTitle: string;
  readonly send: string;
  readonly cancel: string;
  readonly authors: (names: string) => string;
  readonly noAuthors: string;
  readonly emptyQuestion: string;
  readonly tooLong: (max: number) => string;
  readonly filesOnly: string;
  readonly budget: (perHour: number) => string;
  readonly expired: string;
  readonly notYours: string;
  readonly interrupted: string;
  readonly givenUp: string;
  readonly failed: string;
  readonly refusals: Readonly<
    Record<
      'guest' | 'outsider' | 'bot' | 'deactivated' | 'unknown' | 'not-linked' | 'wrong-workspace',
      string
    >
  >;
  /** Instead of `not-linked`, where people can sign in by a browser. */
  readonly signInFirst: string;
  readonly signIn: string;
  readonly linked: (name: string) => string;
  readonly codeWrong: string;
  readonly unlinked: string;
  readonly help: string;
  readonly shareNobody: string;
  readonly shareAll: (people: number) => string;
  readonly sharePart: (people: number, kept: number, left: number) => string;
  readonly shareLeft: string;
  readonly shareTooMany: string;
  readonly shareNow: string;
  readonly shared: string;
  readonly sharedBy: (user: string) => readonly [before: string, after: string];
  readonly sharedLeft: (left: number) => string;
  readonly home: string;
  readonly recent: string;
  readonly noRecent: string;
  readonly documents: (count: number) => string;
  readonly fresh: (at: string) => string;
  readonly neverSynced: string;
  readonly signedInAs: (name: string) => string;
  readonly prompts: readonly string[];
  readonly summaryOf: string;
  readonly leftOut: (count: number) => string;
  readonly notFound: string;
  readonly threadUnread: string;
}

const EN: Texts = {
  answered: 'Fumikura has an answer for you.',
  searching: 'is searching…',
  found: (count) => `${count} ${count === 1 ? 'document' : 'documents'} found.`,
  nothing: 'Nothing that you may read answers this.',
  extracted: 'Taken word for word from the documents.',
  confidence: {
    high: 'Well supported.',
    medium: 'Partly supported.',
    low: 'Weakly supported: check the sources.',
    none: 'Not supported.',
  },
  sources: 'Sources',
  related: 'These come nearest:',
  furtherSources: (count) => `and ${count} more.`,
  conflict: 'The documents disagree:',
  stale: (source) => `${source} has not been read lately.`,
  silent: (source) => `${source} did not answer.`,
  more: 'More results',
  cut: (count) =>
    `${count} more ${count === 1 ? 'point is' : 'points are'} left out: press “More results”, or ask for something narrower.`,
  open: (number) => `Open [${number}]`,
  share: 'Share…',
  helpful: 'Helpful',
  wrong: 'Wrong',
  outdated: 'Outdated',
  askPerson: 'Ask a person',
  narrow: 'Search one source only',
  thanks: 'Thank you. This goes to those who look after the documents.',
  comment: 'What is wrong, or where is it right? (optional)',
  commentTitle: 'Your comment',
  send: 'Send',
  cancel: 'Cancel',
  authors: (names) => `These documents were written by: ${names}.`,
  noAuthors: 'The documents do not say who wrote them.',
  emptyQuestion: 'What would you like to know? Write a question after my name, or send it to me directly.',
  tooLong: (max) => `That is too long. Ask in at most ${max.toLocaleString('en')} characters.`,
  filesOnly: 'I read text only. Write your question in words.',
  budget: (perHour) =>
    `You have asked ${perHour} questions this hour. The next ones are answered in the next hour.`,
  expired: 'This answer is too old to do that with. Ask again.',
  notYours: 'Only who asked may do that.',
  interrupted: 'I was interrupted while I answered this. If you do not see an answer, please ask again.',
  givenUp:
    'I could not answer this: I tried several times and was interrupted each time. Please tell whoever runs me.',
  failed: 'I could not answer this just now. Please try again in a minute.',
  refusals: {
    guest: 'Guests of this workspace cannot use Fumikura.',
    outsider: 'People of other workspaces cannot use Fumikura here.',
    bot: 'Fumikura does not answer other apps.',
    deactivated: 'This account is deactivated.',
    unknown: 'This account is not known in the workspace.',
    'not-linked':
      'I do not know yet who you are. Run “fumi slack code” where you are signed in with Fumikura, or ask whoever runs it for a code, and send me: link CODE',
    'wrong-workspace': 'Fumikura is not set up for this workspace.',
  },
  signInFirst:
    'I do not know yet who you are. Press “Sign in”, and send me what the page shows: link CODE. Show the code to nobody.',
  signIn: 'Sign in',
  linked: (name) => `Done: you are ${name} here. Ask me anything.`,
  codeWrong:
    'This code does not hold. A code serves once and for ten minutes; after five wrong ones wait ten minutes.',
  unlinked: 'Your account here is not linked any more.',
  help: 'Ask me a question in a direct message, or mention me in a channel: the answer is shown to you alone.\n/fumi search words\n/fumi ask question\n/fumi summarize link\n/fumi link CODE\n/fumi unlink',
  shareNobody:
    'Nothing of this answer may be read by everyone who would see it here, so it cannot be shared.',
  shareAll: (people) => `${people} people will be able to see this. All of them may open its sources.`,
  sharePart: (people, kept, left) =>
    `${people} people will be able to see this. ${kept === 1 ? 'One source is' : `${kept} sources are`} open to all of them. ${left === 1 ? 'One is not and is' : `${left} are not and are`} left out, with what was said from ${left === 1 ? 'it' : 'them'}.`,
  shareLeft: 'Not open to everyone here:',
  shareTooMany: 'Too many people would see it here for their rights to be checked. It cannot be shared.',
  shareNow: 'Share',
  shared: 'Shared.',
  sharedBy: () => ['', ' shared an answer of Fumikura:'],
  sharedLeft: (left) =>
    `${left} ${left === 1 ? 'part was' : 'parts were'} left out: not everyone here may read ${left === 1 ? 'it' : 'them'}.`,
  home: 'Your recent questions',
  recent: 'Recent questions',
  noRecent: 'None yet. Send me a question in a direct message.',
  documents: (count) => `${count.toLocaleString('en')} documents`,
  fresh: (at) => `read ${at}`,
  neverSynced: 'not read yet',
  signedInAs: (name) => `You are ${name}.`,
  prompts: [
    'How do I request time off?',
    'What changed in the deployment guide?',
    'Who owns the billing service?',
  ],
  summaryOf: 'Summary',
  leftOut: (count) => `${count} ${count === 1 ? 'document was' : 'documents were'} left out.`,
  notFound: 'There is no such document, or you may not read it.',
  threadUnread: 'I cannot read this conversation. Invite me first, or send me the text.',
};

const JA: Texts = {
  answered: 'Fumikura からの回答があります。',
  searching: 'が検索しています…',
  found: (count) => `${count} 件の文書が見つかりました。`,
  nothing: '閲覧できる文書の中に、この質問への答えは見つかりませんでした。',
  extracted: '文書からそのまま引用しています。',
  confidence: {
    high: '十分な根拠があります。',
    medium: '一部に根拠があります。',
    low: '根拠が弱いため、出典をご確認ください。',
    none: '根拠がありません。',
  },
  sources: '出典',
  related: '近い内容の文書:',
  furtherSources: (count) => `ほか ${count} 件`,
  conflict: '文書の内容が食い違っています:',
  stale: (source) => `${source} は最近読み込まれていません。`,
  silent: (source) => `${source} から応答がありませんでした。`,
  more: '他の結果',
  cut: (count) => `ほかに ${count} 件あります。「他の結果」を押すか、条件を絞ってください。`,
  open: (number) => `[${number}] を開く`,
  share: '共有…',
  helpful: '役に立った',
  wrong: '誤り',
  outdated: '古い',
  askPerson: '人に聞く',
  narrow: '情報源を絞る',
  thanks: 'ありがとうございます。文書の担当者に伝えます。',
  comment: '誤りの内容や正しい情報の場所 (任意)',
  commentTitle: 'コメント',
  send: '送信',
  cancel: '取消',
  authors: (names) => `これらの文書を書いた人: ${names}`,
  noAuthors: '文書に作成者の記載がありません。',
  emptyQuestion: '何をお調べしますか。名前の後に質問を書くか、ダイレクトメッセージで送ってください。',
  tooLong: (max) => `長すぎます。${max.toLocaleString('ja')} 文字以内で質問してください。`,
  filesOnly: '文字だけを読み取れます。質問を文章で書いてください。',
  budget: (perHour) => `この 1 時間に ${perHour} 件の質問を受け付けました。続きは次の 1 時間にお願いします。`,
  expired: 'この回答は古くなったため、その操作はできません。もう一度質問してください。',
  notYours: 'この操作は質問した本人だけができます。',
  interrupted: '回答の途中で中断されました。回答が表示されていない場合は、もう一度質問してください。',
  givenUp: '何度か試みましたが、そのたびに中断され、回答できませんでした。管理者にお知らせください。',
  failed: 'ただいま回答できません。しばらくしてからもう一度お試しください。',
  refusals: {
    guest: 'ゲストの方は Fumikura を利用できません。',
    outsider: '他のワークスペースの方は、ここでは Fumikura を利用できません。',
    bot: 'Fumikura は他のアプリには回答しません。',
    deactivated: 'このアカウントは無効になっています。',
    unknown: 'このアカウントはワークスペースに登録されていません。',
    'not-linked':
      'どなたかまだ確認できていません。Fumikura にサインインした環境で「fumi slack code」を実行するか、管理者からコードを受け取り、「link コード」と送ってください。',
    'wrong-workspace': 'このワークスペースでは Fumikura が設定されていません。',
  },
  signInFirst:
    'どなたかまだ確認できていません。「サインイン」を押し、表示された「link コード」を送ってください。コードは誰にも見せないでください。',
  signIn: 'サインイン',
  linked: (name) => `完了しました。ここでは ${name} さんとして扱います。質問をどうぞ。`,
  codeWrong:
    'このコードは使えません。コードは 10 分間、一度だけ有効です。5 回間違えた場合は 10 分お待ちください。',
  unlinked: 'アカウントの関連付けを解除しました。',
  help: 'ダイレクトメッセージで質問するか、チャンネルで名前を呼んでください。回答はあなたにだけ表示されます。\n/fumi search 言葉\n/fumi ask 質問\n/fumi summarize リンク\n/fumi link コード\n/fumi unlink',
  shareNobody: 'この場の全員が閲覧できる内容がないため、共有できません。',
  shareAll: (people) => `${people} 人が見られるようになります。全員が出典を閲覧できます。`,
  sharePart: (people, kept, left) =>
    `${people} 人が見られるようになります。出典のうち ${kept} 件は全員が閲覧できます。${left} 件は閲覧できない人がいるため、その内容とともに除かれます。`,
  shareLeft: '閲覧できない人がいる出典:',
  shareTooMany: '対象の人数が多く、全員の権限を確認できないため、共有できません。',
  shareNow: '共有する',
  shared: '共有しました。',
  sharedBy: () => ['', ' さんが Fumikura の回答を共有しました:'],
  sharedLeft: (left) => `閲覧できない人がいるため、${left} 件を除きました。`,
  home: '最近の質問',
  recent: '最近の質問',
  noRecent: 'まだありません。ダイレクトメッセージで質問してください。',
  documents: (count) => `${count.toLocaleString('ja')} 件の文書`,
  fresh: (at) => `${at} に読み込み`,
  neverSynced: '未読み込み',
  signedInAs: (name) => `${name} さんとして利用しています。`,
  prompts: ['休暇の申請方法は？', 'デプロイ手順の変更点は？', '請求サービスの担当者は？'],
  summaryOf: '要約',
  leftOut: (count) => `${count} 件の文書を除きました。`,
  notFound: '文書が存在しないか、閲覧できません。',
  threadUnread: 'この会話を読めません。先に招待するか、文章を送ってください。',
};

export const TEXTS: Readonly<Record<Language, Texts>> = { en: EN, ja: JA };

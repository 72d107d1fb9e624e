import type { RefusedFor } from './refusal.ts';

export type PageLanguage = 'en' | 'ja';

export interface PageTexts {
  readonly title: string;
  readonly signedInAs: (name: string) => string;
  readonly say: string;
  readonly keep: string;
  readonly ends: (minutes: number, at: string) => string;
  readonly failed: string;
  readonly again: string;
  readonly refusals: Readonly<Record<RefusedFor, string>>;
  readonly busy: (seconds: number) => string;
  readonly broken: (reference: string) => string;
}

const EN: PageTexts = {
  title: 'Your code for Slack',
  signedInAs: (name) => `You are signed in as ${name}.`,
  say: 'Send this to Fumikura in Slack, as a direct message:',
  keep: 'Give it to nobody: whoever says it in Slack first is you to Fumikura there.',
  ends: (minutes, at) => `It serves once, for ${minutes} minutes, until ${at} (UTC).`,
  failed: 'There is no code',
  again: 'Begin again',
  refusals: {
    'not-begun': 'This sign-in was not begun in this browser, or more than ten minutes ago.',
    used: 'This sign-in was used already. Each one gives one code.',
    declined: 'Your organization’s sign-in page did not let you in, or you cancelled it.',
    'not-proven': 'The answer of your organization’s sign-in page could not be verified.',
    nobody: 'You are signed in, but you are not known to Fumikura. Ask whoever runs it.',
    'issuer-away': 'Your organization’s sign-in page cannot be reached now. Try again in a minute.',
  },
  busy: (seconds) => `Too many requests come from your network. Try again in ${seconds} seconds.`,
  broken: (reference) =>
    `Something went wrong here. Tell whoever runs Fumikura this reference: ${reference}.`,
};

const JA: PageTexts = {
  title: 'Slack 用のコード',
  signedInAs: (name) => `${name} さんとしてサインインしています。`,
  say: 'Slack のダイレクトメッセージで、Fumikura に次のとおり送ってください。',
  keep: '誰にも渡さないでください。Slack で最初にこれを送った人が、Fumikura ではあなたとして扱われます。',
  ends: (minutes, at) => `一度だけ、${minutes} 分間有効です（${at} UTC まで）。`,
  failed: 'コードを発行できません',
  again: '最初からやり直す',
  refusals: {
    'not-begun': 'このサインインは、このブラウザーで始めたものではないか、開始から 10 分を過ぎています。',
    used: 'このサインインは使用済みです。一度のサインインで発行できるコードは一つです。',
    declined: '組織のサインイン画面で許可されなかったか、取り消されました。',
    'not-proven': '組織のサインイン画面からの応答を確認できませんでした。',
    nobody: 'サインインしましたが、Fumikura に登録されていません。管理者にお問い合わせください。',
    'issuer-away': '組織のサインイン画面に接続できません。しばらくしてからもう一度お試しください。',
  },
  busy: (seconds) => `お使いのネットワークからの要求が多すぎます。${seconds} 秒後にもう一度お試しください。`,
  broken: (reference) => `エラーが発生しました。管理者に次の番号をお知らせください: ${reference}`,
};

export const PAGE_TEXTS: Readonly<Record<PageLanguage, PageTexts>> = { en: EN, ja: JA };

/** The one of ours that stands first in `Accept-Language` by its weight; English when none does. */
export function pageLanguage(accepted: string | null): PageLanguage {
  const wanted = (accepted ?? '').split(',').flatMap((range) => {
    const [tag = '', ...parameters] = range.trim().toLowerCase().split(';');
    const [language] = tag.split('-');
    const weight = parameters.map((each) => /^\s*q=([\d.]+)\s*$/u.exec(each)?.[1]).find(Boolean);
    return language === 'ja' || language === 'en' ? [{ language, weight: Number(weight ?? 1) }] : [];
  });
  const [first] = wanted.filter(({ weight }) => weight > 0).sort((one, other) => other.weight - one.weight);
  return first?.language === 'ja' ? 'ja' : 'en';
}

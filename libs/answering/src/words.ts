/** What we say ourselves, in the asker's language: Japanese, else English. */
const SAID = {
  nothingFound: {
    en: 'No document that you may read says anything about this.',
    ja: '閲覧できる文書の中に、これについて書かれたものは見つかりませんでした。',
  },
  notAnswered: {
    en: 'Documents come near to this, but none of them answers it.',
    ja: '近い内容の文書はありますが、この質問への答えは書かれていません。',
  },
  notSupported: {
    en: 'No statement could be made that the documents support.',
    ja: '文書で裏付けられる回答を作れませんでした。',
  },
  partUnanswered: { en: 'No answer to this part:', ja: '次の部分には答えがありません:' },
  superseded: {
    en: 'Marked as superseded by its own document:',
    ja: '旧版または廃止とされている文書によるもの:',
  },
  withdrawn: {
    en: 'A part of the answer was left out: its document may no longer be shown.',
    ja: '回答の一部は、根拠の文書を表示できなくなったため省きました。',
  },
  changed: {
    en: 'A part of the earlier answer was left out: its document has changed since.',
    ja: '以前の回答の一部は、根拠の文書が変更されたため省きました。',
  },
} as const;

export type Said = keyof typeof SAID;

export function say(what: Said, language: string): string {
  return SAID[what][language === 'ja' ? 'ja' : 'en'];
}

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
  notRead: {
    en: 'further passages were not shown to the language model: there are too many for one summary.',
    ja: '件の箇所は、量が多すぎるため言語モデルに渡していません。',
  },
  mayLack: { en: 'The text may lack a part.', ja: '一部が欠けている可能性があります。' },
  quoted: {
    en: 'Sentences of documents are quoted instead.',
    ja: '代わりに文書の文をそのまま引用します。',
  },
  askedOnce: {
    en: 'The second check by the language model could not be made: the claims stand by the rules alone.',
    ja: '言語モデルによる二度目の確認ができなかったため、規則による確認だけで示しています。',
  },
  removed: {
    en: 'Passages that are no longer there, as far as is known:',
    ja: '削除された箇所の数（判明している範囲）:',
  },
  onlyRemoved: {
    en: 'Nothing was added since then; passages were removed.',
    ja: 'この日以降に追加された内容はなく、削除された箇所だけがあります。',
  },
  earlierUnknown: {
    en: 'Documents that changed, but whose earlier text is not known, so that what is quoted of them need not be new:',
    ja: '変更されたものの以前の本文が不明な文書の数（引用箇所が新しいとは限りません）:',
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

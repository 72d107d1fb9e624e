const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/u));

/**
 * English words that carry no subject, left out of queries (the index keeps them). 59 words: with them the most
 * frequent postings would be the whole cost of a search.
 */
export const ENGLISH_STOP_WORDS = words(`
  a about an and any are as at be been but by can could did do does for from had has have how i if in into is it its
  me my no not of on or our should so than that the their there these they this to was we were what when where which
  who why will with would you your
`);

/** In lower case. */
export function isStopWord(word: string): boolean {
  return ENGLISH_STOP_WORDS.has(word);
}

/** Japanese particles, auxiliaries and formal nouns: segments of this list are no words, in index and query alike. */
export const JAPANESE_FUNCTION_WORDS = words(`
  の に は を た が で て と し れ さ ある いる も する から な こと として い や れる など なっ ない この ため その あっ
  よう また もの という あり まで られ なる へ か だ これ によって により おり より による ず なり られる において ば
  なかっ なく しかし について せ だっ その後 できる それ う ので なお のみ でき き つ における および いう さらに でも
  ら たり その他 に関する たち ます ん なら に対して 特に せる 及び これら とき では にて ほか ながら うち そして とともに
  ただし かつて それぞれ または お ほど ものの に対する ほとんど と共に といった です ました ません でしょ でした まし
  ましょ どの どのよう どう どんな どれ どこ いつ なぜ だれ 誰 何 なに ください くださ 下さい たい たく たら だけ しか ね よ
  わ ぞ さん あの その ここ そこ あそこ へと には とは のは のが のを もし いずれ 次 うえ 上記 場合 もと 得る かける
  せん ませ でしょう だろう なけれ べき まま つつ ところ わけ はず くらい ぐらい とか やら なんて こそ さえ すら
`);

import { stemOf } from './tokens.ts';

/**
 * Words of one line mean the same wherever a company writes them. What only often does (cost and price, holiday and leave)
 * stays out: a claim with such a word is refused. Opposites, obligation and scope are judged elsewhere.
 */
const SAME = `
keep retain
buy purchase
help assist
choose select
fix repair
delete remove erase
change modify alter
obtain acquire
employee staff
company firm
vehicle car automobile
phone telephone
email e-mail mail
annual yearly
error fault
picture image
show display
send transmit
fast quick rapid
large big
answer reply
talk speak
ask request
need require
near close
build construct
check verify
renew extend
country nation
doctor physician
illness disease
buyer purchaser
perform conduct execute
happen occur
ensure guarantee
allow permit
forbid prohibit
stop halt
finish complete conclude
start begin commence
社員 従業員
削除 消去
購入 買う 買い
休暇 休み
期限 締切 締め切り 〆切
保管 保存
支払 支払い 払う 払い
電話 TEL
メール Eメール 電子メール
パソコン PC
問い合わせ 問合せ 問合わせ
申し込み 申込 申込み
受け取る 受領
始まる 開始
終わる 終了
作る 作成
見る 閲覧
直す 修正
送る 送付
調べる 調査
選ぶ 選択
決める 決定
`;

/** Forms that a stemmer does not bring together. */
const IRREGULAR = `
kept:keep held:hold sent:send wrote:write written:write gave:give given:give took:take taken:take made:make paid:pay done:do
began:begin begun:begin chose:choose chosen:choose lost:lose met:meet built:build bought:buy brought:bring sold:sell told:tell
spent:spend ran:run shown:show knew:know known:know grew:grow grown:grow drove:drive driven:drive spoke:speak spoken:speak
broke:break broken:break stood:stand understood:understand thought:think taught:teach caught:catch children:child people:person
men:man women:woman feet:foot responsible:responsibility
`;

const lemmas = new Map(
  IRREGULAR.trim()
    .split(/\s+/u)
    .map((pair): [string, string] => {
      const [form = '', lemma = ''] = pair.split(':');
      return [stemOf(form), stemOf(lemma)];
    }),
);

/** One word for each line; of a word in no line, itself. */
const leaders = new Map(
  SAME.trim()
    .split('\n')
    .flatMap((line) => {
      const words = line.split(' ').map((word) => lemmaOf(stemOf(word)));
      return words.map((word): [string, string] => [word, words[0] ?? word]);
    }),
);

function lemmaOf(stem: string): string {
  return lemmas.get(stem) ?? stem;
}

/** What a stemmed word means, as one word for all that mean the same. */
export function meaningOf(stem: string): string {
  const lemma = lemmaOf(stem);
  return leaders.get(lemma) ?? lemma;
}

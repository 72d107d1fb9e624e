/** Words that turn a statement into another one. Each side of a group excludes the others. */
export interface Group {
  readonly kind: 'comparison' | 'modality' | 'scope' | 'calendar';
  readonly sides: readonly RegExp[];
  /** A side said by the claim alone is refused too, not only one that the evidence contradicts. */
  readonly isStrict?: boolean;
}

const words = (list: string) => new RegExp(`\\b(?:${list})\\b`, 'giu');

const COMPARISONS: readonly (readonly [string, string])[] = [
  ['more|greater|larger|bigger|most|largest|greatest|biggest', 'less|fewer|smaller|least|fewest|smallest'],
  ['higher|highest|high', 'lower|lowest|low'],
  [
    'increas(?:e|es|ed|ing)|rais(?:e|es|ed|ing)|ris(?:e|es|ing)|rose|grow(?:s|n|th)?|grew|gain(?:s|ed)?|up',
    'decreas(?:e|es|ed|ing)|reduc(?:e|es|ed|ing|tion)|fall(?:s|ing|en)?|fell|declin(?:e|es|ed|ing)|drop(?:s|ped)?|shr[iau]nk|down|lower(?:s|ed|ing)',
  ],
  ['above|over|exceed(?:s|ed|ing)?', 'below|under'],
  ['before|earlier|prior|earliest|until', 'after|later|following|latest|since'],
  ['longer|longest', 'shorter|shortest'],
  ['faster|fastest|quicker', 'slower|slowest'],
  ['better|best|improv(?:e|es|ed|ing|ement)', 'worse|worst|worsen(?:s|ed|ing)?|degrad(?:e|es|ed|ing)'],
  ['maximum|max|at most|no more than|up to', 'minimum|min|at least|no less than|no fewer than'],
  ['older|oldest|old', 'younger|youngest|newer|newest|new'],
  ['stronger|strongest|strong', 'weaker|weakest|weak'],
  ['first', 'last'],
  [
    'enabl(?:e|es|ed|ing)|activat(?:e|es|ed|ing|ion)|turn(?:ed|s)? on',
    'disabl(?:e|es|ed|ing)|inactivat(?:e|es|ed|ing|ion)|deactivat(?:e|es|ed|ing)|turn(?:ed|s)? off',
  ],
  [
    'allow(?:s|ed|ing)?|permit(?:s|ted)?',
    'den(?:y|ies|ied)|forbid(?:s|den)?|prohibit(?:s|ed)?|prevent(?:s|ed|ing)?|block(?:s|ed|ing)?',
  ],
  ['positive(?:ly)?', 'negative(?:ly)?'],
  ['same|equal|identical', 'different|unequal'],
  ['inside|within', 'outside'],
  ['start(?:s|ed|ing)?|begin(?:s|ning)?|began', 'end(?:s|ed|ing)?|stop(?:s|ped|ping)?|finish(?:es|ed)?'],
  ['north(?:ern)?', 'south(?:ern)?'],
  ['east(?:ern)?', 'west(?:ern)?'],
  ['left', 'right'],
  ['early', 'late'],
  ['many|much', 'few|little'],
  [
    'promot(?:e|es|ed|ing|ion)|stimulat(?:e|es|ed|ing|ion)|induc(?:e|es|ed|ing|tion)',
    'inhibit(?:s|ed|ing|ion)?|suppress(?:es|ed|ing|ion)?|block(?:s|ed|ing)?',
  ],
  ['long', 'short'],
  ['large|big', 'small'],
  ['internal(?:ly)?', 'external(?:ly)?'],
  ['public(?:ly)?', 'private(?:ly)?'],
  ['manual(?:ly)?', 'automatic(?:ally)?'],
  ['primary', 'secondary'],
  ['import(?:s|ed|ing)?', 'export(?:s|ed|ing)?'],
  ['upload(?:s|ed|ing)?', 'download(?:s|ed|ing)?'],
  ['accept(?:s|ed|ing)?|approv(?:e|es|ed|ing|al)', 'reject(?:s|ed|ing)?|refus(?:e|es|ed|ing|al)'],
  ['add(?:s|ed|ing)?|creat(?:e|es|ed|ing)', 'remov(?:e|es|ed|ing|al)|delet(?:e|es|ed|ing)'],
  ['open(?:s|ed|ing)?', 'clos(?:e|es|ed|ing)'],
  ['buy(?:s|ing)?|bought|purchas(?:e|es|ed|ing)', 'sell(?:s|ing)?|sold'],
  ['male', 'female'],
  ['patients?', 'doctors?|physicians?'],
  ['customers?', 'suppliers?|vendors?'],
  ['employers?', 'employees?'],
  ['clients?', 'servers?'],
  ['senders?', 'recipients?|receivers?'],
  ['teachers?', 'students?|pupils?'],
  ['encrypt(?:s|ed|ing|ion)?', 'decrypt(?:s|ed|ing|ion)?'],
  ['common|often|frequent(?:ly)?', 'rare(?:ly)?|seldom|uncommon|infrequent(?:ly)?'],
];

const JAPANESE: readonly (readonly [string, string, ...string[]])[] = [
  ['以上', '以下', '未満'],
  ['超え|超過|上回', '未満|下回'],
  ['増加|増え|増大|上昇|拡大|増や|増し', '減少|減り|減っ|低下|縮小|下降|減ら|減じ'],
  ['多い|多く|多数|最多', '少ない|少なく|少数|最少'],
  ['大きい|大きく|大きな|最大|大型', '小さい|小さく|小さな|最小|小型'],
  ['高い|高く|高さ|最高|高度', '低い|低く|最低'],
  ['長い|長く|最長|長期', '短い|短く|最短|短期'],
  ['以前|前に|より前|前の', '以後|以降|後に|より後|後の'],
  ['早い|早く|速い|速く', '遅い|遅く'],
  ['新しい|新しく|新た|最新', '古い|古く|最古'],
  ['強い|強く|強化', '弱い|弱く|弱化'],
  ['広い|広く|拡張', '狭い|狭く'],
  ['上限', '下限'],
  ['可能', '不可能|不能'],
  ['有効', '無効'],
  ['開始|始ま|始め', '終了|終わ|停止'],
  ['以内|内側|内部', '以外|外側|外部'],
  ['同じ|同一|等し', '異な|違う|別の'],
  ['最初|初め|初めて', '最後|最終'],
  ['北', '南'],
  ['東', '西'],
  ['許可|認め', '禁止|拒否'],
  ['成功', '失敗'],
  ['上昇|向上', '悪化|低下'],
  ['優れ|良い|良く', '劣|悪い|悪く'],
  ['主に|主として', '一部|わずか'],
];

/** How often: each excludes all others. */
const FREQUENCIES: Group = {
  kind: 'calendar',
  sides: ['hourly', 'daily', 'weekly', 'monthly', 'quarterly', 'yearly|annual(?:ly)?'].map(words),
};

const MODALITIES: Group = {
  kind: 'modality',
  isStrict: true,
  sides: [
    words('must|shall|required|mandatory|have to|has to|need(?:s|ed)? to'),
    words('may|might|could|can|optional(?:ly)?|possibl[ey]|perhaps'),
    words('should|recommended|ought to'),
    /(?:なければならない|なければなりません|必須|義務|必要がある|必要があります|ねばならない|しなければ)/gu,
    /(?:かもしれ|可能性|任意|ことができ|てもよい|てよい|得る。)/gu,
    /(?:べき|推奨|望ましい)/gu,
  ],
};

const SCOPES: Group = {
  kind: 'scope',
  isStrict: true,
  sides: [
    words('all|every|each|always|entire(?:ly)?|any|both|whole'),
    words('some|sometimes|several|part(?:ly|ially)?|certain|a few'),
    words('only|solely|exclusively|just'),
    words('most|mostly|usually|generally|typically|mainly|primarily'),
    /(?:すべて|全て|全部|常に|必ず|全員|あらゆる|毎回)/gu,
    /(?:一部|場合がある|場合があります|ときどき|時々|いくつか|部分的)/gu,
    /(?:のみ|だけ|に限り|に限る)/gu,
    /(?:ほとんど|多くの|通常|一般に|おおむね|主に)/gu,
  ],
};

const CALENDAR: Group = {
  kind: 'calendar',
  isStrict: true,
  sides: [
    ...'january|jan february|feb march april|apr june|jun july|jul august|aug september|sept?|sep october|oct november|nov december|dec monday|mon tuesday|tue wednesday|wed thursday|thu friday|fri saturday|sat sunday|sun spring summer autumn|fall winter'
      .split(' ')
      .map((list) => words(list)),
    /\bMay\b/gu,
    ...'月 火 水 木 金 土 日'.split(' ').map((day) => new RegExp(`${day}曜`, 'gu')),
    ...'春 夏 秋 冬 午前 午後 明治 大正 昭和 平成 令和 紀元前'
      .split(' ')
      .map((name) => new RegExp(name, 'gu')),
  ],
};

export const GROUPS: readonly Group[] = [
  ...COMPARISONS.map((sides): Group => ({ kind: 'comparison', sides: sides.map(words) })),
  ...JAPANESE.map((sides): Group => ({
    kind: 'comparison',
    sides: sides.map((side) => new RegExp(side, 'gu')),
  })),
  FREQUENCIES,
  MODALITIES,
  SCOPES,
  CALENDAR,
];

const ENGLISH_NEGATION =
  /\b(?:not|no|never|none|nobody|nothing|neither|nor|without|cannot|lacks?|lacking|fails? to|failed to|unable|except|unless|hardly|rarely|instead of|rather than)\b|n['’]t\b/giu;
const JAPANESE_NEGATION =
  /ない(?!ことはない)|なかっ|なく(?=て|、|。|な)|ません|ずに|(?<=[かさたなばまらわれせえけめべ])ず(?=、|。|$|に|、)|(?<=[かさたなばまらわれせえけめべ])ぬ|不可能|不可|禁止|なし|無し|対象外|除[くき]|ざる/gu;

/** How often a text denies. */
export function negations(text: string): number {
  return (text.match(ENGLISH_NEGATION)?.length ?? 0) + (text.match(JAPANESE_NEGATION)?.length ?? 0);
}

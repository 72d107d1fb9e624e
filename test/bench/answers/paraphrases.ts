import type { Change } from './changes.ts';

type Random = () => number;

const MONTHS = 'January February March April May June July August September October November December'.split(
  ' ',
);

/** Words and turns that mean the same; written for this measurement, not taken from what it measures. */
const ENGLISH_WORDS: readonly (readonly [RegExp, string])[] = [
  [/\bdelete\b/gu, 'remove'],
  [/\bremoved\b/gu, 'deleted'],
  [/\bchoose\b/gu, 'select'],
  [/\bselect\b/gu, 'choose'],
  [/\bpurchase\b/gu, 'buy'],
  [/\bshows\b/gu, 'displays'],
  [/\bstarts\b/gu, 'begins'],
  [/\bmodify\b/gu, 'change'],
  [/\bchanged\b/gu, 'modified'],
  [/\bperformed\b/gu, 'carried out'],
  [/\bensure\b/gu, 'make sure'],
  [/\bprior to\b/gu, 'before'],
  [/\bemployees\b/gu, 'staff'],
  [/\bcannot\b/gu, 'is unable to'],
  [/\bretained\b/gu, 'kept'],
  [/\bevery day\b/gu, 'daily'],
  [/\blog in to\b/gu, 'sign in to'],
  [/\blarge\b/gu, 'big'],
  [/\bobtained\b/gu, 'acquired'],
  [/\bset up\b/gu, 'configure'],
  [/\bvia\b/gu, 'through'],
  [/\bassist\b/gu, 'help'],
  [/\butilize\b/gu, 'employ'],
  [/\bsubsequently\b/gu, 'then'],
  [/\bdemonstrated\b/gu, 'showed'],
  [/\bapproximately\b/gu, 'about'],
  [/\bassociated with\b/gu, 'linked to'],
];
const JAPANESE_WORDS: readonly (readonly [RegExp, string])[] = [
  [/従業員/gu, '社員'],
  [/社員/gu, '従業員'],
  [/削除/gu, '消去'],
  [/保存/gu, '保管'],
  [/しなければならない/gu, 'する必要がある'],
  [/することができる/gu, 'できる'],
  [/購入した/gu, '買った'],
  [/調査した/gu, '調べた'],
  [/選択する/gu, '選ぶ'],
  [/決定した/gu, '決めた'],
  [/である(?=。)/gu, 'です'],
  [/開始した/gu, '始めた'],
  [/住んでいる/gu, '居住している'],
];

function words(pairs: readonly (readonly [RegExp, string])[]) {
  return (sentence: string, random: Random) => {
    const usable = pairs.filter(([from]) => sentence.search(from) >= 0);
    const [from, to] = usable[Math.floor(random() * usable.length)] ?? [];
    return from && to !== undefined ? sentence.replace(from, to) : undefined;
  };
}

/** The first match that can be written in another way. */
function rewritten(pattern: RegExp, other: (match: RegExpExecArray) => string | undefined) {
  return (sentence: string) => {
    for (const match of sentence.matchAll(pattern)) {
      const made = other(match);
      if (made !== undefined && made !== match[0])
        return sentence.slice(0, match.index) + made + sentence.slice(match.index + match[0].length);
    }
    return undefined;
  };
}

const CONVERSIONS: Readonly<Record<string, readonly [string, number]>> = {
  minutes: ['seconds', 60],
  hours: ['minutes', 60],
  days: ['hours', 24],
  weeks: ['days', 7],
  years: ['months', 12],
  km: ['m', 1_000],
  kg: ['g', 1_000],
  時間: ['分', 60],
  週間: ['日間', 7],
  年間: ['か月', 12],
  キロメートル: ['メートル', 1_000],
};

const converted = rewritten(
  /(?<![\d.,-])(\d{1,4})\s?(minutes|hours|days|weeks|years|km|kg|時間|週間|年間|キロメートル)(?![\p{L}])/gu,
  ([, value, unit = '']) => {
    const [other, by] = CONVERSIONS[unit] ?? ['', 0];
    return /\p{Script=Latin}/u.test(unit)
      ? `${Number(value) * by} ${other}`
      : `${Number(value) * by}${other}`;
  },
);

const numbers = rewritten(
  /(?<![\d.,/-])\d{1,3}(?:,\d{3})+(?![\d,.])|(?<![\d.,/\p{L}-])\d{4,}(?![\d,.年\p{L}-])/gu,
  ([found]) => (found.includes(',') ? found.replaceAll(',', '') : Number(found).toLocaleString('en')),
);

const thousands = rewritten(
  /(?<![\d.,])(\d+)0{3}(円|人|個|件|回|台|冊|校|社)/gu,
  ([, many, unit]) => `${many}千${unit}`,
);

const englishDates = rewritten(
  new RegExp(`(?:(\\d{1,2}) )?(${MONTHS.join('|')})(?: (\\d{1,2}))?,? ((?:19|20)\\d\\d)`, 'gu'),
  ([, before, month = '', after, year]) => {
    const day = before ?? after;
    if (day === undefined) return `${month}, ${year}`;
    const number = String(MONTHS.indexOf(month) + 1).padStart(2, '0');
    return before === undefined ? `${day} ${month} ${year}` : `${year}-${number}-${day.padStart(2, '0')}`;
  },
);

const ERA_YEARS = [
  ['令和', 2019],
  ['平成', 1989],
  ['昭和', 1926],
] as const;

const japaneseDates = rewritten(
  /((?:19|20)\d\d)年(\d{1,2})月(\d{1,2})日/gu,
  ([, year = '', month = '', day = '']) => {
    const [era, first] = ERA_YEARS.find(([, from]) => Number(year) > from) ?? [];
    if (era !== undefined && Number(day) % 2 === 0)
      return `${era}${Number(year) - first + 1}年${month}月${day}日`;
    return `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  },
);

/** The object first: written only where the sentence has the plain form "A verb-ed B.". */
const PASSIVE =
  /^((?:The )?[\p{Lu}][\p{L}\p{N}-]+(?: [\p{Lu}][\p{L}\p{N}-]+)*) (created|developed|introduced|published|acquired|launched|designed|provides|supports|uses|includes|contains|inhibits|activates|regulates|requires|induces|suppresses|mediates) ([^,.;:]+)\.$/u;
const THIRD: Readonly<Record<string, string>> = {
  provides: 'is provided',
  supports: 'is supported',
  uses: 'is used',
  includes: 'is included',
  contains: 'is contained',
  inhibits: 'is inhibited',
  activates: 'is activated',
  regulates: 'is regulated',
  requires: 'is required',
  induces: 'is induced',
  suppresses: 'is suppressed',
  mediates: 'is mediated',
};

function passive(sentence: string): string | undefined {
  const [, agent, verb = '', object = ''] = PASSIVE.exec(sentence) ?? [];
  if (agent === undefined) return undefined;
  const turned = THIRD[verb] ?? `was ${verb}`;
  return `${object.charAt(0).toUpperCase()}${object.slice(1)} ${turned} by ${agent}.`;
}

/** What says the same in other words: true, and to be kept. */
export const PARAPHRASES: readonly Change[] = [
  { kind: 'words', language: 'en', apply: words(ENGLISH_WORDS) },
  { kind: 'words', language: 'ja', apply: words(JAPANESE_WORDS) },
  { kind: 'number', language: 'en', apply: numbers },
  { kind: 'number', language: 'ja', apply: (text) => thousands(text) ?? numbers(text) },
  { kind: 'unit', language: 'en', apply: converted },
  { kind: 'unit', language: 'ja', apply: converted },
  { kind: 'date', language: 'en', apply: englishDates },
  { kind: 'date', language: 'ja', apply: japaneseDates },
  { kind: 'passive', language: 'en', apply: passive },
];

const TWO_NAMES = /(?<=^|[,;] )(\p{Lu}\p{L}+)( (?:\p{Ll}+ ){1,3})(\p{Lu}\p{L}+)(?=[ ,][^\p{Lu}]|\.)/u;
const TWO_NOUNS =
  /([\p{Script=Katakana}ー]{3,})(が|から|は)([^、。]{0,12}?)([\p{Script=Katakana}ー]{3,})(を|に|まで|へ)/u;

/** Two names in each other's place: every word stays, and somebody else does it. */
export const SWAPS: readonly Change[] = [
  {
    kind: 'roles',
    language: 'en',
    apply: (text) =>
      /\b(?:and|or|of|in|at|with)\b/u.test(TWO_NAMES.exec(text)?.[2] ?? 'and')
        ? undefined
        : text.replace(TWO_NAMES, '$3$2$1'),
  },
  {
    kind: 'roles',
    language: 'ja',
    apply: (text) => (TWO_NOUNS.test(text) ? text.replace(TWO_NOUNS, '$4$2$3$1$5') : undefined),
  },
];

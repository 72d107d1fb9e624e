/** One kind of change to a sentence; undefined when the sentence has nothing of the kind. */
export interface Change {
  readonly kind: string;
  readonly language: 'en' | 'ja';
  readonly apply: (sentence: string, random: () => number) => string | undefined;
}

const pick = <T>(values: readonly T[], random: () => number): T =>
  values[Math.floor(random() * values.length)] as T;

/** Replaces one match, chosen by chance, by what `other` makes of it. */
function replaceOne(
  sentence: string,
  pattern: RegExp,
  random: () => number,
  other: (found: string) => string | undefined,
): string | undefined {
  const matches = [...sentence.matchAll(pattern)].filter((match) => match[0] !== '');
  if (matches.length === 0) return undefined;
  const match = pick(matches, random);
  const made = other(match[0]);
  if (made === undefined || made === match[0]) return undefined;
  return sentence.slice(0, match.index) + made + sentence.slice(match.index + match[0].length);
}

const otherOf = (values: readonly string[], random: () => number) => (found: string) =>
  pick(
    values.filter((value) => value !== found),
    random,
  );

function otherNumber(found: string, random: () => number): string {
  const digits = found.replace(/[０-９]/gu, (digit) => String.fromCharCode(digit.charCodeAt(0) - 0xfee0));
  if (/[.,]/u.test(digits)) {
    const at = digits.search(/\d/u);
    return `${digits.slice(0, at)}${((Number(digits[at]) + 1 + Math.floor(random() * 8)) % 9) + 1}${digits.slice(at + 1)}`;
  }
  const value = Number(digits);
  const by = Math.max(1, Math.round(value * (0.1 + random())));
  return String(random() < 0.5 && value > by ? value - by : value + by);
}

const MONTHS = 'January February March April June July August September October November December'.split(' ');
const ENGLISH_UNITS: readonly (readonly string[])[] = [
  ['seconds', 'minutes', 'hours', 'days', 'weeks', 'months', 'years'],
  ['second', 'minute', 'hour', 'day', 'week', 'month', 'year'],
  ['KB', 'MB', 'GB', 'TB'],
  ['KiB', 'MiB', 'GiB', 'TiB'],
  ['mm', 'cm', 'km'],
  ['mg', 'kg', 'µg'],
  ['kHz', 'MHz', 'GHz'],
  ['ms', 'ns'],
  ['nM', 'mM', 'μM'],
];
const JAPANESE_UNITS: readonly (readonly string[])[] = [
  ['秒', '分', '時間'],
  ['日間', '週間', 'か月', '年間'],
  ['メートル', 'キロメートル', 'センチメートル'],
  ['kg', 'g', 'トン'],
  ['万円', '億円', '円'],
  ['km', 'cm', 'm', 'mm'],
  ['%', '倍'],
  ['年', '月', '日'],
  ['人', '社', '校'],
];

const ENGLISH_OPPOSITES: readonly (readonly [string, string])[] = [
  ['more', 'less'],
  ['higher', 'lower'],
  ['increased', 'decreased'],
  ['increase', 'decrease'],
  ['increases', 'decreases'],
  ['larger', 'smaller'],
  ['greater', 'smaller'],
  ['before', 'after'],
  ['above', 'below'],
  ['longer', 'shorter'],
  ['faster', 'slower'],
  ['better', 'worse'],
  ['maximum', 'minimum'],
  ['at least', 'at most'],
  ['most', 'least'],
  ['older', 'younger'],
  ['stronger', 'weaker'],
  ['highest', 'lowest'],
  ['largest', 'smallest'],
  ['high', 'low'],
  ['reduced', 'increased'],
  ['improved', 'worsened'],
  ['earlier', 'later'],
  ['up to', 'at least'],
  ['many', 'few'],
];
const JAPANESE_OPPOSITES: readonly (readonly [string, string])[] = [
  ['以上', '以下'],
  ['以前', '以後'],
  ['増加', '減少'],
  ['最大', '最小'],
  ['最高', '最低'],
  ['高い', '低い'],
  ['多い', '少ない'],
  ['大きい', '小さい'],
  ['長い', '短い'],
  ['上昇', '下降'],
  ['大きな', '小さな'],
  ['高く', '低く'],
  ['多く', '少なく'],
  ['以内', '以外'],
  ['最古', '最新'],
  ['古い', '新しい'],
  ['強い', '弱い'],
  ['広い', '狭い'],
  ['早く', '遅く'],
];

const ENGLISH_NAMES =
  'Okafor Lindqvist Tanaka Marseille Zurich Contoso Novak Helsinki Ramirez Fabrikam Osaka Northwind'.split(
    ' ',
  );
const KATAKANA_NAMES =
  'ヴェネツィア モザンビーク コンスタンティン フェルナンデス リヴァプール サマルカンド ベルナドット'.split(
    ' ',
  );
const PLACES = '札幌 仙台 金沢 鹿児島 那覇 松江 高知 長崎'.split(' ');

const opposites =
  (pairs: readonly (readonly [string, string])[], isSpaced: boolean) =>
  (sentence: string, random: () => number) => {
    const all = pairs.flatMap(([a, b]) => [[a, b] as const, [b, a] as const]);
    const there = all.filter(([word]) =>
      isSpaced ? new RegExp(`\\b${word}\\b`, 'u').test(sentence) : sentence.includes(word),
    );
    if (there.length === 0) return undefined;
    const [word, opposite] = pick(there, random);
    return replaceOne(
      sentence,
      isSpaced ? new RegExp(`\\b${word}\\b`, 'gu') : new RegExp(word, 'gu'),
      random,
      () => opposite,
    );
  };

const units = (families: readonly (readonly string[])[]) => (sentence: string, random: () => number) => {
  for (const family of families.toSorted(() => random() - 0.5)) {
    const names = family.toSorted((a, b) => b.length - a.length).join('|');
    const pattern = new RegExp(`(?<=\\d\\s?)(?:${names})(?![\\p{L}])`, 'gu');
    const loose = new RegExp(`(?<=\\d\\s?)(?:${names})`, 'gu');
    const made = replaceOne(
      sentence,
      /[\u3040-\u9fff]/u.test(sentence) ? loose : pattern,
      random,
      otherOf(family, random),
    );
    if (made !== undefined) return made;
  }
  return undefined;
};

function negateEnglish(sentence: string, random: () => number): string | undefined {
  if (
    /\b(?:is|are|was|were|can|will|does|do|did|has|have|should|must|could) not\b/u.test(sentence) &&
    random() < 0.5
  )
    return replaceOne(
      sentence,
      /(?<=\b(?:is|are|was|were|can|will|does|do|did|has|have|should|must|could)) not\b/gu,
      random,
      () => ' ',
    );
  return replaceOne(
    sentence,
    /\b(?:is|are|was|were|can|will|should|must|could)\b(?! not|n['’]t|['’])/gu,
    random,
    (found) => `${found} not`,
  );
}

const NEGATIONS: readonly (readonly [RegExp, string])[] = [
  [/である(?=。|、|$)/gu, 'ではない'],
  [/した(?=。|$)/gu, 'しなかった'],
  [/している(?=。|$)/gu, 'していない'],
  [/されている(?=。|$)/gu, 'されていない'],
  [/された(?=。|$)/gu, 'されなかった'],
  [/する(?=。|$)/gu, 'しない'],
  [/できる(?=。|$)/gu, 'できない'],
  [/がある(?=。|$)/gu, 'がない'],
  [/ではない(?=。|$)/gu, 'である'],
  [/ます(?=。|$)/gu, 'ません'],
];

function negateJapanese(sentence: string, random: () => number): string | undefined {
  for (const [pattern, other] of NEGATIONS) {
    const made = replaceOne(sentence, pattern, random, () => other);
    if (made !== undefined) return made;
  }
  return undefined;
}

export const CHANGES: readonly Change[] = [
  {
    kind: 'number',
    language: 'en',
    apply: (text, random) =>
      replaceOne(text, /(?<![\p{L}\d.,-])\d+(?:[.,]\d+)*(?![\p{L}\d])/gu, random, (found) =>
        otherNumber(found, random),
      ),
  },
  {
    kind: 'number',
    language: 'ja',
    apply: (text, random) =>
      replaceOne(text, /[\d０-９]+(?:[.,][\d０-９]+)*/gu, random, (found) => otherNumber(found, random)),
  },
  {
    kind: 'date',
    language: 'en',
    apply: (text, random) =>
      replaceOne(text, new RegExp(`\\b(?:${MONTHS.join('|')}|(?:19|20)\\d\\d)\\b`, 'gu'), random, (found) =>
        /\d/u.test(found)
          ? String(Number(found) + (random() < 0.5 ? -1 : 1) * (1 + Math.floor(random() * 9)))
          : otherOf(MONTHS, random)(found),
      ),
  },
  {
    kind: 'date',
    language: 'ja',
    apply: (text, random) =>
      replaceOne(text, /\d+(?=年|月|日)/gu, random, (found) =>
        String(Math.max(1, Number(found) + (random() < 0.5 ? -1 : 1) * (1 + Math.floor(random() * 9)))),
      ),
  },
  {
    kind: 'name',
    language: 'en',
    apply: (text, random) =>
      replaceOne(text, /(?<=[\p{Ll},] )\p{Lu}\p{Ll}{2,}\b/gu, random, otherOf(ENGLISH_NAMES, random)),
  },
  {
    kind: 'name',
    language: 'ja',
    apply: (text, random) =>
      replaceOne(text, /[\p{Script=Katakana}ー]{4,}/gu, random, otherOf(KATAKANA_NAMES, random)) ??
      replaceOne(text, /[\p{Script=Han}]{2,3}(?=市|県|区|町|氏)/gu, random, otherOf(PLACES, random)),
  },
  { kind: 'unit', language: 'en', apply: units(ENGLISH_UNITS) },
  { kind: 'unit', language: 'ja', apply: units(JAPANESE_UNITS) },
  { kind: 'negation', language: 'en', apply: negateEnglish },
  { kind: 'negation', language: 'ja', apply: negateJapanese },
  { kind: 'comparative', language: 'en', apply: opposites(ENGLISH_OPPOSITES, true) },
  { kind: 'comparative', language: 'ja', apply: opposites(JAPANESE_OPPOSITES, false) },
];

/** Less of the same: its last clause left out. True as far as a reader can tell, and a verifier may still refuse it. */
export function shortened(sentence: string): string | undefined {
  const isJapanese = /[\u3040-\u30ff]/u.test(sentence);
  if (isJapanese) return undefined;
  const cut = sentence.lastIndexOf(', ');
  return cut > sentence.length / 2 ? `${sentence.slice(0, cut)}.` : undefined;
}

/** The same said in another order: clauses, or the members of an enumeration. */
export function reordered(sentence: string, random: () => number): string | undefined {
  const isJapanese = /[\u3040-\u30ff]/u.test(sentence);
  const [end = ''] = /[.。!！]+$/u.exec(sentence) ?? [];
  const body = sentence.slice(0, sentence.length - end.length);
  const parts = body.split(isJapanese ? /(?<=、)/u : /(?<=,|;) (?=\D)/u);
  if (parts.length < 2) return undefined;
  const from = 1 + Math.floor(random() * (parts.length - 1));
  const moved = [...parts.slice(from), ...parts.slice(0, from)].map((part) =>
    part.replace(/[,、;]\s*$/u, ''),
  );
  return moved.join(isJapanese ? '、' : ', ') + end;
}

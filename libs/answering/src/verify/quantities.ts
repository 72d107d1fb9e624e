/** A number as it is meant: value, with what it counts. `at` is its place in the text. */
export interface Quantity {
  readonly value: number;
  /** `%`, a unit in one spelling, or undefined for a bare number. */
  readonly unit?: string;
  readonly start: number;
  readonly end: number;
}

const DIGIT_WORDS: Readonly<Record<string, number>> = {
  zero: 0,
  one: 1,
  two: 2,
  three: 3,
  four: 4,
  five: 5,
  six: 6,
  seven: 7,
  eight: 8,
  nine: 9,
  ten: 10,
  eleven: 11,
  twelve: 12,
  thirteen: 13,
  fourteen: 14,
  fifteen: 15,
  sixteen: 16,
  seventeen: 17,
  eighteen: 18,
  nineteen: 19,
  twenty: 20,
  thirty: 30,
  forty: 40,
  fifty: 50,
  sixty: 60,
  seventy: 70,
  eighty: 80,
  ninety: 90,
  hundred: 100,
  thousand: 1_000,
};

const UNITS: Readonly<Record<string, string>> = {
  percent: '%',
  percentage: '%',
  'per cent': '%',
  パーセント: '%',
  '％': '%',
  second: 's',
  seconds: 's',
  sec: 's',
  secs: 's',
  秒: 's',
  minute: 'min',
  minutes: 'min',
  mins: 'min',
  分: 'min',
  分間: 'min',
  hour: 'h',
  hours: 'h',
  hr: 'h',
  hrs: 'h',
  時間: 'h',
  day: 'd',
  days: 'd',
  日間: 'd',
  week: 'week',
  weeks: 'week',
  週間: 'week',
  週: 'week',
  month: 'month',
  months: 'month',
  か月: 'month',
  ヶ月: 'month',
  カ月: 'month',
  ヵ月: 'month',
  year: 'year',
  years: 'year',
  年間: 'year',
  meter: 'm',
  meters: 'm',
  metre: 'm',
  metres: 'm',
  メートル: 'm',
  kilometer: 'km',
  kilometers: 'km',
  kilometre: 'km',
  kilometres: 'km',
  キロメートル: 'km',
  キロ: 'km',
  gram: 'g',
  grams: 'g',
  グラム: 'g',
  kilogram: 'kg',
  kilograms: 'kg',
  キログラム: 'kg',
  dollar: '$',
  dollars: '$',
  usd: '$',
  ドル: '$',
  yen: '円',
  jpy: '円',
  '¥': '円',
  '￥': '円',
  euro: '€',
  euros: '€',
  eur: '€',
  ユーロ: '€',
  byte: 'b',
  bytes: 'b',
  バイト: 'b',
  people: '人',
  persons: '人',
  person: '人',
  名: '人',
  employees: 'employees',
  users: 'users',
};

const UNIT =
  '(?:%|％|percent(?:age)?|per cent|[kmgt]i?b(?:/s|ps)?|bytes?|[mkµnμ]?(?:m|g|l|s|mol|M)(?![\\p{L}])|cm|mm|km|kg|mg|µg|μg|ng|ml|ms|hz|khz|mhz|ghz|kw|mw|gw|°c|℃|seconds?|secs?|minutes?|mins?|hours?|hrs?|days?|weeks?|months?|years?|meters?|metres?|kilomet(?:er|re)s?|(?:kilo)?grams?|dollars?|euros?|yen|usd|eur|jpy|people|persons?|employees|users|times|fold|パーセント|平方キロメートル|キロメートル|キログラム|メートル|グラム|センチ(?:メートル)?|ミリ(?:メートル)?|トン|キロ|バイト|ドル|ユーロ|ポンド|万円|億円|円|人|名|個|件|本|枚|台|回|冊|社|校|度|倍|歳|才|世紀|時間|時|分間|分|秒|週間|か月|ヶ月|カ月|ヵ月|月|日間|日|年間|年|代|階|点|位|世帯|県|市|区|町|村|条|項|号|章|節|つ|割)';
const NUMBER = /[-−]?(?:\d{1,3}(?:[,，]\d{3})+|\d+)(?:[.．]\d+)?/u.source;
const QUANTITY = new RegExp(
  `(?<money>[$€£¥￥])?\\s?(?<number>${NUMBER})(?<scale>\\s?(?:thousand|million|billion|trillion|[千万億兆]|k(?![\\p{L}]))(?:${NUMBER}千?(?![\\d,.万億]))?)?\\s?-?(?<unit>${UNIT}(?![\\p{Ll}]))?`,
  'giu',
);
const KANJI =
  /(?<!\d)[〇一二三四五六七八九十百千]+(?=人|個|回|件|年|月|日|時|分|つ|種|か国|カ国|割|倍|歳|度|世紀|番|位|条|項|号|章|円|名|週間|か月|ヶ月|[万億](?:[円人件個名]|\d))/gu;
const WORDS = new RegExp(
  `\\b(?:${Object.keys(DIGIT_WORDS).join('|')})(?:[- ](?:${Object.keys(DIGIT_WORDS).join('|')}))*\\b(?:\\s(${UNIT}))?`,
  'giu',
);
const SCALES: Readonly<Record<string, number>> = {
  thousand: 1e3,
  k: 1e3,
  million: 1e6,
  billion: 1e9,
  trillion: 1e12,
  千: 1e3,
  万: 1e4,
  億: 1e8,
  兆: 1e12,
};

/** Every number of a text, however it is written; NFKC first, which keeps no offsets: they are of the folded text. */
export function quantitiesIn(text: string): Quantity[] {
  const folded = text.normalize('NFKC');
  const found: Quantity[] = [];
  for (const match of folded.matchAll(QUANTITY)) {
    const { number = '', scale, unit, money } = match.groups ?? {};
    found.push({
      value: valueOf(number, scale),
      ...unitOf(unit ?? money),
      start: match.index,
      end: match.index + match[0].length,
    });
  }
  for (const match of folded.matchAll(WORDS)) {
    // "one" is a pronoun more often than a number.
    if (match[0].toLowerCase() === 'one') continue;
    found.push({
      value: spelled(match[0]),
      ...unitOf(match[1]),
      start: match.index,
      end: match.index + match[0].length,
    });
  }
  for (const match of folded.matchAll(KANJI)) {
    const end = match.index + match[0].length;
    const unit = /^(?:人|個|回|件|年|月|日|時|分|つ|種|割|倍|歳|度|世紀|番|位|条|項|号|章)/u.exec(
      folded.slice(end),
    )?.[0];
    found.push({ value: kanji(match[0]), ...unitOf(unit), start: match.index, end });
  }
  return found.toSorted((a, b) => a.start - b.start);
}

/** A text without its numbers and their units, which have a rule of their own. */
export function withoutAmounts(text: string): string {
  const folded = text.normalize('NFKC');
  return quantitiesIn(folded)
    .filter(({ unit }) => unit !== undefined)
    .reduceRight((left, { start, end }) => `${left.slice(0, start)} ${left.slice(end)}`, folded);
}

function unitOf(unit: string | undefined): { unit?: string } {
  if (unit === undefined) return {};
  const plain = unit.toLowerCase();
  return { unit: UNITS[plain] ?? plain };
}

function valueOf(number: string, scale: string | undefined): number {
  const plain = Number(number.replace(/[,，]/gu, '').replace('−', '-').replace('．', '.'));
  const word = scale?.trim().toLowerCase();
  if (word === undefined || word === '') return plain;
  const [, name = '', rest, more] = /^(\p{L}+?)(?:(\d[\d,.]*)(千)?)?$/u.exec(word) ?? [];
  const beyond = rest ? Number(rest.replace(/,/gu, '')) * (more ? 1_000 : 1) : 0;
  return plain * (SCALES[name] ?? 1) + beyond;
}

function spelled(text: string): number {
  let [total, current] = [0, 0];
  for (const word of text.toLowerCase().match(/\p{L}+/gu) ?? []) {
    const value = DIGIT_WORDS[word];
    if (value === undefined) continue;
    if (value === 1_000) {
      total += (current || 1) * value;
      current = 0;
    } else if (value === 100) current = (current || 1) * value;
    else current += value;
  }
  return total + current;
}

/** Numbers in Chinese characters before what they count as digits: 三百人 as 300人. */
export function withDigits(text: string): string {
  return text.replace(KANJI, (number) => String(kanji(number)));
}

/** Of what measures the same, how many of the smallest; a month has no certain number of days. */
const MEASURES: readonly Readonly<Record<string, number>>[] = [
  { s: 1, min: 60, h: 3_600, d: 86_400, week: 604_800 },
  { month: 1, year: 12 },
  { mm: 1, cm: 10, m: 1_000, km: 1_000_000 },
  { mg: 1, g: 1_000, kg: 1_000_000, トン: 1_000_000_000 },
  { ml: 1, l: 1_000 },
];

/** Whether two say the same amount, in one unit or converted exactly. */
export function isSameAmount(a: Quantity, b: Quantity): boolean {
  if (a.unit === b.unit) return Math.abs(a.value) === Math.abs(b.value);
  return MEASURES.some((measure) => {
    const [first, second] = [measure[a.unit ?? ''], measure[b.unit ?? '']];
    if (first === undefined || second === undefined) return false;
    return Math.abs(a.value * first - b.value * second) < 1e-6 * Math.abs(a.value * first);
  });
}

function kanji(text: string): number {
  let [total, current] = [0, 0];
  for (const char of text) {
    const digit = '〇一二三四五六七八九'.indexOf(char);
    const power = { 十: 10, 百: 100, 千: 1_000 }[char];
    if (power !== undefined) {
      total += (current || 1) * power;
      current = 0;
    } else current = current * 10 + digit;
  }
  return total + current;
}

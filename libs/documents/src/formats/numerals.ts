const ROMAN: readonly (readonly [value: number, sign: string])[] = [
  [1_000, 'm'],
  [900, 'cm'],
  [500, 'd'],
  [400, 'cd'],
  [100, 'c'],
  [90, 'xc'],
  [50, 'l'],
  [40, 'xl'],
  [10, 'x'],
  [9, 'ix'],
  [5, 'v'],
  [4, 'iv'],
  [1, 'i'],
];
const KANJI = '〇一二三四五六七八九';
const AIUEO = 'アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲン';
const IROHA =
  'イロハニホヘトチリヌルヲワカヨタレソツネナラムウヰノオクヤマケフコエテアサキユメミシヱヒモセス';

/**
 * A count in one of the formats of ECMA-376 part 1, 17.18.59 (w:numFmt); unknown ones are written as digits.
 * @returns undefined for a bullet
 */
export function numeral(count: number, format: string): string | undefined {
  switch (format) {
    case 'bullet':
      return undefined;
    case 'none':
      return '';
    case 'decimalZero':
      return String(count).padStart(2, '0');
    case 'lowerRoman':
      return roman(count);
    case 'upperRoman':
      return roman(count).toUpperCase();
    case 'lowerLetter':
      return letters(count);
    case 'upperLetter':
      return letters(count).toUpperCase();
    case 'decimalFullWidth':
    case 'decimalFullWidth2':
      return String(count).replace(/\d/gu, (digit) => String.fromCodePoint(0xff10 + Number(digit)));
    case 'decimalEnclosedCircle':
    case 'decimalEnclosedCircleChinese':
      return count >= 1 && count <= 20 ? String.fromCodePoint(0x245f + count) : `(${count})`;
    case 'aiueo':
    case 'aiueoFullWidth':
      return AIUEO[(count - 1) % AIUEO.length] ?? String(count);
    case 'iroha':
    case 'irohaFullWidth':
      return IROHA[(count - 1) % IROHA.length] ?? String(count);
    case 'japaneseCounting':
    case 'chineseCounting':
    case 'chineseCountingThousand':
    case 'japaneseLegal':
      return kanji(count);
    case 'ideographDigital':
    case 'japaneseDigitalTenThousand':
      return String(count).replace(/\d/gu, (digit) => KANJI[Number(digit)] ?? digit);
    default:
      return String(count);
  }
}

function roman(count: number): string {
  if (count < 1 || count > 3_999) return String(count);
  let rest = count;
  let text = '';
  for (const [value, sign] of ROMAN) for (; rest >= value; rest -= value) text += sign;
  return text;
}

/** a … z, aa, bb … as Word counts. */
function letters(count: number): string {
  if (count < 1 || count > 780) return String(count);
  return String.fromCodePoint(97 + ((count - 1) % 26)).repeat(Math.ceil(count / 26));
}

function kanji(count: number): string {
  if (count < 1 || count > 9_999) return String(count);
  return [...String(count)]
    .reverse()
    .map((digit, place) => {
      const unit = ['', '十', '百', '千'][place] ?? '';
      if (digit === '0') return '';
      return digit === '1' && unit !== '' ? unit : `${KANJI[Number(digit)]}${unit}`;
    })
    .reverse()
    .join('');
}

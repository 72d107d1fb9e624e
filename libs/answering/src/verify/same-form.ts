import { withDigits } from './quantities.ts';

/** Ahead: a number that is no day of a month. */
const AMOUNT =
  '(?= (?:\\d|(?:one|two|three|four|five|six|seven|eight|nine|ten|twelve|twenty|thirty|hundred)\\b))(?! \\d{1,2} (?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec))';

/** Turns of phrase that mean the same, in one of their forms. */
const PHRASES: readonly (readonly [RegExp, string])[] = [
  [/\b(?:is|are|was|were|be) in charge of\b/giu, 'is responsible for'],
  [/\bin charge of\b/giu, 'responsible for'],
  [/\b(?:sign|log)(?:s|ged|ning|ging|ed)?[- ](?:in|on)\b(?: to\b)?/giu, 'log in to'],
  [/\bset(?:s|ting)? up\b/giu, 'configure'],
  [/\b(?:carr(?:y|ies|ied|ying)) out\b/giu, 'perform'],
  [/\b(?:takes?|took|taking) place\b/giu, 'happens'],
  [/\b(?:makes?|made|making) sure\b/giu, 'ensure'],
  [new RegExp(`\\b(?:no fewer than|no less than|not less than|a minimum of)${AMOUNT}`, 'giu'), 'at least'],
  [new RegExp(`\\b(?:no more than|not more than|up to|a maximum of)${AMOUNT}`, 'giu'), 'at most'],
  [/\b(?:once a|each|per|every) (day|week|month|year|hour)\b/giu, 'every $1'],
  [/\bdaily\b/giu, 'every day'],
  [/\bweekly\b/giu, 'every week'],
  [/\bmonthly\b/giu, 'every month'],
  [/\b(?:yearly|annually)\b/giu, 'every year'],
  [/\b(?:free of charge|without charge|at no (?:cost|charge)|for free)\b/giu, 'free'],
  [/\b(?:is|are|was|were|be) (?:unable|not able) to\b/giu, 'cannot'],
  [/\bcan not\b|\bcan['’]t\b/giu, 'cannot'],
  [/\b(?:is|are) able to\b/giu, 'can'],
  [/\b(?:is|are) (?:obliged|obligated) to\b/giu, 'must'],
  [/\b(?:is|are) (?:allowed|permitted) to\b/giu, 'may'],
  [/\bprior to\b/giu, 'before'],
  [/\bdue to\b|\bowing to\b|\bbecause of\b/giu, 'because of'],
  // Duty is no denial, although its words deny: it is brought into the form that does not.
  [/しなければ(?:ならない|なりません)|しなくてはならない|する必要があります/gu, 'する必要がある'],
  [/(?:なければ|なくては|ねば)(?:ならない|なりません)/gu, 'る必要がある'],
  [/することができます|することができる|できます/gu, 'できる'],
  [/(?<=[\p{Script=Han}])(?:します|しています)(?=。|$)/gu, 'する'],
  [/(?<=[\p{Script=Han}])されます(?=。|$)/gu, 'される'],
  [/であります(?=。|$)|です(?=。|$)|だ(?=。|$)/gu, 'である'],
];

const HALF_DAY: Readonly<Record<string, number>> = { a: 0, p: 12, 午前: 0, 午後: 12 };
const ENGLISH_CLOCK = /\b(?<hour>1[0-2]|0?[1-9])(?::(?<minute>[0-5]\d))?\s?(?<half>[ap])\.?m\b\.?/giu;
const JAPANESE_CLOCK =
  /(?<half>午前|午後)?(?<hour>1\d|2[0-3]|0?\d)(?:時(?!間)(?:(?<minute>[0-5]?\d)分(?!間)|(?<thirty>半))?|:(?<colon>[0-5]\d))/gu;

/** A time of day as 14:30, however it is written. */
function clock(text: string): string {
  const form = (hour: number, minute: number) => ` ${hour}:${String(minute).padStart(2, '0')} `;
  return text
    .replace(ENGLISH_CLOCK, (...found) => {
      const { hour, minute, half } = found.at(-1) as Record<string, string | undefined>;
      return form(
        (Number(hour) % 12) + (HALF_DAY[(half ?? '').toLowerCase()] ?? 0),
        Number(minute ?? 0),
      ).trim();
    })
    .replace(JAPANESE_CLOCK, (...found) => {
      const { hour, minute, half, thirty, colon } = found.at(-1) as Record<string, string | undefined>;
      const late = half === '午後' && Number(hour) < 12 ? 12 : 0;
      return form(Number(hour) + late, thirty ? 30 : Number(minute ?? colon ?? 0)).trim();
    });
}

/**
 * A text in the form in which it is compared: turns of phrase and times of day that mean the same become the same. Applied
 * to a claim and to its evidence alike, so it can only bring together what the lists bring together.
 */
export function sameForm(text: string): string {
  return PHRASES.reduce(
    (made, [from, to]) => made.replace(from, to),
    clock(withDigits(text.normalize('NFKC'))),
  );
}

/** A day, a month of a year, or a day without its year, as a text gives it. */
export interface WrittenDate {
  readonly year?: number;
  readonly month: number;
  readonly day?: number;
  readonly start: number;
  readonly end: number;
}

const MONTHS = 'january february march april may june july august september october november december'.split(
  ' ',
);
/** With a capital: "may 5 people" is no date. */
const MONTH = `(?<month>${MONTHS.map(capital)
  .map((name) => `${name}|${name.slice(0, 3)}\\.?`)
  .join('|')}|Sept\\.?)`;
const DAY = '(?<day>0?[1-9]|[12]\\d|3[01])(?:st|nd|rd|th)?';
const YEAR = '(?<year>(?:1[5-9]|20)\\d\\d)';
const ERAS: Readonly<Record<string, number>> = { 明治: 1867, 大正: 1911, 昭和: 1925, 平成: 1988, 令和: 2018 };

/** The order of days and months in 3/4/2026 is nobody's guess: that form is none of these. */
const FORMS: readonly RegExp[] = [
  /\b(?<year>(?:1[5-9]|20)\d\d)[-/.](?<number>0?[1-9]|1[0-2])[-/.](?<day>0?[1-9]|[12]\d|3[01])\b/giu,
  new RegExp(`\\b${MONTH}\\s+${DAY}(?:,?\\s+${YEAR})?\\b`, 'gu'),
  new RegExp(`\\b${DAY}(?:\\s+of)?\\s+${MONTH}(?:,?\\s+${YEAR})?\\b`, 'gu'),
  new RegExp(`\\b${MONTH}(?:\\s+of)?,?\\s+${YEAR}\\b`, 'gu'),
  /(?:(?:(?<year>\d{4})|(?<era>明治|大正|昭和|平成|令和)(?<eraYear>\d{1,2}|元))年)?(?<number>1[0-2]|0?[1-9])月(?<day>[12]\d|3[01]|0?[1-9])日/giu,
  /(?:(?<year>\d{4})|(?<era>明治|大正|昭和|平成|令和)(?<eraYear>\d{1,2}|元))年(?<number>1[0-2]|0?[1-9])月(?!\d)/giu,
];

/** Dates of a text in the order of their places, none inside another. */
export function writtenDates(text: string): WrittenDate[] {
  const found: WrittenDate[] = [];
  for (const form of FORMS)
    for (const match of text.matchAll(form)) {
      const [start, end] = [match.index, match.index + match[0].length];
      if (found.some((other) => start < other.end && other.start < end)) continue;
      const date = dateOf(match.groups ?? {});
      if (date) found.push({ ...date, start, end });
    }
  return found.toSorted((a, b) => a.start - b.start);
}

function dateOf(groups: Readonly<Record<string, string | undefined>>) {
  const { year, month, number, day, era, eraYear } = groups;
  const at = month === undefined ? Number(number) : monthOf(month);
  const first = era === undefined ? undefined : ERAS[era];
  const counted =
    first === undefined ? year && Number(year) : first + (eraYear === '元' ? 1 : Number(eraYear));
  if (!(at >= 1 && at <= 12)) return undefined;
  return {
    month: at,
    ...(typeof counted === 'number' && { year: counted }),
    ...(day !== undefined && { day: Number(day) }),
  };
}

function monthOf(name: string): number {
  const short = name.toLowerCase().slice(0, 3);
  return MONTHS.findIndex((month) => month.startsWith(short)) + 1;
}

/** Whether whoever says the one says the other: as much of it, and nothing else. */
export function covers(said: WrittenDate, there: WrittenDate): boolean {
  return (
    said.month === there.month &&
    (said.year === undefined || said.year === there.year) &&
    (said.day === undefined || said.day === there.day)
  );
}

function capital(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}

/** Both texts without the dates that the one takes from the other, each once. */
export function withoutSharedDates(claim: string, evidence: string): { claim: string; evidence: string } {
  const there = writtenDates(evidence);
  const used = new Set<WrittenDate>();
  const shared = writtenDates(claim).filter((said) => {
    const match = there.find((date) => !used.has(date) && covers(said, date));
    if (match) used.add(match);
    return match !== undefined;
  });
  return { claim: without(claim, shared), evidence: without(evidence, [...used]) };
}

function without(text: string, dates: readonly WrittenDate[]): string {
  return dates.reduceRight((left, { start, end }) => `${left.slice(0, start)} ${left.slice(end)}`, text);
}

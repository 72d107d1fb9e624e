/** A part of the day in which nothing begins that can wait. */
export interface QuietHours {
  readonly text: string;
  /** `at` itself, or the end of the quiet hours it lies in; milliseconds since 1970. */
  after(at: number): number;
}

const SPAN = /^(?<from>[01]\d|2[0-3]):(?<fromMinute>[0-5]\d)-(?<to>[01]\d|2[0-3]):(?<toMinute>[0-5]\d)$/u;
const MINUTE_MS = 60_000;
const DAY_MINUTES = 1_440;

/**
 * `22:00-06:00` of each day; may reach over midnight.
 * @throws RangeError that says what is allowed
 */
export function parseQuietHours(text: string, timeZone?: string): QuietHours {
  const found = SPAN.exec(text.trim())?.groups;
  if (!found) throw new RangeError(`"${text}" is not a part of the day like "08:30-18:00"`);
  const minutes = (hour: string | undefined, minute: string | undefined) =>
    Number(hour) * 60 + Number(minute);
  const from = minutes(found['from'], found['fromMinute']);
  const to = minutes(found['to'], found['toMinute']);
  const length = (to - from + DAY_MINUTES) % DAY_MINUTES;
  const clock = minuteOfDay(timeZone);
  return {
    text: text.trim(),
    after: (at) => {
      // By minutes and not in one step: a night in which the clocks change is longer or shorter.
      let time = at;
      while ((clock(time) - from + DAY_MINUTES) % DAY_MINUTES < length)
        time = Math.floor(time / MINUTE_MS) * MINUTE_MS + MINUTE_MS;
      return time;
    },
  };
}

function minuteOfDay(timeZone: string | undefined): (at: number) => number {
  const format = new Intl.DateTimeFormat('en-GB', {
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    ...(timeZone !== undefined && { timeZone }),
  });
  return (at) => {
    const [hour, minute] = format.format(at).split(':');
    return Number(hour) * 60 + Number(minute);
  };
}

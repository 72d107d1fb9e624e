import { Cron } from 'croner';

/** When something is done again. */
export interface Schedule {
  /** As it was written. */
  readonly text: string;
  /**
   * The first time after the last run; undefined never.
   * @param last the begin of the last run for a cron expression, its end for an interval; milliseconds since 1970
   */
  next(last: { readonly startedAt: number; readonly endedAt: number }): number | undefined;
}

export interface ScheduleOptions {
  /** IANA name, for cron expressions; default: the machine's. */
  readonly timeZone?: string;
}

const UNITS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const INTERVAL = /^(?<count>\d{1,5})\s*(?<unit>[smhd])$/u;
const SHORTEST_MS = 1_000;
const LONGEST_MS = 366 * UNITS.d;
/** Part of an interval by which a run may come later, so that what has the same interval does not always meet. */
const JITTER = 0.1;

export const SCHEDULE_FORMS =
  'an interval from "1s" to "366d" (s, m, h, d), a cron expression of five fields like "0 3 * * *", or "never"';

/** @throws RangeError that says what is allowed */
export function parseSchedule(
  text: string,
  { timeZone }: ScheduleOptions = {},
  random: () => number = Math.random,
): Schedule {
  const written = text.trim();
  if (written === 'never') return { text: written, next: () => undefined };
  const interval = INTERVAL.exec(written)?.groups;
  if (interval) return every(written, interval, random);
  const cron = cronOf(written, timeZone);
  return {
    text: written,
    next: ({ startedAt }) => cron.nextRun(new Date(startedAt))?.getTime(),
  };
}

function every(
  text: string,
  { count, unit }: Readonly<Record<string, string>>,
  random: () => number,
): Schedule {
  const ms = Number(count) * UNITS[unit as keyof typeof UNITS];
  if (ms < SHORTEST_MS || ms > LONGEST_MS) throw notSchedule(text);
  return { text, next: ({ endedAt }) => endedAt + Math.round(ms * (1 + JITTER * random())) };
}

function cronOf(text: string, timeZone: string | undefined): Cron {
  if (text.split(/\s+/u).length !== 5) throw notSchedule(text);
  try {
    return new Cron(text, { paused: true, ...(timeZone !== undefined && { timezone: timeZone }) });
  } catch {
    throw notSchedule(text);
  }
}

function notSchedule(text: string): RangeError {
  return new RangeError(`"${text}" is not ${SCHEDULE_FORMS}`);
}

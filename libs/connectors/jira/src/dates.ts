const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
/** Further behind UTC than any zone is ahead of it. */
const UNKNOWN_ZONE_MS = 14 * HOUR_MS;

/**
 * A date for a query, `2026-03-01 09:05`: minutes are all it knows, and it is read in the zone of the profile that asks.
 * Never later than `ms`: where clocks go back the same name is two moments, and the source may take the later one.
 */
export function jqlDate(ms: number, timeZone: string | undefined): string {
  if (timeZone === undefined) return localMinute(ms - UNKNOWN_ZONE_MS, 'UTC');
  let at = ms;
  const isAmbiguous = (moment: number) => {
    const name = localMinute(moment, timeZone);
    return [HOUR_MS, -HOUR_MS, HOUR_MS / 2, -HOUR_MS / 2].some(
      (step) => localMinute(moment + step, timeZone) === name,
    );
  };
  while (isAmbiguous(at)) at -= HOUR_MS / 2;
  return localMinute(at, timeZone);
}

/** Cuts seconds off: the minute that `ms` lies in. */
function localMinute(ms: number, timeZone: string): string {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  }).formatToParts(Math.floor(ms / MINUTE_MS) * MINUTE_MS);
  const of = (type: string) => parts.find((part) => part.type === type)?.value ?? '';
  return `${of('year').padStart(4, '0')}-${of('month')}-${of('day')} ${of('hour')}:${of('minute')}`;
}

/** A zone that this platform knows, or undefined. */
export function knownZone(timeZone: string | null | undefined): string | undefined {
  if (!timeZone) return undefined;
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone }).resolvedOptions().timeZone;
  } catch {
    return undefined;
  }
}

/** ISO 8601 UTC of `2026-01-05T17:00:00.000+0900`, or undefined. */
export function utc(time: string | number | null | undefined): string | undefined {
  const ms = typeof time === 'number' ? time : Date.parse(time ?? '');
  return Number.isNaN(ms) ? undefined : new Date(ms).toISOString();
}

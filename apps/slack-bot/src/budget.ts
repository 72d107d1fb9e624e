import type { PersonId } from '@fumikura/model';
import type { SharedState } from '@fumikura/ports';

const SPACE = 'slack.budget';
const HOUR_MS = 60 * 60_000;

/** Counts what a person asks within the hour by the clock, over all processes. @returns false when it is too much */
export async function mayAsk(
  state: SharedState,
  { issuer, subject }: PersonId,
  perHour: number,
  now: number,
): Promise<boolean> {
  const hour = Math.floor(now / HOUR_MS);
  const key = `${hour} ${issuer} ${subject}`.slice(0, 200);
  for (;;) {
    const entry = await state.get(SPACE, key);
    const asked = Number(entry?.value ?? 0);
    if (asked >= perHour) return false;
    const expiresAt = (hour + 2) * HOUR_MS;
    if (await state.put(SPACE, { key, value: asked + 1, expected: entry?.version ?? 0, expiresAt }))
      return true;
  }
}

/** What a source says is left to ask of it. */
export interface Quota {
  readonly limit: number;
  readonly remaining: number;
  /** When it is whole again, ISO 8601 UTC. */
  readonly resetsAt?: string;
  /** Which one, where a source has several: `core`, `graphql`. */
  readonly resource?: string;
}

/** Seconds since 1970 are below this for a thousand years, milliseconds above it. */
const SECONDS_BELOW = 32_503_680_000;

/** As GitHub and Atlassian tell it with each answer; undefined where a source tells none. */
export function quotaIn(headers: Headers): Quota | undefined {
  const [limit, remaining] = ['limit', 'remaining'].map((name) => wholeIn(headers, `x-ratelimit-${name}`));
  if (limit === undefined || remaining === undefined) return undefined;
  const resetsAt = timeIn(headers.get('x-ratelimit-reset'));
  const resource = headers.get('x-ratelimit-resource') ?? undefined;
  return {
    limit,
    remaining,
    ...(resetsAt !== undefined && { resetsAt }),
    ...(resource !== undefined && { resource }),
  };
}

function wholeIn(headers: Headers, name: string): number | undefined {
  const text = headers.get(name) ?? '';
  return /^\d{1,15}$/u.test(text) ? Number(text) : undefined;
}

/** Seconds since 1970, or a date. */
function timeIn(text: string | null): string | undefined {
  const number = Number(text);
  const time =
    text && !Number.isNaN(number) ? number * (number < SECONDS_BELOW ? 1_000 : 1) : Date.parse(text ?? '');
  return Number.isNaN(time) ? undefined : new Date(time).toISOString();
}

/** How long a source asks us to wait, or undefined when it does not say. Milliseconds, never negative. */
export function retryAfterMs(headers: Headers, now: number): number | undefined {
  const value = headers.get('retry-after')?.trim();
  if (value) {
    if (/^\d+(\.\d+)?$/.test(value)) return Number(value) * 1_000;
    const at = Date.parse(value);
    if (!Number.isNaN(at)) return Math.max(0, at - now);
  }
  return undefined;
}

/** Full jitter: evenly between half and all of an exponential delay with ceiling. Milliseconds. */
export function backoffMs(attempt: number, firstMs: number, maxMs: number, random: () => number): number {
  const whole = Math.min(maxMs, firstMs * 2 ** attempt);
  return whole / 2 + random() * (whole / 2);
}

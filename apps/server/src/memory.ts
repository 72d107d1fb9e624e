/** How often memory is looked at, whatever the number of requests. */
const LOOK_EVERY_MS = 250;

/** Whether this process holds so much memory that one more request could end it. `maxBytes` 0: never. */
export function memoryGuard(
  maxBytes: number,
  now: () => number,
  held: () => number = () => process.memoryUsage.rss(),
): () => boolean {
  let lookedAt = -Infinity;
  let isFull = false;
  return () => {
    if (maxBytes === 0 || now() - lookedAt < LOOK_EVERY_MS) return isFull;
    lookedAt = now();
    isFull = held() > maxBytes;
    return isFull;
  };
}

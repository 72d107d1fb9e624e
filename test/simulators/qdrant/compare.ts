/** Left out of the comparison: counts of the server's own life, and what its optimiser does. */
const VOLATILE = new Set([
  'time',
  'operation_id',
  'version',
  'usage',
  'indexed_vectors_count',
  'segments_count',
]);
const TOLERANCE = 1e-5;

type Json = unknown;

/** What differs between an answer and the recorded one, by its place; empty when they are alike. */
export function difference(actual: Json, recorded: Json, place = ''): string | undefined {
  if (typeof recorded === 'string' && /^<.*>$/.test(recorded)) return undefined;
  if (typeof recorded === 'number' && typeof actual === 'number')
    return Math.abs(actual - recorded) <= TOLERANCE * Math.max(1, Math.abs(recorded))
      ? undefined
      : `${place}: ${actual} instead of ${recorded}`;
  if (Array.isArray(recorded) && Array.isArray(actual))
    return isRanking(recorded) && isRanking(actual)
      ? rankingDifference(actual as Hit[], recorded as Hit[], place)
      : listDifference(actual, recorded, place);
  // Some scenarios keep the ids alone of what was scrolled.
  if (isObject(actual) && 'id' in actual && !isObject(recorded))
    return difference(actual['id'], recorded, place);
  if (typeof recorded === 'string' && typeof actual === 'string')
    return unplaced(recorded) === unplaced(actual) ? undefined : `${place}: ${actual} instead of ${recorded}`;
  if (isObject(recorded) && isObject(actual)) return objectDifference(actual, recorded, place);
  return Object.is(actual, recorded)
    ? undefined
    : `${place}: ${JSON.stringify(actual)?.slice(0, 160)} instead of ${JSON.stringify(recorded)?.slice(0, 160)}`;
}

/** Where in the text of a body the server met an error is not imitated; tokens come back with time. */
function unplaced(message: string): string {
  return message.replace(/ at line \d+ column \d+$/, '').replace(/ only [\d.]+ were available/, '');
}

function listDifference(
  actual: readonly Json[],
  recorded: readonly Json[],
  place: string,
): string | undefined {
  if (actual.length !== recorded.length)
    return `${place}: ${actual.length} entries instead of ${recorded.length}`;
  for (const [at, each] of recorded.entries()) {
    const found = difference(actual[at], each, `${place}[${at}]`);
    if (found) return found;
  }
  return undefined;
}

function objectDifference(
  actual: Readonly<Record<string, Json>>,
  recorded: Readonly<Record<string, Json>>,
  place: string,
): string | undefined {
  for (const key of new Set([...Object.keys(recorded), ...Object.keys(actual)])) {
    if (VOLATILE.has(key)) continue;
    // An optimiser at work shows itself as yellow, and its end as green.
    if (key === 'status' && ['green', 'yellow'].includes(recorded[key] as string)) continue;
    const found = difference(actual[key] ?? null, recorded[key] ?? null, `${place}.${key}`);
    if (found) return found;
  }
  return undefined;
}

interface Hit {
  readonly id: unknown;
  readonly score: number;
}

function isRanking(list: readonly Json[]): boolean {
  return list.length > 0 && list.every((each) => isObject(each) && 'score' in each && 'id' in each);
}

/** Scores place by place; ids as sets within equal scores, and not at all in the last group, which a limit may cut. */
function rankingDifference(
  actual: readonly Hit[],
  recorded: readonly Hit[],
  place: string,
): string | undefined {
  if (actual.length !== recorded.length)
    return `${place}: ${actual.length} hits instead of ${recorded.length}`;
  for (const [at, { score }] of recorded.entries()) {
    const found = difference(actual[at]?.score, score, `${place}[${at}].score`);
    if (found) return found;
  }
  const last = recorded.at(-1)?.score ?? 0;
  const byId = new Map(actual.map((hit) => [JSON.stringify(hit.id), hit]));
  for (const hit of recorded) {
    const isLast = isClose(hit.score, last);
    const other = byId.get(JSON.stringify(hit.id));
    if (!other && isLast) continue;
    if (!other) return `${place}: ${JSON.stringify(hit.id)} is missing`;
    const found = isClose(other.score, hit.score)
      ? objectDifference({ ...other, score: 0 }, { ...hit, score: 0 }, `${place}(${JSON.stringify(hit.id)})`)
      : `${place}: ${JSON.stringify(hit.id)} with ${other.score} instead of ${hit.score}`;
    if (found) return found;
  }
  return undefined;
}

function isClose(a: number | null, b: number | null): boolean {
  return a === b || Math.abs((a ?? 0) - (b ?? 0)) <= TOLERANCE * Math.max(1, Math.abs(b ?? 0));
}

function isObject(value: Json): value is Readonly<Record<string, Json>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

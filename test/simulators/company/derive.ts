/** Dates and choices that are the same every time: nothing here is random. */

/** Mondays of 2026, counted from the first week. */
export function monday(week: number): string {
  const first = Date.UTC(2025, 11, 29);
  return new Date(first + (week - 1) * 7 * 86_400_000).toISOString().slice(0, 10);
}

/** So many of a list, from a place that moves on with each `turn`; no two turns near each other are alike. */
export function take<T>(all: readonly T[], turn: number, count: number): readonly T[] {
  const stride = 1 + (turn % 3);
  const taken = Array.from({ length: count }, (_, index) => one(all, turn * count + index * stride));
  return [...new Set(taken)];
}

export function one<T>(all: readonly T[], turn: number): T {
  const found = all[((turn % all.length) + all.length) % all.length];
  if (found === undefined) throw new Error('nothing to take from');
  return found;
}

export const OPERATORS = [
  'Setouchi Kaiun',
  'Hirosaki Kisen',
  'Mukaishima Line',
  'Nordfjord Båtruter',
  'Goto Islands Ferry',
  'Kujukushima Ships',
  'Lysvik Ferger',
  'Amakusa Boats',
  'Sado Minami Line',
  'Askøy Hurtigbåt',
] as const;

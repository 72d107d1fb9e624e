/** Letters that may follow behind a stem. */
const LONGEST_ENDING = 5;

/** Edits a word may be away: none for short ones, which have too many neighbours. */
export function editsAllowed(word: string): number {
  if (word.length < 4) return 0;
  return word.length < 8 ? 1 : 2;
}

/** Edits from `word`, cut where it suits best, to `stem`; more than `most` counts as `most` + 1. */
export function stemDistance(word: string, stem: string, most: number): number {
  return alignment(word, stem, most, LONGEST_ENDING);
}

/** Edits between two whole words; more than `most` counts as `most` + 1. */
export function wordDistance(a: string, b: string, most: number): number {
  return alignment(a, b, most, 0);
}

/**
 * Optimal string alignment: letters changed, left out, added, or exchanged with their neighbour. Up to `spare` letters at
 * the end of `word` may be left out for nothing.
 */
function alignment(word: string, stem: string, most: number, spare: number): number {
  const rows = word.length;
  const columns = stem.length;
  if (columns > rows + most || rows - columns > spare + most) return most + 1;
  let before: number[] = [];
  let previous = Array.from({ length: columns + 1 }, (_, at) => at);
  let best = most + 1;
  for (let row = 1; row <= rows; row++) {
    const current = nextRow(word, stem, row, previous, before);
    if (rows - row <= spare) best = Math.min(best, current[columns] as number);
    if (current.every((edits) => edits > most)) return best;
    [before, previous] = [previous, current];
  }
  return best;
}

function nextRow(
  word: string,
  stem: string,
  row: number,
  previous: readonly number[],
  before: readonly number[],
): number[] {
  const current = [row];
  const letter = word.charCodeAt(row - 1);
  for (let column = 1; column <= stem.length; column++) {
    const other = stem.charCodeAt(column - 1);
    let edits = Math.min(
      (previous[column - 1] as number) + (letter === other ? 0 : 1),
      (previous[column] as number) + 1,
      (current[column - 1] as number) + 1,
    );
    const isExchanged =
      row > 1 && column > 1 && letter === stem.charCodeAt(column - 2) && word.charCodeAt(row - 2) === other;
    if (isExchanged) edits = Math.min(edits, (before[column - 2] as number) + 1);
    current.push(edits);
  }
  return current;
}

/** What the PDF library says of one run of text. */
export interface TextItem {
  readonly str: string;
  /** Text space → page: [a, b, c, d, x, y] in points from the lower left. */
  readonly transform: readonly number[];
  /** Length along the baseline, points. */
  readonly width: number;
  readonly height: number;
  readonly fontName: string;
}

/** A run on the upright page: points, x to the right, y upwards. */
export interface Run {
  readonly text: string;
  readonly x: number;
  readonly right: number;
  /** Of the baseline. */
  readonly y: number;
  readonly size: number;
  readonly font: string;
}

export interface PageRuns {
  /** Text along the direction in which most of the page is written. */
  readonly upright: readonly Run[];
  /** Japanese text from top to bottom: x and right are the column's edges, y its top. */
  readonly vertical: readonly Run[];
  /** Text in other directions: stamps along the margin, watermarks. */
  readonly turned: readonly string[];
}

interface Placed extends Run {
  /** Direction of the baseline in quarter turns, counterclockwise; 0.5 and the like for slanted text. */
  readonly turn: number;
}

type Matrix = readonly number[];

/**
 * Puts runs upright: the page's own rotation is undone, and so is that of a page whose text was all set sideways, as wide
 * tables are.
 * @param view the viewport's matrix at scale 1
 */
export function runsOf(
  items: readonly TextItem[],
  view: Matrix,
  isVertical: (fontName: string) => boolean,
): PageRuns {
  const visible = items
    .map((item) => ({ ...item, str: withoutPrivate(item.str) }))
    .filter(({ str }) => str.trim() !== '');
  const placed = visible.filter(({ fontName }) => !isVertical(fontName)).map((item) => place(item, view));
  const main = mainTurn(placed);
  return {
    upright: placed.filter(({ turn }) => turn === main).map((run) => turnedBack(run, main)),
    vertical: visible.filter(({ fontName }) => isVertical(fontName)).map((item) => column(item, view)),
    turned: placed.filter(({ turn }) => turn !== main).map(({ text }) => text.trim()),
  };
}

/** Private characters mean something in their font alone; the usual bullets among them are known. */
function withoutPrivate(text: string): string {
  return text.replace(/[\uf0b7\uf0a7\uf0d8\uf076\uf06c]/gu, '•').replace(/\p{Co}/gu, '');
}

function place(item: TextItem, view: Matrix): Placed {
  const [a = 1, b = 0, c = 0, d = 1] = item.transform;
  const { x, y } = pointOf(item, view);
  const [va = 1, vb = 0, vc = 0, vd = 1] = view;
  const angle = Math.atan2(-(vb * a + vd * b), va * a + vc * b) / (Math.PI / 2);
  const rounded = Math.round(angle);
  const turn = Math.abs(angle - rounded) < 0.05 ? (rounded + 4) % 4 : angle;
  const size = Math.hypot(va * c + vc * d, vb * c + vd * d) || item.height || 10;
  return { text: item.str, x, right: x + item.width, y, size, font: item.fontName, turn };
}

/** Vertical writing: the library gives the length of the column as height. */
function column(item: TextItem, view: Matrix): Run {
  const { x, y } = pointOf(item, view);
  const [a = 10, b = 0] = item.transform;
  const size = Math.hypot(a, b) || 10;
  return { text: item.str, x: x - size / 2, right: x + size / 2, y, size, font: item.fontName };
}

function pointOf({ transform }: TextItem, view: Matrix): { readonly x: number; readonly y: number } {
  const [, , , , e = 0, f = 0] = transform;
  const [va = 1, vb = 0, vc = 0, vd = 1, ve = 0, vf = 0] = view;
  return { x: va * e + vc * f + ve, y: -(vb * e + vd * f + vf) };
}

const QUARTER_TURNS: readonly (readonly [cos: number, sin: number])[] = [
  [1, 0],
  [0, 1],
  [-1, 0],
  [0, -1],
];

function mainTurn(runs: readonly Placed[]): number {
  const letters = new Map<number, number>();
  for (const { turn, text } of runs)
    if (Number.isInteger(turn)) letters.set(turn, (letters.get(turn) ?? 0) + text.length);
  return [...letters].sort((a, b) => b[1] - a[1])[0]?.[0] ?? 0;
}

function turnedBack({ turn: _, ...run }: Placed, turn: number): Run {
  const width = run.right - run.x;
  const [cos, sin] = QUARTER_TURNS[turn] ?? [1, 0];
  const x = cos * run.x + sin * run.y;
  return { ...run, x, y: cos * run.y - sin * run.x, right: x + width };
}

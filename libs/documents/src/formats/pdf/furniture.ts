import type { Line } from './lines.ts';

/** Of the lines at a page's head and foot, how many may be furniture. */
const EDGE_LINES = 3;
const MIN_PAGES = 3;
/** Share of the pages on which a line stands; left and right pages of a book may have heads of their own. */
const MIN_SHARE = 0.4;
const SAME_PLACE_POINTS = 6;
const PAGE_NUMBER =
  /^[-–—\s([]*(?:page|p\.|seite|ページ)?\s*(?:\d{1,4}|[ivxlc]{1,6})(?:\s*(?:\/|of|von|／)\s*\d{1,4})?\s*(?:ページ|頁)?[-–—\s)\]]*$/iu;

/** Takes out what repeats at the head or foot of many pages, page numbers included. */
export function withoutFurniture(pages: readonly (readonly Line[])[]): (readonly Line[])[] {
  if (pages.length < MIN_PAGES) return pages.map(withoutPageNumber);
  const seen = new Map<string, { readonly y: number; count: number }[]>();
  for (const lines of pages)
    for (const line of edges(lines)) {
      const key = keyOf(line);
      const places = seen.get(key) ?? [];
      seen.set(key, places);
      const place = places.find(({ y }) => Math.abs(y - line.y) < SAME_PLACE_POINTS);
      if (place) place.count++;
      else places.push({ y: line.y, count: 1 });
    }
  const least = Math.max(MIN_PAGES, pages.length * MIN_SHARE);
  const isFurniture = (line: Line) =>
    (seen.get(keyOf(line)) ?? []).some(
      ({ y, count }) => count >= least && Math.abs(y - line.y) < SAME_PLACE_POINTS,
    );
  return pages.map((lines) => {
    const edge = new Set(edges(lines).filter(isFurniture));
    return lines.filter((line) => !edge.has(line));
  });
}

/** A document of one or two pages repeats nothing, but numbers its pages all the same. */
function withoutPageNumber(lines: readonly Line[]): readonly Line[] {
  const fromTop = lines.toSorted((a, b) => b.y - a.y);
  const edge = [fromTop[0], fromTop.at(-1)].filter(
    (line) => line !== undefined && PAGE_NUMBER.test(line.text),
  );
  return lines.length > 2 ? lines.filter((line) => !edge.includes(line)) : lines;
}

function edges(lines: readonly Line[]): readonly Line[] {
  const fromTop = lines.filter(({ area }) => !area.isVertical).toSorted((a, b) => b.y - a.y);
  return [...fromTop.slice(0, EDGE_LINES), ...fromTop.slice(EDGE_LINES).slice(-EDGE_LINES)];
}

/** Numbers differ from page to page. */
function keyOf({ text }: Line): string {
  return PAGE_NUMBER.test(text) ? '#' : text.replace(/\d+/gu, '#');
}

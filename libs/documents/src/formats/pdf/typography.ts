import type { Line } from './lines.ts';

/** A heading as the document's own table of contents has it. */
export interface OutlineEntry {
  readonly title: string;
  /** From 1. */
  readonly level: number;
}

/** What the sizes and fonts of one document mean. */
export interface Typography {
  readonly bodySize: number;
  /** 1 to 6, or undefined for text that is no heading. */
  headingLevel(line: Line): number | undefined;
  /** Named by the document's own table of contents. */
  isListed(line: Line): boolean;
  /** Set in a smaller size than the text, as footnotes are. */
  isSmall(line: Line): boolean;
}

/** In body sizes. */
const LARGE = 1.13;
const SMALL = 0.92;
/** Lines longer than this are text, whatever their size; in letters. */
const MAX_HEADING = 200;
const MAX_BOLD_HEADING = 100;
/** A font or size with more than this share of the letters is not kept for headings. */
const MAX_SHARE = 0.2;

export function typographyOf(lines: readonly Line[], outline: readonly OutlineEntry[]): Typography {
  const sizes = weigh(lines, ({ size }) => rounded(size));
  const fonts = weigh(lines, ({ font }) => font);
  const all = lines.reduce((sum, { text }) => sum + text.length, 0);
  const bodySize = heaviest(sizes) ?? 10;
  const bodyFont = heaviest(fonts);
  const ranks = [...sizes]
    .filter(([size, weight]) => size >= bodySize * LARGE && weight <= all * MAX_SHARE)
    .map(([size]) => size)
    .sort((a, b) => b - a)
    .reduce<number[]>(
      (kept, size) => (kept.length > 0 && size > (kept.at(-1) ?? 0) * 0.95 ? kept : [...kept, size]),
      [],
    );
  const listed = new Map(outline.map(({ title, level }) => [plain(title), level]));
  listed.delete('');
  const listedLevel = ({ text }: Line) =>
    listed.get(plain(text)) ?? listed.get(plain(text.replace(/^\d+(?:\.\d+)*\.?\s+/u, '')));
  const isBold = (line: Line) =>
    line.font !== undefined && line.font !== bodyFont && (fonts.get(line.font) ?? 0) <= all * MAX_SHARE;
  return {
    bodySize,
    isListed: (line) => listedLevel(line) !== undefined,
    isSmall: ({ size }) => size < bodySize * SMALL,
    headingLevel: (line) => {
      const level = listedLevel(line);
      if (level !== undefined) return Math.min(6, level);
      if (line.segments.length > 2 || line.isScattered || !/\p{L}/u.test(line.text)) return undefined;
      if (line.size >= bodySize * LARGE)
        return line.text.length <= MAX_HEADING ? rankOf(line.size, ranks) : undefined;
      const looksSo = line.size >= bodySize * 0.95 && line.text.length <= MAX_BOLD_HEADING && isBold(line);
      return looksSo && isTitleLike(line.text) ? boldLevel(line.text, ranks.length) : undefined;
    },
  };
}

/** Sizes that only a large share of the letters has are text: rank undefined. */
function rankOf(size: number, ranks: readonly number[]): number | undefined {
  const rank = ranks.findIndex((each) => size >= each * 0.95);
  return rank < 0 ? undefined : Math.min(5, rank + 1);
}

/** "2.1 Scope" says its level itself; else one below the sizes that stand out. */
function boldLevel(text: string, ranks: number): number {
  const number = /^(\d{1,2}(?:\.\d{1,2})*)\.?\s/u.exec(text)?.[1];
  return Math.min(
    6,
    number === undefined ? Math.max(2, ranks + 1) : number.split('.').length + (ranks > 0 ? 1 : 0),
  );
}

/** A sentence set in bold is emphasis. */
function isTitleLike(text: string): boolean {
  return text.length >= 2 && !/[.,;、。]$/u.test(text) && !/^[•●○▪■–—-]/u.test(text);
}

function weigh<Key>(lines: readonly Line[], keyOf: (line: Line) => Key | undefined): Map<Key, number> {
  const weights = new Map<Key, number>();
  for (const line of lines) {
    const key = keyOf(line);
    if (key !== undefined) weights.set(key, (weights.get(key) ?? 0) + line.text.length);
  }
  return weights;
}

function heaviest<Key>(weights: ReadonlyMap<Key, number>): Key | undefined {
  return [...weights].sort((a, b) => b[1] - a[1])[0]?.[0];
}

function rounded(size: number): number {
  return Math.round(size * 2) / 2;
}

/** Letters and digits only: tables of contents and pages differ in spaces and dots. */
function plain(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '');
}

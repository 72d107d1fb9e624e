import type { Element } from 'domhandler';
import { childElements, elementsNamed, parseXml } from '../../containers/xml.ts';
import type { ZipParts } from '../../containers/zip.ts';
import { numeral } from '../numerals.ts';

export type OdfRole = 'title' | 'quote' | 'code' | 'contents' | 'plain';

interface ListLevel {
  /** Name of the format in Office XML; undefined for bullets. */
  readonly format: string | undefined;
  readonly prefix: string;
  readonly suffix: string;
  readonly start: number;
  /** How many levels the label shows. */
  readonly shown: number;
}

const MAX_CHAIN = 20;
const FORMATS: Readonly<Record<string, string>> = {
  a: 'lowerLetter',
  A: 'upperLetter',
  i: 'lowerRoman',
  I: 'upperRoman',
  '一, 二, 三, ...': 'japaneseCounting',
  '①, ②, ③, ...': 'decimalEnclosedCircle',
  '１, ２, ３, ...': 'decimalFullWidth',
  'ア, イ, ウ, ...': 'aiueo',
  'イ, ロ, ハ, ...': 'iroha',
};

/** Styles of an OpenDocument file, those of its own and those made on the way (ODF 1.3, 16). */
export class OdfStyles {
  readonly #parents = new Map<string, string>();
  readonly #lists = new Map<string, ReadonlyMap<number, ListLevel>>();
  readonly #hidden = new Set<string>();

  constructor(parts: ZipParts) {
    for (const name of ['styles.xml', 'content.xml']) this.#read(parts.get(name));
  }

  /** Built-in styles keep their English names in the file. */
  roleOf(style: string | undefined): OdfRole {
    let name = style;
    for (let steps = 0; name !== undefined && steps < MAX_CHAIN; steps++) {
      if (name === 'Title') return 'title';
      if (name === 'Quotations') return 'quote';
      if (name === 'Preformatted_20_Text') return 'code';
      if (/^Contents_20_(?:\d+|Heading)$/u.test(name)) return 'contents';
      name = this.#parents.get(name);
    }
    return 'plain';
  }

  /** Whether a style takes its sheet or slide out of sight. */
  isHidden(style: string | undefined): boolean {
    return style !== undefined && this.#hidden.has(style);
  }

  levelOf(style: string | undefined, depth: number): ListLevel | undefined {
    return style === undefined ? undefined : this.#lists.get(style)?.get(depth + 1);
  }

  #read(xml: Uint8Array | undefined): void {
    for (const element of elementsNamed(parseXml(xml), 'style:style', 'text:list-style')) {
      const name = element.attribs['style:name'] ?? '';
      if (element.name === 'text:list-style') this.#lists.set(name, levelsOf(element));
      else this.#style(name, element);
    }
  }

  #style(name: string, element: Element): void {
    const parent = element.attribs['style:parent-style-name'];
    if (parent !== undefined && element.attribs['style:family'] === 'paragraph')
      this.#parents.set(name, parent);
    const hides = childElements(element, 'style:table-properties', 'style:drawing-page-properties').some(
      ({ attribs }) =>
        attribs['table:display'] === 'false' || attribs['presentation:visibility'] === 'hidden',
    );
    if (hides) this.#hidden.add(name);
  }
}

function levelsOf(element: Element): ReadonlyMap<number, ListLevel> {
  return new Map(
    childElements(element).map(({ name, attribs }) => [
      Number.parseInt(attribs['text:level'] ?? '1', 10),
      {
        format: name === 'text:list-level-style-number' ? formatOf(attribs['style:num-format']) : undefined,
        prefix: attribs['style:num-prefix'] ?? '',
        suffix: attribs['style:num-suffix'] ?? '',
        start: Number.parseInt(attribs['text:start-value'] ?? '1', 10) || 1,
        shown: Number.parseInt(attribs['text:display-levels'] ?? '1', 10) || 1,
      },
    ]),
  );
}

function formatOf(format: string | undefined): string {
  return format === '' ? 'none' : (FORMATS[format ?? '1'] ?? 'decimal');
}

/** Counts one list's items; items of deeper lists start anew. */
export class ListCounter {
  readonly #styles: OdfStyles;
  #counts: number[] = [];

  constructor(styles: OdfStyles) {
    this.#styles = styles;
  }

  /** @returns what stands before the item, or undefined for a bullet */
  next(style: string | undefined, depth: number): string | undefined {
    const level = this.#styles.levelOf(style, depth);
    this.#counts.length = Math.min(this.#counts.length, depth + 1);
    this.#counts[depth] = (this.#counts[depth] ?? (level?.start ?? 1) - 1) + 1;
    if (level?.format === undefined) return undefined;
    const numbers = Array.from({ length: Math.min(level.shown, depth + 1) }, (_, index) => {
      const at = depth + 1 - Math.min(level.shown, depth + 1) + index;
      return numeral(this.#counts[at] ?? 1, this.#styles.levelOf(style, at)?.format ?? 'decimal') ?? '';
    });
    return `${level.prefix}${numbers.join('.')}${level.suffix}`.trim();
  }

  reset(): void {
    this.#counts = [];
  }
}

import type { Element } from 'domhandler';
import { childAt, elementsNamed, parseXml } from '../../containers/xml.ts';

export type ParagraphRole = 'title' | 'heading' | 'contents' | 'quote' | 'code' | 'plain';

/** What a paragraph is by its style and its own properties. */
export interface ParagraphFacts {
  readonly role: ParagraphRole;
  /** For headings, 1 to 6. */
  readonly level: number;
  /** Numbering it takes part in: id and level from 0; undefined for none. */
  readonly numbering: NumberingReference | undefined;
}

export interface NumberingReference {
  readonly id: string;
  readonly level: number;
}

interface Style {
  readonly name: string;
  readonly basedOn: string | undefined;
  readonly outlineLevel: number | undefined;
  readonly numberingId: string | undefined;
  readonly numberingLevel: number | undefined;
}

/** Chains of styles are short; a longer one is a cycle. */
const MAX_CHAIN = 20;

/** Paragraph and numbering styles of a Word file (ECMA-376 part 1, 17.7), with what they inherit. */
export class Styles {
  readonly #styles = new Map<string, Style>();
  #default = '';

  constructor(xml: Uint8Array | undefined) {
    for (const element of elementsNamed(parseXml(xml), 'w:style')) {
      const id = element.attribs['w:styleId'] ?? '';
      this.#styles.set(id, toStyle(element));
      if (element.attribs['w:type'] === 'paragraph' && isOn(element.attribs['w:default'] ?? 'false'))
        this.#default = id;
    }
  }

  /** @param properties the paragraph's w:pPr; what it says itself goes before its style */
  factsOf(properties: Element | undefined): ParagraphFacts {
    const chain = this.#chain(valueOf(childAt(properties, 'w:pStyle')) ?? this.#default);
    const outline =
      numberOf(childAt(properties, 'w:outlineLvl')) ??
      chain.find(({ outlineLevel }) => outlineLevel !== undefined)?.outlineLevel;
    const named = chain.map(({ name }) => roleByName(name)).find((role) => role !== undefined);
    const isHeading = outline !== undefined && outline < 9 && named?.role !== 'contents';
    return {
      ...(named ?? { role: 'plain', level: 0 }),
      ...(isHeading && named?.role !== 'title' && { role: 'heading', level: Math.min(6, outline + 1) }),
      numbering: numberingOf(properties, chain),
    };
  }

  /** Numbering that a numbering style points to. */
  numberingIdOf(styleId: string): string | undefined {
    return this.#styles.get(styleId)?.numberingId;
  }

  #chain(id: string): readonly Style[] {
    const chain: Style[] = [];
    for (let style = this.#styles.get(id); style && chain.length < MAX_CHAIN;)
      style = (chain.push(style), style.basedOn === undefined ? undefined : this.#styles.get(style.basedOn));
    return chain;
  }
}

function toStyle(element: Element): Style {
  const properties = childAt(element, 'w:pPr');
  return {
    name: (valueOf(childAt(element, 'w:name')) ?? '').toLowerCase(),
    basedOn: valueOf(childAt(element, 'w:basedOn')),
    outlineLevel: numberOf(childAt(properties, 'w:outlineLvl')),
    numberingId: valueOf(childAt(properties, 'w:numPr', 'w:numId')),
    numberingLevel: numberOf(childAt(properties, 'w:numPr', 'w:ilvl')),
  };
}

/** Built-in styles keep their English name in the file, whatever the program's language shows. */
function roleByName(name: string): { readonly role: ParagraphRole; readonly level: number } | undefined {
  const heading = /^heading (\d)$/u.exec(name)?.[1];
  if (heading !== undefined) return { role: 'heading', level: Math.min(6, Math.max(1, Number(heading))) };
  if (name === 'title') return { role: 'title', level: 1 };
  if (/^(?:toc \d|toc heading|table of figures|index \d)$/u.test(name)) return { role: 'contents', level: 0 };
  if (/^(?:intense )?quote$|^block text$/u.test(name)) return { role: 'quote', level: 0 };
  if (/^(?:html preformatted|macro text|source code|code(?: block)?)$/u.test(name))
    return { role: 'code', level: 0 };
  return undefined;
}

/** Id 0 takes a paragraph out of the numbering of its style. */
function numberingOf(
  properties: Element | undefined,
  chain: readonly Style[],
): NumberingReference | undefined {
  const own = childAt(properties, 'w:numPr');
  const id =
    valueOf(childAt(own, 'w:numId')) ??
    chain.find(({ numberingId }) => numberingId !== undefined)?.numberingId;
  if (id === undefined || id === '0') return undefined;
  const level =
    numberOf(childAt(own, 'w:ilvl')) ??
    chain.find(({ numberingLevel }) => numberingLevel !== undefined)?.numberingLevel;
  return { id, level: Math.min(8, Math.max(0, level ?? 0)) };
}

export function valueOf(element: Element | undefined): string | undefined {
  return element?.attribs['w:val'];
}

export function numberOf(element: Element | undefined): number | undefined {
  const value = Number.parseInt(valueOf(element) ?? '', 10);
  return Number.isNaN(value) ? undefined : value;
}

/** A switch is on when its element stands there, unless it says otherwise. */
export function isOn(value: string | undefined): boolean {
  return value === undefined || !['0', 'false', 'off', 'none'].includes(value);
}

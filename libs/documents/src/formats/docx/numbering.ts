import type { Element } from 'domhandler';
import { childAt, childElements, elementsNamed, parseXml } from '../../containers/xml.ts';
import { numeral } from '../numerals.ts';
import { isOn, numberOf, valueOf } from './styles.ts';
import type { NumberingReference, Styles } from './styles.ts';

interface Level {
  readonly start: number;
  readonly format: string;
  /** "%1.%2" */
  readonly pattern: string;
  /** All numbers as digits, as laws want it. */
  readonly isLegal: boolean;
}

interface Instance {
  readonly abstractId: string;
  readonly overrides: ReadonlyMap<
    number,
    { readonly level: Level | undefined; readonly start: number | undefined }
  >;
}

/** Numbers the paragraphs of a Word file as Word shows them (ECMA-376 part 1, 17.9). Keeps count: ask once per paragraph, in order. */
export class Numbering {
  readonly #abstract = new Map<string, ReadonlyMap<number, Level>>();
  readonly #links = new Map<string, string>();
  readonly #instances = new Map<string, Instance>();
  readonly #counts = new Map<string, number[]>();
  readonly #started = new Set<string>();
  readonly #styles: Styles;

  constructor(xml: Uint8Array | undefined, styles: Styles) {
    this.#styles = styles;
    const nodes = parseXml(xml);
    for (const element of elementsNamed(nodes, 'w:abstractNum')) {
      const id = element.attribs['w:abstractNumId'] ?? '';
      this.#abstract.set(id, levelsOf(element));
      const link = valueOf(childAt(element, 'w:numStyleLink'));
      if (link !== undefined) this.#links.set(id, link);
    }
    for (const element of elementsNamed(nodes, 'w:num')) {
      const abstractId = valueOf(childAt(element, 'w:abstractNumId'));
      if (abstractId !== undefined)
        this.#instances.set(element.attribs['w:numId'] ?? '', {
          abstractId,
          overrides: overridesOf(element),
        });
    }
  }

  /** What stands before the paragraph; undefined for a bullet or an unknown numbering. */
  next({ id, level }: NumberingReference): string | undefined {
    const instance = this.#instances.get(id);
    if (!instance) return undefined;
    const abstractId = this.#resolve(instance.abstractId);
    const levels = (at: number) =>
      instance.overrides.get(at)?.level ?? this.#abstract.get(abstractId)?.get(at) ?? undefined;
    const counts = this.#count(id, abstractId, instance, level, levels);
    const own = levels(level);
    if (!own || numeral(1, own.format) === undefined) return undefined;
    return own.pattern
      .replace(/%(\d)/gu, (_, digit: string) => {
        const at = Number(digit) - 1;
        const shown = levels(at);
        return (
          numeral(counts[at] ?? shown?.start ?? 1, own.isLegal ? 'decimal' : (shown?.format ?? 'decimal')) ??
          ''
        );
      })
      .trim();
  }

  #count(
    id: string,
    abstractId: string,
    { overrides }: Instance,
    level: number,
    levels: (at: number) => Level | undefined,
  ): readonly number[] {
    const counts = this.#counts.get(abstractId) ?? [];
    this.#counts.set(abstractId, counts);
    const restart = overrides.get(level)?.start;
    const isFirst = !this.#started.has(`${id}/${level}`);
    this.#started.add(`${id}/${level}`);
    const before =
      isFirst && restart !== undefined ? restart - 1 : (counts[level] ?? (levels(level)?.start ?? 1) - 1);
    counts.length = Math.min(counts.length, level + 1);
    counts[level] = before + 1;
    return counts;
  }

  #resolve(abstractId: string): string {
    const style = this.#links.get(abstractId);
    const id = style === undefined ? undefined : this.#styles.numberingIdOf(style);
    return (id === undefined ? undefined : this.#instances.get(id)?.abstractId) ?? abstractId;
  }
}

function levelsOf(element: Element): ReadonlyMap<number, Level> {
  return new Map(
    childElements(element, 'w:lvl').map((level) => [
      Number.parseInt(level.attribs['w:ilvl'] ?? '0', 10),
      toLevel(level),
    ]),
  );
}

function toLevel(element: Element): Level {
  const legal = childAt(element, 'w:isLgl');
  return {
    start: numberOf(childAt(element, 'w:start')) ?? 1,
    format: valueOf(childAt(element, 'w:numFmt')) ?? 'decimal',
    pattern: valueOf(childAt(element, 'w:lvlText')) ?? '',
    isLegal: legal !== undefined && isOn(valueOf(legal)),
  };
}

function overridesOf(element: Element): Instance['overrides'] {
  return new Map(
    childElements(element, 'w:lvlOverride').map((override) => {
      const level = childAt(override, 'w:lvl');
      return [
        Number.parseInt(override.attribs['w:ilvl'] ?? '0', 10),
        { level: level && toLevel(level), start: numberOf(childAt(override, 'w:startOverride')) },
      ];
    }),
  );
}

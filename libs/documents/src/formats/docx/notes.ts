import type { Block } from '@fumikura/model';
import type { Element } from 'domhandler';
import { elementsNamed, parseXml } from '../../containers/xml.ts';
import { cellText } from '../block-text.ts';

type Kind = 'w:footnoteReference' | 'w:endnoteReference' | 'w:commentReference';

interface Note {
  readonly label: string;
  readonly element: Element;
}

/** Footnotes, endnotes and comments: each is given out once, where its mark stands; the rest at the end. */
export class DocxNotes {
  readonly #notes = new Map<string, Note>();
  readonly #textOf: (element: Element) => readonly Block[];

  /** @param blocksOf reads the content of a note */
  constructor(
    parts: Readonly<Record<'footnotes' | 'endnotes' | 'comments', Uint8Array | undefined>>,
    blocksOf: (element: Element) => readonly Block[],
  ) {
    this.#textOf = blocksOf;
    this.#add('w:footnoteReference', 'w:footnote', 'Footnote', parts.footnotes);
    this.#add('w:endnoteReference', 'w:endnote', 'Endnote', parts.endnotes);
    for (const element of elementsNamed(parseXml(parts.comments), 'w:comment')) {
      const author = element.attribs['w:author']?.trim();
      const label = author ? `Comment by ${author}` : 'Comment';
      this.#notes.set(key('w:commentReference', element.attribs['w:id'] ?? ''), { label, element });
    }
  }

  take(kind: Kind | string, id: string): readonly Block[] {
    const note = this.#notes.get(key(kind, id));
    this.#notes.delete(key(kind, id));
    return note ? this.#toBlocks(note) : [];
  }

  /** Notes whose mark was never met, such as replies to comments in some programs' files. */
  rest(): readonly Block[] {
    const left = [...this.#notes.values()];
    this.#notes.clear();
    return left.flatMap((note) => this.#toBlocks(note));
  }

  #add(kind: Kind, name: string, label: string, xml: Uint8Array | undefined): void {
    let number = 0;
    for (const element of elementsNamed(parseXml(xml), name)) {
      // Separators are kept in the same list; they are lines, not notes.
      if (element.attribs['w:type'] !== undefined && element.attribs['w:type'] !== 'normal') continue;
      this.#notes.set(key(kind, element.attribs['w:id'] ?? ''), { label: `${label} ${++number}`, element });
    }
  }

  #toBlocks({ label, element }: Note): readonly Block[] {
    const text = cellText(this.#textOf(element));
    return text === '' ? [] : [{ type: 'note', label, text }];
  }
}

function key(kind: string, id: string): string {
  return `${kind} ${id}`;
}

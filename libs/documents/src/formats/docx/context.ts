import type { Block } from '@fumikura/model';
import type { Element } from 'domhandler';
import type { Relation } from '../../containers/opc.ts';
import type { ZipParts } from '../../containers/zip.ts';
import type { TextBudget } from '../budget.ts';
import type { DocxNotes } from './notes.ts';
import type { Numbering } from './numbering.ts';
import type { Styles } from './styles.ts';

/** What the readers of one Word file share. */
export interface DocxContext {
  readonly parts: ZipParts;
  readonly relations: readonly Relation[];
  readonly styles: Styles;
  readonly numbering: Numbering;
  readonly notes: DocxNotes;
  readonly budget: TextBudget;
  /** Blocks of a nested part: a text box, a note, a cell. */
  blocks(container: Element): Block[];
  hasHiddenText: boolean;
  hasForeignParts: boolean;
  /** First paragraph in the style "Title". */
  title: string | undefined;
}

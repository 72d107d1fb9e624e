import type { Block } from '@fumikura/model';
import type { Element } from 'domhandler';
import type { ZipParts } from '../../containers/zip.ts';
import type { TextBudget } from '../budget.ts';
import type { OdfStyles } from './styles.ts';

/** What the readers of one OpenDocument file share. */
export interface OdfContext {
  readonly parts: ZipParts;
  readonly styles: OdfStyles;
  readonly budget: TextBudget;
  /** Blocks of a nested part: a cell, a note, a text box. */
  blocks(container: Element): Block[];
  /** First paragraph in the style "Title". */
  title: string | undefined;
}

import type { Block } from '@fumikura/model';
import { decodeText } from '../decode.ts';
import type { FormatParser } from '../types.ts';
import { isAdf, readAdf } from './adf.ts';
import { codeBlock } from './block-text.ts';
import { readMarkdown } from './markdown.ts';
import { parseCode } from './text.ts';

/** JSON: ADF and notebooks by what they are, anything else as code. JSON that does not parse is shown as it stands. */
export const parseJsonFile: FormatParser = async (input, limits) => {
  const value = tryJson(decodeText(input.bytes));
  if (isAdf(value)) return { blocks: readAdf(value) };
  if (isNotebook(value)) return { blocks: value.cells.flatMap(notebookCell) };
  return parseCode(input, limits);
};

interface Notebook {
  readonly cells: readonly { readonly cell_type?: unknown; readonly source?: unknown }[];
}

function isNotebook(value: unknown): value is Notebook {
  const { cells, nbformat } = (value ?? {}) as { cells?: unknown; nbformat?: unknown };
  return Array.isArray(cells) && nbformat !== undefined;
}

function notebookCell({ cell_type: kind, source }: Notebook['cells'][number]): Block[] {
  const text = Array.isArray(source) ? source.join('') : String(source ?? '');
  if (kind === 'markdown') return [...readMarkdown(text).blocks];
  return kind === 'code' ? codeBlock(text, 'python') : [];
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** XML: Confluence storage by its elements, anything else as code. */
export const parseXmlFile: FormatParser = async (input, limits) => {
  const source = decodeText(input.bytes);
  if (!/<(?:ac|ri):[a-z-]+/u.test(source)) return parseCode(input, limits);
  const { readStorage } = await import('./storage.ts');
  return { blocks: readStorage(source) };
};

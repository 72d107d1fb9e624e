import type { Block } from '@fumikura/model';
import type { PDFPageProxy } from 'pdfjs-dist/legacy/build/pdf.mjs';

interface Annotation {
  readonly subtype?: string;
  readonly contentsObj?: { readonly str?: string };
  readonly titleObj?: { readonly str?: string };
  readonly fieldName?: string;
  readonly alternativeText?: string;
  readonly fieldValue?: unknown;
  readonly password?: boolean;
}

const REMARKS = new Set(['Text', 'FreeText', 'Highlight', 'Underline', 'StrikeOut', 'Squiggly', 'Stamp']);

/** Remarks of readers, and what was filled into a form. */
export async function annotationBlocks(page: PDFPageProxy): Promise<Block[]> {
  const annotations = (await page.getAnnotations()) as readonly Annotation[];
  const items = annotations.flatMap(fieldItem);
  const form: Block[] = items.length === 0 ? [] : [{ type: 'list', ordered: false, items }];
  return [...form, ...annotations.flatMap(remark)];
}

function remark({ subtype, contentsObj, titleObj }: Annotation): Block[] {
  const text = contentsObj?.str?.trim() ?? '';
  const author = titleObj?.str?.trim() ?? '';
  if (text === '' || !REMARKS.has(subtype ?? '')) return [];
  return [{ type: 'note', label: author === '' ? 'Comment' : `Comment by ${author}`, text }];
}

function fieldItem({ subtype, fieldName, alternativeText, fieldValue, password }: Annotation) {
  if (subtype !== 'Widget' || password === true) return [];
  const values = (Array.isArray(fieldValue) ? fieldValue : [fieldValue]).filter(
    (value): value is string => typeof value === 'string' && value.trim() !== '' && value !== 'Off',
  );
  const name = (alternativeText || fieldName || '').trim();
  return values.length === 0
    ? []
    : [{ text: `${name === '' ? '' : `${name}: `}${values.join(', ').trim()}`, depth: 0 }];
}

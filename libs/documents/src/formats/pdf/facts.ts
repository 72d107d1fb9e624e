import type { Block } from '@fumikura/model';
import type { PDFDocumentProxy } from 'pdfjs-dist/legacy/build/pdf.mjs';
import type { Parsed } from '../../types.ts';
import { facts } from '../office-facts.ts';
import type { OutlineEntry } from './typography.ts';

/** What a PDF says about itself; a title that is missing or set by a program is taken from the first page. */
export async function factsOf(
  document: PDFDocumentProxy,
  blocks: readonly Block[],
): Promise<Partial<Parsed>> {
  const { info } = (await document.getMetadata()) as { readonly info: Readonly<Record<string, unknown>> };
  const text = (name: string) => (typeof info[name] === 'string' ? info[name].trim() : '');
  const created = pdfDate(text('CreationDate'));
  const stated = facts({
    title: text('Title'),
    authors: text('Author') === '' ? [] : text('Author').split(/;|、/u),
    createdAt: created,
    updatedAt: pdfDate(text('ModDate')) ?? created,
    labels: text('Keywords').split(/[,;、]/u),
  });
  const title = stated.title ?? titleOf(blocks);
  return { ...stated, ...(title !== undefined && { title }) };
}

/** The largest heading of the first page; a numbered one names a section. */
function titleOf(blocks: readonly Block[]): string | undefined {
  const first = blocks.find(
    (block) => block.type === 'heading' && block.level === 1 && block.place?.page === 1,
  );
  return first?.type === 'heading' && !/^\d+(?:\.\d+)*\.?\s/u.test(first.text) ? first.text : undefined;
}

/** D:YYYYMMDDHHmmSS+HH'mm' → ISO 8601 (ISO 32000-1, 7.9.4). */
export function pdfDate(text: string): string | undefined {
  const match = /^D?:?(\d{4})(\d{2})?(\d{2})?(\d{2})?(\d{2})?(\d{2})?([+-]\d{2})?'?(\d{2})?/u.exec(text);
  if (!match) return undefined;
  const [
    ,
    year,
    month = '01',
    day = '01',
    hour = '00',
    minute = '00',
    second = '00',
    zone,
    zoneMinute = '00',
  ] = match;
  return `${year}-${month}-${day}T${hour}:${minute}:${second}${zone ? `${zone}:${zoneMinute}` : 'Z'}`;
}

/** Entries read of a document's table of contents. */
const MAX_ENTRIES = 5_000;

interface Bookmark {
  readonly title: string;
  readonly items?: readonly Bookmark[];
}

export async function outlineOf(document: PDFDocumentProxy): Promise<readonly OutlineEntry[]> {
  const entries: OutlineEntry[] = [];
  const visit = (items: readonly Bookmark[], level: number) => {
    for (const { title, items: inner } of items) {
      if (entries.length >= MAX_ENTRIES || level > 20) return;
      entries.push({ title, level });
      visit(inner ?? [], level + 1);
    }
  };
  const outline: unknown = await document.getOutline();
  if (Array.isArray(outline)) visit(outline as readonly Bookmark[], 1);
  return entries;
}

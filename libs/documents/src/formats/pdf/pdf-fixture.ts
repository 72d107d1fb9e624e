/** For tests: one piece of text on a page. */
export interface FixtureText {
  readonly text: string;
  readonly x: number;
  readonly y: number;
  readonly size?: number;
  readonly isBold?: boolean;
  /** Quarter turns counterclockwise. */
  readonly turn?: number;
}

export interface FixturePage {
  readonly texts: readonly FixtureText[];
  /** Degrees clockwise by which viewers turn the page. */
  readonly rotate?: number;
  /** PDF dictionaries of annotations. */
  readonly annotations?: readonly string[];
}

export interface FixtureDocument {
  readonly pages: readonly FixturePage[];
  /** Entries of the information dictionary, PDF text. */
  readonly info?: string;
  /** Titles of the table of contents, all of the first level. */
  readonly outline?: readonly string[];
}

/** For tests: a PDF of A4 pages in Helvetica, as small as one can be. */
export function pdfOf({ pages, info = '', outline = [] }: FixtureDocument): Uint8Array {
  const objects: string[] = [];
  const add = (body: string) => objects.push(body);
  const firstPage = 6;
  const kids = pages.map((_, index) => `${firstPage + index * 2} 0 R`).join(' ');
  const firstEntry = firstPage + pages.length * 2;
  add(`<< /Type /Catalog /Pages 2 0 R ${outline.length > 0 ? '/Outlines 5 0 R' : ''} >>`);
  add(`<< /Type /Pages /Kids [${kids}] /Count ${pages.length} >>`);
  add('<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>');
  add('<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold >>');
  add(`<< /First ${firstEntry} 0 R /Last ${firstEntry + outline.length - 1} 0 R /Count ${outline.length} >>`);
  for (const [index, page] of pages.entries()) {
    const content = page.texts.map(drawn).join('\n');
    add(
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Rotate ${page.rotate ?? 0}
      /Resources << /Font << /F1 3 0 R /F2 4 0 R >> >> /Contents ${firstPage + index * 2 + 1} 0 R
      /Annots [${(page.annotations ?? []).join(' ')}] >>`,
    );
    add(`<< /Length ${content.length} >>\nstream\n${content}\nendstream`);
  }
  for (const [index, title] of outline.entries()) {
    const next = index < outline.length - 1 ? `/Next ${firstEntry + index + 1} 0 R` : '';
    add(`<< /Title (${title}) /Parent 5 0 R /Dest [6 0 R /Fit] ${next} >>`);
  }
  add(`<< ${info} >>`);
  return written(objects);
}

function drawn({ text, x, y, size = 10, isBold = false, turn = 0 }: FixtureText): string {
  const [cos, sin] = [Math.round(Math.cos((turn * Math.PI) / 2)), Math.round(Math.sin((turn * Math.PI) / 2))];
  const escaped = text.replace(/[\\()]/gu, '\\$&');
  return `BT /${isBold ? 'F2' : 'F1'} ${size} Tf ${cos} ${sin} ${-sin} ${cos} ${x} ${y} Tm (${escaped}) Tj ET`;
}

function written(objects: readonly string[]): Uint8Array {
  let text = '%PDF-1.7\n';
  const offsets: number[] = [];
  for (const [index, body] of objects.entries()) {
    offsets.push(text.length);
    text += `${index + 1} 0 obj\n${body}\nendobj\n`;
  }
  const start = text.length;
  const table = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('');
  text += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${table}`;
  text += `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R /Info ${objects.length} 0 R >>\nstartxref\n${start}\n%%EOF\n`;
  return Buffer.from(text, 'latin1');
}

/** For tests: lines of text from the top of a page, 12 points apart. */
export function linesAt(x: number, top: number, lines: readonly string[], size = 10): FixtureText[] {
  return lines.map((text, index) => ({ text, x, y: top - index * 12, size }));
}

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Block } from '@fumikura/model';
import { parsedWith } from '../containers/zip-fixture.ts';
import type { FormatParser, Parsed } from '../types.ts';
import { parseDocx } from './docx.ts';
import { parseEml, parseMsg } from './mail.ts';
import { parseOdf } from './odf.ts';
import { parsePdf } from './pdf.ts';
import { parsePptx } from './pptx.ts';
import { parseSpreadsheet } from './spreadsheet.ts';

const folder = fileURLToPath(new URL('../../../../../shared/samples/', import.meta.url));
const skip = existsSync(folder) ? false : 'the sample files do not lie beside this checkout';

interface Sample {
  readonly parser: FormatParser;
  readonly title?: string;
  readonly authors?: readonly string[];
  /** Texts of the first headings, each with its level. */
  readonly headings?: readonly (readonly [level: number, text: string])[];
  /** Texts in the order in which they must be found. */
  readonly inOrder: readonly string[];
  /** A row of one of the tables. */
  readonly row?: readonly string[];
  readonly headerRows?: number;
  readonly note?: readonly [label: string, text: string];
  readonly list?: Block;
  /** Pages, slides or sheets that say something. */
  readonly places: number;
  readonly notices?: readonly string[];
  readonly attachments?: readonly string[];
  readonly absent?: RegExp;
}

const NUMBERS: Pick<Sample, 'authors' | 'headings' | 'inOrder' | 'row' | 'headerRows' | 'places'> = {
  authors: ['Adam Fourney'],
  headings: [
    [2, 'Sheet1'],
    [2, '09060124-b5e7-4717-9d07-3c046eb'],
  ],
  inOrder: ['Alpha', '6ff4173b-42a5-4784-9b19-f49caff4d93d', 'affc7dad-52dc-4b98-9b5d-51e65d8a8ad0'],
  row: ['89', '82', '100', '12'],
  headerRows: 1,
  places: 2,
};

const SAMPLES: Readonly<Record<string, Sample>> = {
  'markitdown__test.docx': {
    parser: parseDocx,
    title: 'AutoGen: Enabling Next-Gen LLM Applications via Multi-Agent Conversation',
    authors: ['Adam Fourney'],
    headings: [
      [1, 'AutoGen: Enabling Next-Gen LLM Applications via Multi-Agent Conversation'],
      [1, 'Abstract'],
      [1, 'Introduction'],
    ],
    inOrder: ['AutoGen is an open-source framework', '314b0a30-5b04-470b-b9f7-eed2c2bec74a', 'Test Image:'],
    row: ['13', '14', '49e168b7-d2ae-407f-a055-2167576f39a1', '15', '16', '17'],
    places: 0,
  },
  'mammoth__tables.docx': {
    parser: parseDocx,
    inOrder: ['Above', 'Top left', 'Bottom right', 'Below'],
    row: ['Bottom left', 'Bottom right'],
    places: 0,
  },
  'mammoth__footnotes.docx': {
    parser: parseDocx,
    authors: ['Michael Williamson'],
    inOrder: ['Ouch.', 'A tachyon walks into a bar.', 'Fin.'],
    note: ['Footnote 1', 'A tachyon walks into a bar.'],
    places: 0,
  },
  'docling__unit_test_headers_numbered.docx': {
    parser: parseDocx,
    title: 'Test Document',
    headings: [
      [1, 'Test Document'],
      [1, '1. Section 1'],
      [2, '1.1. Section 1.1'],
      [2, '1.2. Section 1.2'],
      [3, '1.2.1. Section 1.2.3'],
      [1, '2. Section 2'],
    ],
    inOrder: ['Paragraph 1.1', 'Appendix A: Glossary', 'Third sub-item at this level', 'REFERENCES'],
    places: 0,
  },
  'markitdown__test.pptx': {
    parser: parsePptx,
    title: 'AutoGen: Enabling Next-Gen LLM Applications via Multi-Agent Conversation',
    headings: [
      [2, 'AutoGen: Enabling Next-Gen LLM Applications via Multi-Agent Conversation'],
      [2, '2cdda5c8-e50e-4db4-b5f0-9722a649f455'],
      [2, 'A table to test parsing:'],
      [2, 'A chart to test parsing:'],
    ],
    inOrder: [
      'The first page of the AutoGen ArXiv paper',
      '1b92870d-e3b5-4e65-8153-919f4ff45592',
      'a3f6004b-6f4f-4ea8-bee3-3741f4dc385f',
      'Series 1',
      'This phrase of the caption is Human-written.',
    ],
    row: ['7', '8', '9', '1b92870d-e3b5-4e65-8153-919f4ff45592', '11', '12'],
    headerRows: 1,
    places: 6,
  },
  'docling__powerpoint_comments.pptx': {
    parser: parsePptx,
    title: 'Test Slide With Comments',
    inOrder: [
      'This is a sample reviewer comment',
      'This is a sample response',
      'Start',
      'I need to try this out!',
    ],
    note: ['Comment by John Reviewer', 'This is a sample reviewer comment'],
    places: 3,
  },
  'markitdown__test.xlsx': { parser: parseSpreadsheet, ...NUMBERS },
  'markitdown__test.xls': { parser: parseSpreadsheet, ...NUMBERS },
  'docling__xlsx_01.xlsx': {
    parser: parseSpreadsheet,
    authors: ['Peter Staar'],
    headings: [
      [2, 'Sheet1'],
      [2, 'Sheet2'],
      [2, 'Sheet3'],
      [2, 'Sheet4'],
    ],
    inOrder: ['third', 'col-4', 'first (f)'],
    // The cell of the first row is merged over the two below its name.
    row: ['first', 'header', 'header'],
    headerRows: 1,
    places: 4,
    notices: ['Hidden sheets are included: Sheet4.'],
  },
  'docling__text_document_01.odt': {
    parser: parseOdf,
    headings: [
      [1, 'Title'],
      [1, 'heading level 1.0'],
      [2, 'Heading level 2: A'],
      [2, 'Heading level 2: B'],
    ],
    inOrder: ['Subtitle', 'Lorem Ipsum is simply dummy text', 'numbered list 1', 'X2 + Y2 = Z'],
    list: {
      type: 'list',
      ordered: true,
      items: [
        { text: 'numbered list 1', depth: 0 },
        { text: 'numbered list 2', depth: 0 },
      ],
    },
    places: 0,
  },
  'docling__eml_with_attachment.eml': {
    parser: parseEml,
    title: 'Email with Attachment',
    authors: ['Alice Example'],
    inOrder: ['From: Alice Example <alice@example.com>', 'To: Bob Example <bob@example.com>', 'Hello Bob,'],
    attachments: ['test.txt'],
    places: 0,
  },
  'markitdown__test_outlook_msg.msg': {
    parser: parseMsg,
    title: 'Test Email Message',
    inOrder: [
      'test.sender@example.com',
      'To: test.recipient@example.com',
      'This is the body of the test email message',
    ],
    places: 0,
  },
  'markitdown__test.pdf': {
    parser: parsePdf,
    headings: [[1, '1 Introduction']],
    inOrder: [
      'Large language models (LLMs) are becoming a crucial building block in developing powerful agents',
      'general feasibility and utility thanks to recent advances in LLMs',
      'multi-agent approaches,[3] we present AutoGen',
    ],
    note: ['Footnote', '3We refer to Appendix A for a detailed discussion.'],
    places: 1,
  },
  'markitdown__SPARSE-2024-INV-1234_borderless_table.pdf': {
    parser: parsePdf,
    title: 'INVENTORY RECONCILIATION REPORT',
    headings: [
      [1, 'INVENTORY RECONCILIATION REPORT'],
      [2, 'Variance Analysis:'],
      [2, 'Summary Statistics:'],
    ],
    inOrder: [
      'Report ID: SPARSE-2024-INV-1234\nWarehouse: Distribution Center East',
      'protocols should be reviewed to prevent future discrepancies',
      'Recommendations:',
    ],
    row: ['SKU-8847', 'A-12', '450', '', '', ''],
    headerRows: 1,
    places: 2,
  },
  'sample-files__pdflatex-4-pages.pdf': {
    parser: parsePdf,
    inOrder: ['Hello, here is some text without a meaning.'],
    places: 4,
  },
  'sample-files__google-doc-document.pdf': {
    parser: parsePdf,
    title: 'PDF Example Document',
    headings: [[1, 'Example document']],
    inOrder: [
      'Beautiful is better than ugly.\nExplicit',
      'one honking great idea',
      'Jakarta',
      '2021 estimate',
    ],
    row: ['Capital', 'Jakarta', 'Berlin', 'Vienna', 'Paris', 'Vatican City', ''],
    places: 1,
  },
  'sample-files__multicolumn.pdf': {
    parser: parsePdf,
    title: 'Two-Column Document with Lorem Ipsum',
    headings: [[1, 'Two-Column Document with Lorem Ipsum']],
    // The left column's second paragraph, then what only the right column says.
    inOrder: [
      'Cras viverra metus rhoncus sem.',
      'Nam dui ligula',
      'Suspendisse vel felis. Ut lorem lorem',
      'Table 1',
    ],
    row: ['Austria', '8.9', '83,879', 'Vienna', 'German'],
    headerRows: 1,
    places: 3,
  },
  'pdfminer__simple3.pdf': { parser: parsePdf, inOrder: ['Hello', 'World', 'あいうえお'], places: 1 },
  'pdfminer__zen_of_python_corrupted.pdf': {
    parser: parsePdf,
    inOrder: ['Beautiful is better than ugly.', 'one honking great idea'],
    places: 1,
  },
};

for (const [name, sample] of Object.entries(SAMPLES))
  test(`reads ${name}`, { skip }, async () => {
    const parsed = await parsedWith(sample.parser, readFileSync(folder + name));
    checkFacts(parsed, sample);
    checkBlocks(parsed.blocks, sample);
  });

const REFUSED: Readonly<Record<string, readonly [parser: FormatParser, code: string, says: RegExp]>> = {
  'docling__ocr_test.pdf': [parsePdf, 'CONTENT_WITHOUT_TEXT', /scanned/u],
  'sample-files__libreoffice-writer-password.pdf': [parsePdf, 'CONTENT_ENCRYPTED', /password/u],
};

for (const [name, [parser, code, says]] of Object.entries(REFUSED))
  test(`says why ${name} cannot be read`, { skip }, async () => {
    await assert.rejects(
      parsedWith(parser, readFileSync(folder + name)),
      (error: Error & { publicMessage?: string }) => {
        assert.match(error.publicMessage ?? '', says);
        return 'code' in error && error.code === code;
      },
    );
  });

/** Cut where a transfer would break off, at each tenth of its length: a reason or a text, never another failure. */
test('cut files are recovered or refused with a reason', { skip }, async () => {
  for (const [name, { parser }] of Object.entries(SAMPLES)) {
    const bytes = readFileSync(folder + name);
    for (const tenth of [1, 5, 9]) {
      const cut = bytes.subarray(0, Math.floor((bytes.length * tenth) / 10));
      const outcome = await parsedWith(parser, cut).catch((error: unknown) => error);
      const isFine = !(outcome instanceof Error) || ('kind' in outcome && outcome.kind === 'invalid-input');
      assert.ok(isFine, `${name} cut at ${tenth}/10: ${String(outcome)}`);
    }
  }
});

function checkFacts(parsed: Parsed, sample: Sample): void {
  assert.equal(parsed.title, sample.title);
  if (sample.authors) assert.deepEqual(parsed.authors, sample.authors);
  assert.deepEqual(parsed.notices ?? [], sample.notices ?? []);
  assert.deepEqual(parsed.attachments?.map(({ fileName }) => fileName) ?? [], sample.attachments ?? []);
}

function checkBlocks(blocks: readonly Block[], sample: Sample): void {
  const headings = blocks.flatMap((block) => (block.type === 'heading' ? [[block.level, block.text]] : []));
  assert.deepEqual(headings.slice(0, sample.headings?.length ?? 0), sample.headings ?? []);
  const places = new Set(
    blocks.flatMap(({ place }) => place?.page ?? place?.slide ?? place?.sheet ?? []).map(String),
  );
  assert.equal(places.size, sample.places);
  let text = blocks.map(textOf).join('\n');
  for (const part of sample.inOrder) {
    const at = text.indexOf(part);
    assert.ok(at >= 0, `"${part}" is not where it should be, before: ${text.slice(0, 300)}`);
    text = text.slice(at + part.length);
  }
  if (sample.row) checkTable(blocks, sample.row, sample.headerRows ?? 0);
  const [label, noted] = sample.note ?? [];
  if (label !== undefined)
    assert.ok(blocks.some((block) => block.type === 'note' && block.label === label && block.text === noted));
  const { list } = sample;
  if (list) assert.ok(blocks.some((block) => JSON.stringify(block) === JSON.stringify(list)));
}

function checkTable(blocks: readonly Block[], row: readonly string[], headerRows: number): void {
  const table = blocks.find(
    (block) =>
      block.type === 'table' && block.rows.some((each) => JSON.stringify(each) === JSON.stringify(row)),
  );
  assert.ok(table?.type === 'table', `no table with the row ${row.join(' | ')}`);
  assert.ok(table.headerRows >= headerRows, `${table.headerRows} header rows`);
}

function textOf(block: Block): string {
  if (block.type === 'list') return block.items.map(({ text }) => text).join('\n');
  return block.type === 'table' ? [block.caption ?? '', ...block.rows.flat()].join('\n') : block.text;
}

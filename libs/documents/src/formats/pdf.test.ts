import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Block } from '@fumikura/model';
import { parsedWith } from '../containers/zip-fixture.ts';
import { linesAt, pdfOf } from './pdf/pdf-fixture.ts';
import type { FixturePage, FixtureText } from './pdf/pdf-fixture.ts';
import { parsePdf } from './pdf.ts';

async function blocksOf(...pages: readonly (readonly FixtureText[] | FixturePage)[]) {
  const { blocks } = await parsedWith(
    parsePdf,
    pdfOf({ pages: pages.map((page) => ('texts' in page ? page : { texts: page })) }),
  );
  return blocks;
}

const textsOf = (blocks: readonly Block[]) =>
  blocks.map((block) => ('text' in block ? block.text : block.type));
/** Set text: all lines but the last reach the right edge. */
const PROSE = [
  'The quick brown fox jumps over the lazy dog and then it sleeps until',
  'the morning comes with a cold wind from the hills that wakes up all the',
  'other animals, and the day begins anew with the very same jump over a',
  'lazy dog.',
];

test('lines of set text are one paragraph; an indent or a wider space starts the next', async () => {
  const blocks = await blocksOf([
    ...linesAt(60, 800, PROSE),
    { text: 'Indented lines start a paragraph of their own in many books, as', x: 75, y: 752 },
    ...linesAt(60, 740, ['in this one.']),
    ...linesAt(60, 700, ['After a space.']),
  ]);
  assert.deepEqual(textsOf(blocks), [
    PROSE.join(' '),
    'Indented lines start a paragraph of their own in many books, as in this one.',
    'After a space.',
  ]);
  assert.deepEqual(blocks[0]?.place, { page: 1 });
});

test('lines that end before the edge were broken on purpose', async () => {
  const blocks = await blocksOf([
    ...linesAt(60, 800, ['Head office', '1-2-3 Marunouchi', 'Tokyo']),
    ...linesAt(60, 700, PROSE),
  ]);
  assert.deepEqual(textsOf(blocks)[0], 'Head office\n1-2-3 Marunouchi\nTokyo');
});

test('a word cut at the end of a line is mended; a compound keeps its hyphen', async () => {
  const [block] = await blocksOf(
    linesAt(60, 800, [
      'We write multi-agent systems and confirm them, since every infor-',
      'mation counts, and an agent that is long-lived is one of a multi-',
      'agent system.',
    ]),
  );
  assert.match(JSON.stringify(block), /every information counts/u);
  assert.match(JSON.stringify(block), /one of a multi-agent system/u);
});

test('two columns are read one after the other, under the title that crosses both', async () => {
  const left = Array.from({ length: 12 }, (_, index) => `left column number ${index} goes on and on here`);
  const right = left.map((text) => text.replace('left column', 'right column'));
  const blocks = await blocksOf([
    { text: 'A title that is set across both of the columns', x: 120, y: 800, size: 18 },
    ...linesAt(50, 760, left),
    // Not on the same baselines.
    ...linesAt(310, 755, right),
  ]);
  const [title, ...rest] = textsOf(blocks);
  assert.equal(title, 'A title that is set across both of the columns');
  const text = rest.join(' ');
  assert.ok(text.indexOf('left column number 11') < text.indexOf('right column number 0'), text);
  assert.ok(text.indexOf('left column number 0') < text.indexOf('left column number 1 '), text);
});

test('three columns are read one after the other', async () => {
  const column = (name: string) =>
    Array.from({ length: 8 }, (_, index) => `${name} ${index} is text in a column`);
  const blocks = await blocksOf([
    ...linesAt(40, 800, column('first')),
    ...linesAt(215, 800, column('second')),
    ...linesAt(390, 800, column('third')),
  ]);
  const text = textsOf(blocks).join(' ');
  assert.ok(text.indexOf('first 7') < text.indexOf('second 0'), text);
  assert.ok(text.indexOf('second 7') < text.indexOf('third 0'), text);
});

test('cells without borders are a table, empty ones included, and a header of its own font is known', async () => {
  const row = (y: number, cells: readonly (string | undefined)[], isBold = false) =>
    cells.flatMap((text, index) => (text === undefined ? [] : [{ text, x: 60 + index * 120, y, isBold }]));
  const blocks = await blocksOf([
    ...linesAt(60, 800, PROSE),
    ...row(700, ['Code', 'Place', 'Count'], true),
    ...row(680, ['A-1', 'Shelf', '450']),
    ...row(660, ['B-2', undefined, '12']),
    ...row(640, [undefined, 'Floor', '3']),
    ...linesAt(60, 600, PROSE),
  ]);
  assert.deepEqual(blocks[1], {
    type: 'table',
    headerRows: 1,
    rows: [
      ['Code', 'Place', 'Count'],
      ['A-1', 'Shelf', '450'],
      ['B-2', '', '12'],
      ['', 'Floor', '3'],
    ],
    place: { page: 1 },
  });
  assert.equal(blocks.length, 3);
});

test('a cell of two lines is one cell', async () => {
  const blocks = await blocksOf([
    ...[700, 670, 640].flatMap((y, index) => [
      { text: `Term ${index}`, x: 60, y },
      { text: `Meaning ${index} of the`, x: 200, y },
      { text: 'word', x: 200, y: y - 11 },
    ]),
  ]);
  assert.deepEqual(blocks[0]?.type === 'table' && blocks[0].rows, [
    ['Term 0', 'Meaning 0 of the word'],
    ['Term 1', 'Meaning 1 of the word'],
    ['Term 2', 'Meaning 2 of the word'],
  ]);
});

test('headings are known by size, by a bold font, and by the table of contents', async () => {
  const { blocks, title } = await parsedWith(
    parsePdf,
    pdfOf({
      outline: ['Listed only'],
      pages: [
        {
          texts: [
            { text: 'Annual report', x: 60, y: 800, size: 24 },
            { text: 'First part', x: 60, y: 760, size: 16 },
            ...linesAt(60, 740, PROSE),
            { text: 'In bold', x: 60, y: 660, isBold: true },
            ...linesAt(60, 648, PROSE),
            ...linesAt(60, 580, ['Listed only']),
            ...linesAt(60, 540, PROSE),
          ],
        },
      ],
    }),
  );
  assert.equal(title, 'Annual report');
  assert.deepEqual(
    blocks.flatMap((block) => (block.type === 'heading' ? [[block.level, block.text]] : [])),
    [
      [1, 'Annual report'],
      [2, 'First part'],
      [3, 'In bold'],
      [1, 'Listed only'],
    ],
  );
});

test('lists keep their items whole and their depth', async () => {
  const blocks = await blocksOf(
    [
      ...linesAt(60, 800, PROSE),
      { text: '\u0095 first item, which is long enough to need a second line on this', x: 70, y: 720 },
      { text: 'narrow page', x: 80, y: 708 },
      { text: '\u0095 below', x: 95, y: 696 },
      { text: '\u0095 second', x: 70, y: 684 },
      { text: '1. one', x: 60, y: 640 },
      { text: '2. two', x: 60, y: 628 },
    ].map((each) => ({ ...each, text: each.text.replace('\u0095', '-') })),
  );
  assert.deepEqual(
    blocks.flatMap((block) => (block.type === 'list' ? [[block.ordered, ...block.items]] : [])),
    [
      [
        false,
        { text: 'first item, which is long enough to need a second line on this narrow page', depth: 0 },
        { text: 'below', depth: 1 },
        { text: 'second', depth: 0 },
      ],
      [true, { text: 'one', depth: 0 }, { text: 'two', depth: 0 }],
    ],
  );
});

test('heads, feet and page numbers that repeat are left out; a sentence over two pages is one', async () => {
  const page = (number: number, lines: readonly string[]): FixtureText[] => [
    { text: 'Confidential report of the board', x: 60, y: 820 },
    ...linesAt(60, 780, lines),
    { text: `Page ${number} of 4`, x: 280, y: 20 },
  ];
  const blocks = await blocksOf(
    page(1, [...PROSE, 'This sentence is not over at the end of the page, and it goes on to']),
    page(2, ['the next page.', ...PROSE.slice(0, 3)]),
    page(3, PROSE),
    page(4, PROSE),
  );
  const text = JSON.stringify(blocks);
  assert.doesNotMatch(text, /Confidential|Page \d/u);
  assert.match(text, /goes on to the next page\./u);
});

test('footnotes are notes, and their marks do not run into the words', async () => {
  const blocks = await blocksOf([
    ...linesAt(60, 800, PROSE),
    { text: 'A claim', x: 60, y: 700 },
    { text: '1', x: 93.9, y: 704, size: 6 },
    { text: 'with a source, which is told below, and some more words to fill it.', x: 100, y: 700 },
    { text: '1', x: 60, y: 63, size: 5 },
    { text: 'The source of the claim.', x: 64, y: 60, size: 8 },
  ]);
  assert.match(textsOf(blocks)[1] ?? '', /^A claim\[1\] with a source/u);
  assert.deepEqual(blocks.at(-1)?.type, 'note');
  assert.match(textsOf(blocks).at(-1) ?? '', /The source of the claim\.$/u);
});

test('pages that viewers turn, and text set sideways, are read upright', async () => {
  const sideways = PROSE.map((text, index) => ({ text, x: 100 + index * 12, y: 60, turn: 1 }));
  for (const rotate of [0, 90])
    assert.deepEqual(
      textsOf(await blocksOf({ texts: sideways, rotate })),
      [PROSE.join(' ')],
      `turned ${rotate}`,
    );
  const stamped = await blocksOf([
    ...linesAt(60, 800, PROSE),
    { text: 'arXiv:1234', x: 20, y: 300, turn: 1 },
  ]);
  assert.deepEqual(textsOf(stamped), [PROSE.join(' '), 'arXiv:1234']);
});

test('remarks and filled fields are read', async () => {
  const blocks = await blocksOf({
    texts: linesAt(60, 800, PROSE),
    annotations: [
      '<< /Type /Annot /Subtype /Text /Rect [0 0 9 9] /Contents (Please check) /T (Sato) >>',
      '<< /Type /Annot /Subtype /Widget /FT /Tx /Rect [0 0 9 9] /T (Surname) /V (Tanaka) >>',
      '<< /Type /Annot /Subtype /Link /Rect [0 0 9 9] /Contents (ignored) >>',
    ],
  });
  assert.deepEqual(blocks.slice(1), [
    { type: 'list', ordered: false, items: [{ text: 'Surname: Tanaka', depth: 0 }], place: { page: 1 } },
    { type: 'note', label: 'Comment by Sato', text: 'Please check', place: { page: 1 } },
  ]);
});

test('stated facts are told, those of programs are not', async () => {
  const stated = async (info: string) =>
    parsedWith(parsePdf, pdfOf({ pages: [{ texts: linesAt(60, 800, PROSE) }], info }));
  const good = await stated("/Title (Plan 2025) /Author (Sato) /CreationDate (D:20240501093000+09'00')");
  assert.deepEqual(
    [good.title, good.authors, good.createdAt],
    ['Plan 2025', ['Sato'], '2024-05-01T00:30:00.000Z'],
  );
  assert.equal((await stated('/Title (Microsoft Word - plan.docx)')).title, undefined);
  assert.equal((await stated('/Title (report_final.pdf) /CreationDate (nonsense)')).title, undefined);
});

test('pages without text are named, pages beyond the limit counted, text beyond it cut', async () => {
  const page = { texts: linesAt(60, 800, PROSE) };
  const empty = { texts: [] };
  const bytes = pdfOf({ pages: [page, empty, empty, page, empty] });
  assert.deepEqual((await parsedWith(parsePdf, bytes)).notices, [
    'Pages without text (pictures or empty): 2-3, 5.',
  ]);
  assert.deepEqual((await parsedWith(parsePdf, bytes, { maxPages: 1 })).notices, [
    'Only the first 1 of 5 pages were read.',
  ]);
  const cut = await parsedWith(parsePdf, pdfOf({ pages: [page, page] }), { maxCharacters: 100 });
  assert.deepEqual(cut.notices, [
    'Only the first 1 of 2 pages were read.',
    'The text is cut after 100 characters.',
  ]);
});

test('says why a PDF cannot be read, and prints nothing', async (context) => {
  const printed = ['log', 'info', 'warn', 'error', 'debug'].map((name) =>
    context.mock.method(console, name as 'log', () => undefined),
  );
  const good = pdfOf({ pages: [{ texts: linesAt(60, 800, PROSE) }] });
  const cases: readonly (readonly [string, Uint8Array, string])[] = [
    ['no text', pdfOf({ pages: [{ texts: [] }, { texts: [] }] }), 'CONTENT_WITHOUT_TEXT'],
    ['empty', new Uint8Array(), 'CONTENT_DAMAGED'],
    ['not a PDF', Buffer.from('hello'), 'CONTENT_DAMAGED'],
    ['header only', Buffer.from('%PDF-1.7\n'), 'CONTENT_DAMAGED'],
  ];
  for (const [name, bytes, code] of cases)
    await assert.rejects(parsedWith(parsePdf, bytes), { code, kind: 'invalid-input' }, name);
  // Without its cross-reference table the file is indexed anew.
  const cut = good.subarray(0, good.length - 120);
  assert.match(JSON.stringify((await parsedWith(parsePdf, cut)).blocks), /quick brown fox/u);
  for (const { mock } of printed) assert.equal(mock.callCount(), 0);
});

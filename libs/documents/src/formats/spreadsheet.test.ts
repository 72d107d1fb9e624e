import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as xlsx from '@e965/xlsx';
import { parsedWith, relationsXml, zipOf } from '../containers/zip-fixture.ts';
import { parseSpreadsheet } from './spreadsheet.ts';

type Rows = readonly (readonly (string | number | boolean | Date | null)[])[];

function sheetOf(rows: Rows): xlsx.WorkSheet {
  return xlsx.utils.aoa_to_sheet(rows.map((row) => [...row]));
}

function bookOf(sheets: Readonly<Record<string, xlsx.WorkSheet>>): xlsx.WorkBook {
  const book = xlsx.utils.book_new();
  for (const [name, sheet] of Object.entries(sheets)) xlsx.utils.book_append_sheet(book, sheet, name);
  return book;
}

function bytesOf(book: xlsx.WorkBook, bookType: xlsx.BookType = 'xlsx'): Uint8Array {
  const bytes: unknown = xlsx.write(book, { type: 'buffer', bookType });
  assert.ok(bytes instanceof Uint8Array);
  return bytes;
}

async function tablesOf(sheet: xlsx.WorkSheet) {
  const { blocks } = await parsedWith(parseSpreadsheet, bytesOf(bookOf({ S: sheet })));
  return blocks.slice(1).map(({ place: _, ...block }) => block);
}

for (const bookType of ['xlsx', 'xlsb', 'biff8', 'biff5'] as const)
  test(`reads ${bookType}: a heading and a table a sheet, with its name as place`, async () => {
    const book = bookOf({
      Sales: sheetOf([
        ['Region', 'Units'],
        ['East', 12],
        ['West', 7],
      ]),
      Empty: sheetOf([]),
    });
    const { blocks } = await parsedWith(parseSpreadsheet, bytesOf(book, bookType));
    assert.deepEqual(blocks, [
      { type: 'heading', level: 2, text: 'Sales', place: { sheet: 'Sales' } },
      {
        type: 'table',
        headerRows: 1,
        rows: [
          ['Region', 'Units'],
          ['East', '12'],
          ['West', '7'],
        ],
        place: { sheet: 'Sales' },
      },
    ]);
  });

test('Japanese text survives the old formats', async () => {
  const rows = sheetOf([
    ['商品', '数量'],
    ['りんご', 3],
  ]);
  for (const bookType of ['biff8', 'xlsx'] as const) {
    const { blocks } = await parsedWith(parseSpreadsheet, bytesOf(bookOf({ 売上: rows }), bookType));
    assert.deepEqual(blocks[1]?.type === 'table' && blocks[1].rows, [
      ['商品', '数量'],
      ['りんご', '3'],
    ]);
    assert.deepEqual(blocks[1]?.place, { sheet: '売上' });
  }
});

test('a workbook of 1995 is read by its code page', async () => {
  // The writer knows no code pages: its file is given page 932 and the bytes of 商品 in place of four letters.
  const bytes = Buffer.from(bytesOf(bookOf({ S: sheetOf([['ABCD', 1]]) }), 'biff5'));
  const record = bytes.indexOf(Buffer.from('42000200', 'hex'));
  bytes.writeUInt16LE(932, record + 4);
  Buffer.from('8fa49569', 'hex').copy(bytes, bytes.indexOf('ABCD'));
  const { blocks } = await parsedWith(parseSpreadsheet, bytes);
  assert.deepEqual(blocks[1]?.type === 'table' && blocks[1].rows, [['商品', '1']]);
});

test('numbers, dates and formulas are told as the cells show them', async () => {
  const sheet = sheetOf([['Kind', 'Shown']]);
  const cells: readonly (readonly [string, xlsx.CellObject])[] = [
    ['percent', { t: 'n', v: 0.125, z: '0.0%' }],
    ['money', { t: 'n', v: 1234567, z: '"¥"#,##0' }],
    ['local date', { t: 'n', v: 45000, z: 'm/d/yy' }],
    ['own date', { t: 'n', v: 45000, z: 'yyyy"年"m"月"d"日"' }],
    ['era', { t: 'n', v: 45000, z: '[$-411]ggge"年"m"月"d"日"' }],
    ['formula', { t: 'n', v: 42, f: 'SUM(A1:A9)' }],
    ['truth', { t: 'b', v: true }],
  ];
  cells.forEach(([name, cell], index) => {
    xlsx.utils.sheet_add_aoa(sheet, [[name]], { origin: { r: index + 1, c: 0 } });
    sheet[xlsx.utils.encode_cell({ r: index + 1, c: 1 })] = cell;
  });
  sheet['!ref'] = `A1:B${cells.length + 1}`;
  const [table] = await tablesOf(sheet);
  assert.deepEqual(table?.type === 'table' && table.rows.slice(1).map(([, shown]) => shown), [
    '12.5%',
    '¥1,234,567',
    '2023-03-15',
    '2023年3月15日',
    '令和5年3月15日 (2023-03-15)',
    '42',
    'TRUE',
  ]);
});

test('merged cells fill their area; headers that group columns have two rows; a title over all is the caption', async () => {
  const sheet = sheetOf([
    ['Sales 2024', null, null],
    ['Region', 'Half', null],
    [null, 'First', 'Second'],
    ['East', 1, 2],
    [null, 3, 4],
  ]);
  sheet['!merges'] = ['A1:C1', 'A2:A3', 'B2:C2', 'A4:A5'].map(xlsx.utils.decode_range);
  assert.deepEqual(await tablesOf(sheet), [
    {
      type: 'table',
      caption: 'Sales 2024',
      headerRows: 2,
      rows: [
        ['Region', 'Half', 'Half'],
        ['Region', 'First', 'Second'],
        ['East', '1', '2'],
        ['East', '3', '4'],
      ],
    },
  ]);
});

test('a form drawn on tiny squares says each thing once', async () => {
  const sheet = sheetOf([['申請者', ...Array<null>(9).fill(null), '田中', ...Array<null>(9).fill(null)], []]);
  sheet['!merges'] = ['A1:J2', 'K1:T2'].map(xlsx.utils.decode_range);
  sheet['!ref'] = 'A1:T2';
  const [table] = await tablesOf(sheet);
  assert.deepEqual(table?.type === 'table' && table.rows, [['申請者', '田中']]);
});

test('tables apart on one sheet are apart in the text; a blank line inside a table is not', async () => {
  const tables = await tablesOf(
    sheetOf([
      ['Note to all', null, null, null, null],
      [],
      ['Name', 'Age', null, 'City', 'Zip'],
      ['Ada', 36, null, 'London', 1],
      [],
      ['Bob', 40, null, null, null],
      ['Cy', 41, null, null, null],
    ]),
  );
  assert.deepEqual(
    tables.map((block) => (block.type === 'table' ? block.rows : block)),
    [
      { type: 'paragraph', text: 'Note to all' },
      [
        ['Name', 'Age'],
        ['Ada', '36'],
        ['Bob', '40'],
        ['Cy', '41'],
      ],
      [
        ['City', 'Zip'],
        ['London', '1'],
      ],
    ],
  );
});

const MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"';
const cellXml = (at: string, text: string) => `<c r="${at}" t="inlineStr"><is><t>${text}</t></is></c>`;

/** A package by hand, for what the library cannot write. */
function packageOf(sheetXml: string, more: Readonly<Record<string, string>> = {}): Uint8Array {
  const type = 'application/vnd.openxmlformats-officedocument.spreadsheetml';
  return zipOf({
    '[Content_Types].xml': `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
      <Override PartName="/xl/workbook.xml" ContentType="${type}.sheet.main+xml"/>
      <Override PartName="/xl/worksheets/sheet1.xml" ContentType="${type}.worksheet+xml"/></Types>`,
    '_rels/.rels': relationsXml({ r1: ['officeDocument', 'xl/workbook.xml'] }),
    'xl/workbook.xml': `<workbook ${MAIN}><sheets><sheet name="Plan" sheetId="1" r:id="s1"/></sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': relationsXml({ s1: ['worksheet', 'worksheets/sheet1.xml'] }),
    'xl/worksheets/sheet1.xml': `<worksheet ${MAIN}>${sheetXml}</worksheet>`,
    ...more,
  });
}

test('cells at the far ends of an empty sheet are found without walking it', async () => {
  const bytes = packageOf(
    `<dimension ref="A1:XFD49000"/><sheetData><row r="1">${cellXml('A1', 'here')}${cellXml('B1', 'there')}</row>
     <row r="49000">${cellXml('XFD49000', 'far')}</row></sheetData>
     <mergeCells><mergeCell ref="XFD49000:XFD1048576"/><mergeCell ref="A1:A40000"/></mergeCells>`,
  );
  const { blocks } = await parsedWith(parseSpreadsheet, bytes);
  const place = { sheet: 'Plan' };
  assert.deepEqual(blocks.slice(1), [
    { type: 'table', headerRows: 0, rows: [['here', 'there']], place },
    { type: 'paragraph', text: 'far', place },
  ]);
});

test('hidden sheets are read and named; sheets beyond the limit are counted', async () => {
  const book = bookOf({ A: sheetOf([['x']]), B: sheetOf([['y']]) });
  book.Workbook = {
    Sheets: [
      { name: 'A', Hidden: 0 },
      { name: 'B', Hidden: 1 },
    ],
  };
  const all = await parsedWith(parseSpreadsheet, bytesOf(book));
  assert.deepEqual(all.notices, ['Hidden sheets are included: B.']);
  assert.equal(all.blocks.length, 4);
  const some = await parsedWith(parseSpreadsheet, bytesOf(book), { maxPages: 1 });
  assert.deepEqual(some.notices, [
    'Hidden sheets are included: B.',
    'Only the first 1 of 2 sheets were read.',
  ]);
});

test('rows beyond the limit are cut, and said to be', async () => {
  const rows = Array.from({ length: 50_002 }, (_, index) => [`row ${index}`, index]);
  const { blocks, notices } = await parsedWith(parseSpreadsheet, bytesOf(bookOf({ Long: sheetOf(rows) })));
  assert.equal(blocks[1]?.type === 'table' && blocks[1].rows.length, 50_000);
  assert.deepEqual(notices, ['Only the first 50000 rows of sheet "Long" were read.']);
});

test('comments name cell and author', async () => {
  const sheet = sheetOf([
    ['Budget', 'Sum'],
    ['Travel', 9],
  ]);
  xlsx.utils.cell_add_comment(sheet['B2'] as xlsx.CellObject, '高すぎる?', '鈴木');
  assert.deepEqual((await tablesOf(sheet)).at(-1), {
    type: 'note',
    label: 'Comment by 鈴木 on B2',
    text: '高すぎる?',
  });
});

test('text boxes over the cells are read with their sheet', async () => {
  const bytes = packageOf(`<sheetData><row r="1">${cellXml('A1', 'cell')}</row></sheetData>`, {
    'xl/worksheets/_rels/sheet1.xml.rels': relationsXml({ d: ['drawing', '../drawings/drawing1.xml'] }),
    'xl/drawings/drawing1.xml':
      '<xdr:wsDr><xdr:sp><xdr:txBody><a:p><a:r><a:t>Approved by the board</a:t></a:r></a:p></xdr:txBody></xdr:sp></xdr:wsDr>',
  });
  const { blocks } = await parsedWith(parseSpreadsheet, bytes);
  assert.deepEqual(
    blocks.map((block) => ('text' in block ? block.text : block.type)),
    ['Plan', 'cell', 'Approved by the board'],
  );
});

test('a table written on every second row is one table', async () => {
  const rows = Array.from({ length: 10_000 }, (_, index) =>
    index % 2 === 1
      ? ''
      : `<row r="${index + 1}">${cellXml(`A${index + 1}`, `name ${index}`)}<c r="D${index + 1}"><v>${index}</v></c></row>`,
  );
  const { blocks } = await parsedWith(parseSpreadsheet, packageOf(`<sheetData>${rows.join('')}</sheetData>`));
  assert.deepEqual(
    blocks.map((block) => (block.type === 'table' ? block.rows.length : block.type)),
    ['heading', 5_000],
  );
});

test('a date that is none is not told', async () => {
  const core =
    '<cp:coreProperties xmlns:cp="a" xmlns:dcterms="b"><dcterms:created>never</dcterms:created></cp:coreProperties>';
  const { createdAt } = await parsedWith(
    parseSpreadsheet,
    packageOf(`<sheetData><row r="1">${cellXml('A1', 'x')}</row></sheetData>`, { 'docProps/core.xml': core }),
  );
  assert.equal(createdAt, undefined);
});

test('says why a workbook cannot be read', async () => {
  const ole = Buffer.concat([Buffer.from('d0cf11e0a1b11ae1', 'hex'), Buffer.alloc(600)]);
  const named = (stream: string) => Buffer.concat([ole, Buffer.from(stream, 'utf16le')]);
  const good = bytesOf(bookOf({ A: sheetOf([['x', 'y']]) }));
  const cases: readonly (readonly [string, Uint8Array, string])[] = [
    ['password', named('EncryptedPackage'), 'CONTENT_ENCRYPTED'],
    ['a mail', named('__substg1.0_1000001F'), 'FORMAT_UNSUPPORTED'],
    ['compound file of nothing', ole, 'CONTENT_DAMAGED'],
    ['cut off', good.subarray(0, good.length - 40), 'CONTENT_DAMAGED'],
    ['text', Buffer.from('a,b\n1,2\n'), 'CONTENT_DAMAGED'],
    ['empty', new Uint8Array(), 'CONTENT_DAMAGED'],
    ['empty sheets', bytesOf(bookOf({ A: sheetOf([]) })), 'CONTENT_WITHOUT_TEXT'],
    ['a bomb', zipOf({ 'xl/workbook.xml': new Uint8Array(40_000_000) }), 'CONTENT_TOO_LARGE'],
  ];
  for (const [name, bytes, code] of cases)
    await assert.rejects(parsedWith(parseSpreadsheet, bytes), { code, kind: 'invalid-input' }, name);
});

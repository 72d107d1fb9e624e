import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parsedWith, zipOf } from '../containers/zip-fixture.ts';
import { parseOdf } from './odf.ts';

const STYLES = `<office:document-styles><office:styles>
  <style:style style:name="Title" style:family="paragraph"/>
  <style:style style:name="P1" style:family="paragraph" style:parent-style-name="Title"/>
  <style:style style:name="Code1" style:family="paragraph" style:parent-style-name="Preformatted_20_Text"/>
  <style:style style:name="hiddenSheet" style:family="table"><style:table-properties table:display="false"/></style:style>
  <style:style style:name="hiddenSlide" style:family="drawing-page">
    <style:drawing-page-properties presentation:visibility="hidden"/></style:style>
  <text:list-style style:name="N"><text:list-level-style-number text:level="1" style:num-format="1" style:num-suffix="."/>
    <text:list-level-style-number text:level="2" style:num-format="a" style:num-prefix="(" style:num-suffix=")"/></text:list-style>
  <text:list-style style:name="B"><text:list-level-style-bullet text:level="1"/></text:list-style>
</office:styles></office:document-styles>`;

function odf(body: string, more: Readonly<Record<string, string>> = {}): Uint8Array {
  return zipOf({
    'content.xml': `<office:document-content><office:body>${body}</office:body></office:document-content>`,
    'styles.xml': STYLES,
    ...more,
  });
}

const textFile = (body: string, more?: Readonly<Record<string, string>>) =>
  parsedWith(parseOdf, odf(`<office:text>${body}</office:text>`, more));
const p = (text: string, style = '') => `<text:p text:style-name="${style}">${text}</text:p>`;

test('a text has its title, headings, spaces, code and quotes', async () => {
  const { blocks, title } = await textFile(
    `<text:table-of-content>${p('Scope 1')}</text:table-of-content>` +
      p('Work rules', 'P1') +
      '<text:h text:outline-level="2"><text:number>1.1</text:number>Scope</text:h>' +
      p('one<text:s text:c="3"/>two<text:line-break/><text:span>three</text:span>') +
      p('a = 1', 'Code1') +
      p('b = 2', 'Code1') +
      p('Said', 'Quotations'),
  );
  assert.equal(title, 'Work rules');
  assert.deepEqual(blocks, [
    { type: 'heading', level: 1, text: 'Work rules' },
    { type: 'heading', level: 2, text: '1.1 Scope' },
    { type: 'paragraph', text: 'one two\nthree' },
    { type: 'code', text: 'a = 1\nb = 2' },
    { type: 'quote', text: 'Said' },
  ]);
});

test('lists nest and number as their styles say', async () => {
  const item = (content: string) => `<text:list-item>${content}</text:list-item>`;
  const list = (style: string, items: string, more = '') =>
    `<text:list text:style-name="${style}" ${more}>${items}</text:list>`;
  const { blocks } = await textFile(
    list('N', item(p('one')) + item(p('two'))) +
      p('between') +
      list('N', item(p('three') + list('N', item(p('deeper')))), 'text:continue-numbering="true"') +
      list('B', item(p('bullet'))),
  );
  assert.deepEqual(
    blocks.flatMap((block) => (block.type === 'list' ? [[block.ordered, ...block.items]] : [])),
    [
      [true, { text: 'one', depth: 0 }, { text: 'two', depth: 0 }],
      [false, { text: '3. three', depth: 0 }, { text: '(a) deeper', depth: 1 }],
      [false, { text: 'bullet', depth: 0 }],
    ],
  );
});

test('notes, comments, boxes and formulas stand where they are anchored', async () => {
  const note = `<text:note text:note-class="footnote"><text:note-citation>1</text:note-citation>
    <text:note-body>${p('Source A')}</text:note-body></text:note>`;
  const comment = `<office:annotation><dc:creator>佐藤</dc:creator>${p('Sure?')}</office:annotation>`;
  const box = `<draw:frame><draw:text-box>${p('In the box')}</draw:text-box><svg:desc>A red cat</svg:desc></draw:frame>`;
  const formula = '<draw:frame><draw:object xlink:href="./Object 1"/></draw:frame>';
  const { blocks } = await textFile(p(`Claim${note} more${comment}${box}${formula}`) + p('Next'), {
    'Object 1/content.xml':
      '<math><semantics><mi>E</mi><annotation encoding="StarMath 5.0">E = m c^2</annotation></semantics></math>',
  });
  assert.deepEqual(blocks, [
    { type: 'paragraph', text: 'Claim more E = m c^2' },
    { type: 'note', label: 'Footnote 1', text: 'Source A' },
    { type: 'note', label: 'Comment by 佐藤', text: 'Sure?' },
    { type: 'paragraph', text: 'A red cat' },
    { type: 'paragraph', text: 'In the box' },
    { type: 'paragraph', text: 'Next' },
  ]);
});

const cell = (text: string, attributes = '') =>
  `<table:table-cell ${attributes}>${text === '' ? '' : p(text)}</table:table-cell>`;
const row = (cells: string, attributes = '') => `<table:table-row ${attributes}>${cells}</table:table-row>`;

test('tables keep declared headers and fill merged cells', async () => {
  const { blocks } = await textFile(
    `<table:table><table:table-header-rows>${row(cell('Team') + cell('Load', 'table:number-columns-spanned="2"') + '<table:covered-table-cell/>')}</table:table-header-rows>
     ${row(cell('East', 'table:number-rows-spanned="2"') + cell('1') + cell('2'))}
     ${row('<table:covered-table-cell/>' + cell('3') + cell('4'))}</table:table>`,
  );
  assert.deepEqual(blocks, [
    {
      type: 'table',
      headerRows: 1,
      rows: [
        ['Team', 'Load', 'Load'],
        ['East', '1', '2'],
        ['East', '3', '4'],
      ],
    },
  ]);
});

test('sheets show what their cells show, skip their endless rest, and name what is hidden', async () => {
  const sheet = (name: string, rows: string, style = '') =>
    `<table:table table:name="${name}" table:style-name="${style}">${rows}</table:table>`;
  const { blocks, notices } = await parsedWith(
    parseOdf,
    odf(
      `<office:spreadsheet>${sheet(
        '売上',
        row(cell('Item') + cell('Price')) +
          row(
            cell('Pen') +
              `<table:table-cell office:value="120"><office:annotation><dc:creator>Sato</dc:creator>${p('net')}</office:annotation>${p('¥120')}</table:table-cell>` +
              cell('', 'table:number-columns-repeated="16380"'),
          ) +
          row(cell('', 'table:number-columns-repeated="16384"'), 'table:number-rows-repeated="1048574"'),
      )}${sheet('Old', row(cell('x') + cell('y')), 'hiddenSheet')}</office:spreadsheet>`,
    ),
  );
  const place = { sheet: '売上' };
  assert.deepEqual(blocks.slice(0, 3), [
    { type: 'heading', level: 2, text: '売上', place },
    {
      type: 'table',
      headerRows: 1,
      rows: [
        ['Item', 'Price'],
        ['Pen', '¥120'],
      ],
      place,
    },
    { type: 'note', label: 'Comment by Sato on B2', text: 'net', place },
  ]);
  assert.deepEqual(notices, ['Hidden sheets are included: Old.']);
});

test('slides have titles, points and speaker notes; hidden ones are named', async () => {
  const frame = (kind: string, content: string) =>
    `<draw:frame presentation:class="${kind}"><draw:text-box>${content}</draw:text-box></draw:frame>`;
  const { blocks, notices, title } = await parsedWith(
    parseOdf,
    odf(
      `<office:presentation><draw:page>${frame('outline', `<text:list text:style-name="B"><text:list-item>${p('Point')}</text:list-item></text:list>`)}
       ${frame('title', p('Plan'))}<presentation:notes>${frame('notes', p('Say hello'))}</presentation:notes></draw:page>
       <draw:page draw:style-name="hiddenSlide">${frame('subtitle', p('Loose'))}</draw:page></office:presentation>`,
    ),
  );
  assert.equal(title, 'Plan');
  assert.deepEqual(blocks, [
    { type: 'heading', level: 2, text: 'Plan', place: { slide: 1 } },
    { type: 'list', ordered: false, items: [{ text: 'Point', depth: 0 }], place: { slide: 1 } },
    { type: 'note', label: 'Notes', text: 'Say hello', place: { slide: 1 } },
    { type: 'heading', level: 2, text: 'Slide 2', place: { slide: 2 } },
    { type: 'paragraph', text: 'Loose', place: { slide: 2 } },
  ]);
  assert.deepEqual(notices, ['Hidden slides are included: 2.']);
});

test('says why a file cannot be read', async () => {
  const encryptedManifest =
    '<manifest:manifest><manifest:file-entry><manifest:encryption-data/></manifest:file-entry></manifest:manifest>';
  const cases: readonly (readonly [string, Uint8Array, string])[] = [
    ['password', odf('<office:text/>', { 'META-INF/manifest.xml': encryptedManifest }), 'CONTENT_ENCRYPTED'],
    ['password of ODF 1.4', zipOf({ 'encrypted-package': 'x' }), 'CONTENT_ENCRYPTED'],
    ['no content', zipOf({ 'meta.xml': '<a/>' }), 'CONTENT_DAMAGED'],
    ['no text', odf('<office:text/>'), 'CONTENT_WITHOUT_TEXT'],
    ['empty', new Uint8Array(), 'CONTENT_DAMAGED'],
  ];
  for (const [name, bytes, code] of cases)
    await assert.rejects(parsedWith(parseOdf, bytes), { code, kind: 'invalid-input' }, name);
});

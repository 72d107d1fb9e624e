import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parsedWith, relationsXml, zipOf } from '../containers/zip-fixture.ts';
import { parseDocx } from './docx.ts';

const STYLES = `<w:styles>
  <w:style w:type="paragraph" w:default="1" w:styleId="a"><w:name w:val="Normal"/></w:style>
  <w:style w:type="paragraph" w:styleId="1"><w:name w:val="heading 1"/><w:basedOn w:val="a"/><w:pPr>
    <w:numPr><w:numId w:val="1"/></w:numPr><w:outlineLvl w:val="0"/></w:pPr></w:style>
  <w:style w:type="paragraph" w:styleId="own"><w:name w:val="社内見出し"/><w:basedOn w:val="1"/><w:pPr>
    <w:numPr><w:ilvl w:val="1"/></w:numPr><w:outlineLvl w:val="1"/></w:pPr></w:style>
  <w:style w:type="paragraph" w:styleId="t"><w:name w:val="Title"/></w:style>
  <w:style w:type="paragraph" w:styleId="toc1"><w:name w:val="toc 1"/></w:style>
  <w:style w:type="paragraph" w:styleId="q"><w:name w:val="Intense Quote"/></w:style>
  <w:style w:type="paragraph" w:styleId="code"><w:name w:val="HTML Preformatted"/></w:style>
</w:styles>`;
const level = (at: number, format: string, text: string) =>
  `<w:lvl w:ilvl="${at}"><w:start w:val="1"/><w:numFmt w:val="${format}"/><w:lvlText w:val="${text}"/></w:lvl>`;
const abstract = (id: number, levels: string) =>
  `<w:abstractNum w:abstractNumId="${id}">${levels}</w:abstractNum>`;
const NUMBERING = `<w:numbering>
  ${abstract(0, level(0, 'decimal', '%1') + level(1, 'decimal', '%1.%2'))}
  ${abstract(1, level(0, 'bullet', '') + level(1, 'bullet', 'o'))}
  ${abstract(2, level(0, 'decimal', '%1.') + level(1, 'lowerLetter', '(%2)'))}
  ${abstract(3, level(0, 'japaneseCounting', '第%1条'))}
  ${[1, 2, 3, 4].map((id) => `<w:num w:numId="${id}"><w:abstractNumId w:val="${id - 1}"/></w:num>`).join('')}
  <w:num w:numId="5"><w:abstractNumId w:val="2"/>
    <w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride></w:num>
</w:numbering>`;

const p = (text: string, properties = '') =>
  `<w:p><w:pPr>${properties}</w:pPr><w:r><w:t>${text}</w:t></w:r></w:p>`;
const styled = (style: string, text: string) => p(text, `<w:pStyle w:val="${style}"/>`);
const item = (list: number, depth: number, text: string) =>
  p(text, `<w:numPr><w:ilvl w:val="${depth}"/><w:numId w:val="${list}"/></w:numPr>`);

function docx(body: string, more: Readonly<Record<string, string>> = {}): Uint8Array {
  return zipOf({
    '_rels/.rels': relationsXml({ r1: ['officeDocument', 'word/document.xml'] }),
    'word/document.xml': `<w:document><w:body>${body}<w:sectPr/></w:body></w:document>`,
    'word/_rels/document.xml.rels': relationsXml({
      r1: ['styles', 'styles.xml'],
      r2: ['numbering', 'numbering.xml'],
      r3: ['comments', 'comments.xml'],
      r4: ['footnotes', 'footnotes.xml'],
      r5: ['chart', 'charts/chart1.xml'],
    }),
    'word/styles.xml': STYLES,
    'word/numbering.xml': NUMBERING,
    ...more,
  });
}

async function blocksOf(body: string, more?: Readonly<Record<string, string>>) {
  return (await parsedWith(parseDocx, docx(body, more))).blocks;
}

test('headings come from inherited styles and own outline levels, with the numbers Word shows', async () => {
  const blocks = await blocksOf(
    styled('1', 'Scope') +
      styled('own', '目的') +
      styled('own', '範囲') +
      styled('1', 'Terms') +
      styled('own', '用語') +
      p('Loose', '<w:outlineLvl w:val="2"/>') +
      p('Taken out', '<w:pStyle w:val="1"/><w:numPr><w:numId w:val="0"/></w:numPr>'),
  );
  assert.deepEqual(
    blocks.map((block) => (block.type === 'heading' ? [block.level, block.text] : block)),
    [
      [1, '1 Scope'],
      [2, '1.1 目的'],
      [2, '1.2 範囲'],
      [1, '2 Terms'],
      [2, '2.1 用語'],
      [3, 'Loose'],
      [1, 'Taken out'],
    ],
  );
});

test('lists nest; plain counts go without saying, all other labels are part of the text', async () => {
  const blocks = await blocksOf(
    item(2, 0, 'one') +
      item(2, 1, 'one a') +
      p('between') +
      item(3, 0, 'first') +
      item(3, 0, 'second') +
      p('between') +
      item(3, 0, 'third') +
      item(3, 1, 'sub') +
      p('between') +
      item(5, 0, 'again first') +
      p('between') +
      item(4, 0, '目的') +
      item(4, 0, '定義'),
  );
  assert.deepEqual(
    blocks.flatMap((block) => (block.type === 'list' ? [[block.ordered, ...block.items]] : [])),
    [
      [false, { text: 'one', depth: 0 }, { text: 'one a', depth: 1 }],
      [true, { text: 'first', depth: 0 }, { text: 'second', depth: 0 }],
      [false, { text: '3. third', depth: 0 }, { text: '(a) sub', depth: 1 }],
      [true, { text: 'again first', depth: 0 }],
      [false, { text: '第一条 目的', depth: 0 }, { text: '第二条 定義', depth: 0 }],
    ],
  );
});

const cell = (text: string, properties = '') => `<w:tc><w:tcPr>${properties}</w:tcPr>${p(text)}</w:tc>`;
const row = (cells: string, properties = '') => `<w:tr><w:trPr>${properties}</w:trPr>${cells}</w:tr>`;

test('merged cells repeat in each of their places; declared header rows are headers', async () => {
  const [table] = await blocksOf(
    `<w:tbl>${
      row(cell('Region') + cell('Sales', '<w:gridSpan w:val="2"/>'), '<w:tblHeader/>') +
      row(cell('East', '<w:vMerge w:val="restart"/>') + cell('1') + cell('2')) +
      row(cell('', '<w:vMerge/>') + cell('3') + cell('4'))
    }</w:tbl>`,
  );
  assert.deepEqual(table, {
    type: 'table',
    headerRows: 1,
    rows: [
      ['Region', 'Sales', 'Sales'],
      ['East', '1', '2'],
      ['East', '3', '4'],
    ],
  });
});

test('a table of one cell is a frame around text; tables in cells are read in their place', async () => {
  const inner = `<w:tbl>${row(cell('x') + cell('y'))}</w:tbl>`;
  const blocks = await blocksOf(
    `<w:tbl>${row(cell('Framed'))}</w:tbl><w:tbl>${row(cell('a') + `<w:tc>${p('b')}${inner}</w:tc>`)}</w:tbl>`,
  );
  assert.deepEqual(blocks, [
    { type: 'paragraph', text: 'Framed' },
    { type: 'table', headerRows: 0, rows: [['a', 'b x y']] },
  ]);
});

test('footnotes and comments stand after the paragraph that marks them; unmarked ones at the end', async () => {
  const blocks = await blocksOf(
    `<w:p><w:r><w:t>Claim</w:t></w:r><w:r><w:footnoteReference w:id="2"/></w:r>
     <w:r><w:t xml:space="preserve"> more</w:t></w:r><w:r><w:commentReference w:id="0"/></w:r></w:p>${p('Next')}`,
    {
      'word/footnotes.xml': `<w:footnotes><w:footnote w:type="separator" w:id="0">${p('-')}</w:footnote>
        <w:footnote w:id="2">${p('Source A')}</w:footnote></w:footnotes>`,
      'word/comments.xml': `<w:comments><w:comment w:id="0" w:author="Sato">${p('Is this so?')}</w:comment>
        <w:comment w:id="1" w:author="">${p('Reply')}</w:comment></w:comments>`,
    },
  );
  assert.deepEqual(blocks, [
    { type: 'paragraph', text: 'Claim more' },
    { type: 'note', label: 'Footnote 1', text: 'Source A' },
    { type: 'note', label: 'Comment by Sato', text: 'Is this so?' },
    { type: 'paragraph', text: 'Next' },
    { type: 'note', label: 'Comment', text: 'Reply' },
  ]);
});

test('deleted text is gone, inserted text is there, hidden text is left out and named', async () => {
  const { blocks, notices } = await parsedWith(
    parseDocx,
    docx(
      `<w:p><w:r><w:t>kept </w:t></w:r><w:del><w:r><w:delText>gone </w:delText></w:r></w:del>
       <w:ins><w:r><w:t>added</w:t></w:r></w:ins><w:r><w:rPr><w:vanish/></w:rPr><w:t>secret</w:t></w:r></w:p>`,
    ),
  );
  assert.deepEqual(blocks, [{ type: 'paragraph', text: 'kept added' }]);
  assert.deepEqual(notices, ['Hidden text is left out.']);
});

test('a text box is read once though it is stored twice; charts and picture texts follow their paragraph', async () => {
  const box = `<w:txbxContent>${p('In the box')}</w:txbxContent>`;
  const values = (name: string, ...points: readonly string[]) =>
    `<c:${name}><c:cache>${points.map((text, index) => `<c:pt idx="${index}"><c:v>${text}</c:v></c:pt>`).join('')}</c:cache></c:${name}>`;
  const blocks = await blocksOf(
    `<w:p><w:r><w:t>Anchor</w:t></w:r><w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing>
      <wp:docPr descr="A red cat"/><wps:txbx>${box}</wps:txbx></w:drawing></mc:Choice>
      <mc:Fallback><w:pict><v:textbox>${box}</v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r>
      <w:r><w:drawing><c:chart r:id="r5"/></w:drawing></w:r></w:p>`,
    {
      'word/charts/chart1.xml': `<c:chartSpace><c:title><a:p><a:r><a:t>Sales</a:t></a:r></a:p></c:title>
        <c:ser>${values('tx', '2024')}${values('cat', 'East', 'West')}${values('val', '5', '7')}</c:ser></c:chartSpace>`,
    },
  );
  assert.deepEqual(blocks, [
    { type: 'paragraph', text: 'Anchor' },
    { type: 'paragraph', text: 'A red cat' },
    { type: 'paragraph', text: 'In the box' },
    {
      type: 'table',
      caption: 'Sales',
      headerRows: 1,
      rows: [
        ['', 'East', 'West'],
        ['2024', '5', '7'],
      ],
    },
  ]);
});

test('formulas are written in one line', async () => {
  const r = (text: string) => `<m:r><m:t>${text}</m:t></m:r>`;
  const blocks = await blocksOf(
    `<w:p><w:r><w:t>So</w:t></w:r><m:oMath>${r('x=')}<m:f><m:num>${r('a+b')}</m:num><m:den>${r('2')}</m:den></m:f>${r('+')}
     <m:sSup><m:e>${r('y')}</m:e><m:sup>${r('2')}</m:sup></m:sSup><m:rad><m:deg/><m:e>${r('z')}</m:e></m:rad></m:oMath></w:p>`,
  );
  assert.deepEqual(blocks, [{ type: 'paragraph', text: 'So x=(a+b)/2+y^2√(z)' }]);
});

test('quotes, code and a table of contents are known by their styles', async () => {
  const blocks = await blocksOf(
    styled('toc1', 'Scope .... 3') +
      styled('q', 'Said') +
      styled('code', 'a = 1') +
      styled('code', 'b = 2') +
      p('End'),
  );
  assert.deepEqual(blocks, [
    { type: 'quote', text: 'Said' },
    { type: 'code', text: 'a = 1\nb = 2' },
    { type: 'paragraph', text: 'End' },
  ]);
});

test("the title is the title page's; a stated one serves when it was not set by a program", async () => {
  const core = (title: string) =>
    `<cp:coreProperties><dc:title>${title}</dc:title><dc:creator>田中;Suzuki</dc:creator><cp:keywords>a, b</cp:keywords>
     <dcterms:created>2024-05-01T09:00:00Z</dcterms:created></cp:coreProperties>`;
  const titled = async (body: string, title: string) =>
    parsedWith(parseDocx, docx(body, { 'docProps/core.xml': core(title) }));
  const stated = await titled(p('Text'), '就業規則');
  assert.deepEqual(
    [stated.title, stated.authors, stated.labels, stated.createdAt],
    ['就業規則', ['田中', 'Suzuki'], ['a', 'b'], '2024-05-01T09:00:00.000Z'],
  );
  assert.equal((await titled(styled('t', 'On the page') + p('x'), 'Stale')).title, 'On the page');
  assert.equal((await titled(styled('1', 'First'), 'Microsoft Word - Document1')).title, '1 First');
  assert.equal((await titled(p('Text'), 'Document1')).title, undefined);
});

test('reading ends at the allowed number of characters and says so', async () => {
  const body = p('0123456789').repeat(100);
  const { blocks, notices } = await parsedWith(parseDocx, docx(body), { maxCharacters: 95 });
  assert.equal(blocks.length, 10);
  assert.deepEqual(notices, ['The text is cut after 95 characters.']);
});

test('says why a file cannot be read', async () => {
  const header = Buffer.concat([Buffer.from('d0cf11e0a1b11ae1', 'hex'), Buffer.alloc(504)]);
  const ole = (stream: string) => Buffer.concat([header, Buffer.from(stream, 'utf16le')]);
  const good = docx(p('text '.repeat(500)));
  const cases: readonly (readonly [string, Uint8Array, string])[] = [
    ['password', ole('EncryptedPackage'), 'CONTENT_ENCRYPTED'],
    ['old binary format', ole('WordDocument'), 'FORMAT_UNSUPPORTED'],
    ['empty', new Uint8Array(), 'CONTENT_DAMAGED'],
    ['cut off', good.subarray(0, good.length / 2), 'CONTENT_DAMAGED'],
    ['another kind of zip', zipOf({ 'a.txt': 'x' }), 'CONTENT_DAMAGED'],
    ['no text', docx('<w:p/>'), 'CONTENT_WITHOUT_TEXT'],
    ['plain text', Buffer.from('not a document'), 'CONTENT_DAMAGED'],
  ];
  for (const [name, bytes, code] of cases)
    await assert.rejects(parsedWith(parseDocx, bytes), { code, kind: 'invalid-input' }, name);
});

test('entity bombs stay text', async () => {
  const xml = `<!DOCTYPE d [<!ENTITY a "boom"><!ENTITY b "&a;&a;">]><w:document><w:body>${p('say &b;')}</w:body></w:document>`;
  assert.deepEqual(await blocksOf('', { 'word/document.xml': xml }), [
    { type: 'paragraph', text: 'say &b;' },
  ]);
});

test('hostile nesting ends without a full stack', async () => {
  const depth = 5_000;
  const nested = `${'<w:tbl><w:tr><w:tc>'.repeat(depth)}${p('deep')}${'</w:tc></w:tr></w:tbl>'.repeat(depth)}`;
  const runs = `<w:p>${'<w:smartTag>'.repeat(depth)}<w:r><w:t>x</w:t></w:r>${'</w:smartTag>'.repeat(depth)}</w:p>`;
  assert.deepEqual(await blocksOf(p('top') + nested + runs), [{ type: 'paragraph', text: 'top' }]);
});

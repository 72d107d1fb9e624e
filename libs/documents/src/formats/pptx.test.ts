import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parsedWith, relationsXml, zipOf } from '../containers/zip-fixture.ts';
import { parsePptx } from './pptx.ts';

const line = (text: string, level = 0) => `<a:p><a:pPr lvl="${level}"/><a:r><a:t>${text}</a:t></a:r></a:p>`;
const shape = (lines: string, placeholder = '') =>
  `<p:sp><p:nvSpPr><p:nvPr>${placeholder && `<p:ph type="${placeholder}"/>`}</p:nvPr></p:nvSpPr><p:txBody>${lines}</p:txBody></p:sp>`;
const slide = (shapes: string, attributes = '') =>
  `<p:sld ${attributes}><p:cSld><p:spTree>${shapes}</p:spTree></p:cSld></p:sld>`;
const graphic = (content: string) =>
  `<p:graphicFrame><a:graphic><a:graphicData>${content}</a:graphicData></a:graphic></p:graphicFrame>`;

/** Slides are shown in the order given; their files are numbered backwards, as after moving slides about. */
function pptx(slides: readonly string[], more: Readonly<Record<string, string>> = {}): Uint8Array {
  const files = slides.map((_, index) => `slide${slides.length - index}.xml`);
  const ids = files.map((_, index) => `<p:sldId r:id="s${index}"/>`).join('');
  return zipOf({
    '_rels/.rels': relationsXml({ r1: ['officeDocument', 'ppt/presentation.xml'] }),
    'ppt/presentation.xml': `<p:presentation><p:sldIdLst>${ids}</p:sldIdLst></p:presentation>`,
    'ppt/_rels/presentation.xml.rels': relationsXml({
      ...Object.fromEntries(
        files.map((file, index) => [`s${index}`, ['slide', `slides/${file}`] as [string, string]]),
      ),
      a: ['authors', 'authors.xml'],
    }),
    ...Object.fromEntries(files.map((file, index) => [`ppt/slides/${file}`, slides[index] ?? ''])),
    ...more,
  });
}

test('slides come in the order they are shown, title first, points with their levels', async () => {
  const { blocks, title } = await parsedWith(
    parsePptx,
    pptx([
      slide(shape(line('Body before title')) + shape(line('Plan'), 'ctrTitle')),
      slide(
        shape(line('Steps'), 'title') +
          shape(line('One') + line('Half', 1), 'body') +
          shape(line('3'), 'sldNum'),
      ),
    ]),
  );
  assert.equal(title, 'Plan');
  assert.deepEqual(blocks, [
    { type: 'heading', level: 2, text: 'Plan', place: { slide: 1 } },
    { type: 'paragraph', text: 'Body before title', place: { slide: 1 } },
    { type: 'heading', level: 2, text: 'Steps', place: { slide: 2 } },
    {
      type: 'list',
      ordered: false,
      items: [
        { text: 'One', depth: 0 },
        { text: 'Half', depth: 1 },
      ],
      place: { slide: 2 },
    },
  ]);
});

test('a slide without a title starts a section of its own', async () => {
  const { blocks } = await parsedWith(
    parsePptx,
    pptx([slide(shape(line('A'), 'title')), slide(shape(line('Loose')))]),
  );
  assert.deepEqual(blocks.at(-2), { type: 'heading', level: 2, text: 'Slide 2', place: { slide: 2 } });
});

test('groups are opened, the newer of two forms is read, pictures say their description', async () => {
  const { blocks } = await parsedWith(
    parsePptx,
    pptx([
      slide(
        `<p:grpSp>${shape(line('In a group'))}<p:grpSp>${shape(line('Deeper'))}</p:grpSp></p:grpSp>
         <mc:AlternateContent><mc:Choice>${shape(line('New'))}</mc:Choice><mc:Fallback>${shape(line('Old'))}</mc:Fallback></mc:AlternateContent>
         <p:pic><p:nvPicPr><p:cNvPr descr="A red cat"/></p:nvPicPr></p:pic>`,
      ),
    ]),
  );
  assert.deepEqual(
    blocks.map((block) => ('text' in block ? block.text : block)),
    ['Slide 1', 'In a group', 'Deeper', 'New', 'A red cat'],
  );
});

test('tables fill merged cells', async () => {
  const cell = (text: string, attributes = '') =>
    `<a:tc ${attributes}><a:txBody>${line(text)}</a:txBody></a:tc>`;
  const { blocks } = await parsedWith(
    parsePptx,
    pptx([
      slide(
        graphic(`<a:tbl><a:tblPr firstRow="1"/>
        <a:tr>${cell('Team')}${cell('Load', 'gridSpan="2"')}${cell('', 'hMerge="1"')}</a:tr>
        <a:tr>${cell('East', 'rowSpan="2"')}${cell('1')}${cell('2')}</a:tr>
        <a:tr>${cell('', 'vMerge="1"')}${cell('3')}${cell('4')}</a:tr></a:tbl>`),
      ),
    ]),
  );
  assert.deepEqual(blocks[1], {
    type: 'table',
    headerRows: 1,
    rows: [
      ['Team', 'Load', 'Load'],
      ['East', '1', '2'],
      ['East', '3', '4'],
    ],
    place: { slide: 1 },
  });
});

test('notes, comments with replies, charts and diagrams belong to their slide', async () => {
  const { blocks } = await parsedWith(
    parsePptx,
    pptx(
      [
        slide(
          shape(line('Results'), 'title') +
            graphic('<c:chart r:id="c"/>') +
            graphic('<dgm:relIds r:dm="d"/>'),
        ),
      ],
      {
        'ppt/slides/_rels/slide1.xml.rels': relationsXml({
          n: ['notesSlide', '../notesSlides/notesSlide1.xml'],
          m: ['comments', '../comments/modernComment_1.xml'],
          c: ['chart', '../charts/chart1.xml'],
          d: ['diagramData', '/ppt/diagrams/data1.xml'],
        }),
        'ppt/notesSlides/notesSlide1.xml': slide(
          shape(line('1'), 'sldNum') + shape(line('Say hello.') + line('Pause.'), 'body'),
        ),
        'ppt/authors.xml': '<p188:authorLst><p188:author id="{1}" name="鈴木"/></p188:authorLst>',
        'ppt/comments/modernComment_1.xml': `<p188:cmLst><p188:cm authorId="{1}"><p188:replyLst><p188:reply authorId="{2}">
          <p188:txBody>${line('Yes')}</p188:txBody></p188:reply></p188:replyLst><p188:txBody>${line('Sure?')}</p188:txBody></p188:cm></p188:cmLst>`,
        'ppt/charts/chart1.xml': `<c:chartSpace><c:ser><c:tx><c:v>Sales</c:v></c:tx>
          <c:val><c:numLit><c:pt idx="0"><c:v>5</c:v></c:pt></c:numLit></c:val></c:ser></c:chartSpace>`,
        'ppt/diagrams/data1.xml': `<dgm:dataModel><dgm:ptLst><dgm:pt><dgm:t>${line('Plan')}</dgm:t></dgm:pt><dgm:pt/></dgm:ptLst></dgm:dataModel>`,
      },
    ),
  );
  const place = { slide: 1 };
  assert.deepEqual(blocks.slice(1), [
    { type: 'table', headerRows: 0, rows: [['Sales', '5']], place },
    { type: 'list', ordered: false, items: [{ text: 'Plan', depth: 0 }], place },
    { type: 'note', label: 'Notes', text: 'Say hello.\nPause.', place },
    { type: 'note', label: 'Comment by 鈴木', text: 'Sure?', place },
    { type: 'note', label: 'Comment', text: 'Yes', place },
  ]);
});

test('hidden slides are read and named; slides beyond the limit are counted', async () => {
  const slides = ['A', 'B', 'C'].map((text, index) =>
    slide(shape(line(text)), index === 1 ? 'show="0"' : ''),
  );
  const all = await parsedWith(parsePptx, pptx(slides));
  assert.deepEqual(all.notices, ['Hidden slides are included: 2.']);
  const some = await parsedWith(parsePptx, pptx(slides), { maxPages: 1 });
  assert.deepEqual(some.notices, ['Only the first 1 of 3 slides were read.']);
  assert.equal(some.blocks.length, 2);
});

test('says why a presentation cannot be read', async () => {
  const cases: readonly (readonly [Uint8Array, string])[] = [
    [pptx([]), 'CONTENT_DAMAGED'],
    [pptx([slide('')]), 'CONTENT_WITHOUT_TEXT'],
    [zipOf({ 'word/document.xml': '' }), 'CONTENT_DAMAGED'],
    [Buffer.from('d0cf11e0a1b11ae1', 'hex'), 'FORMAT_UNSUPPORTED'],
    [new Uint8Array(), 'CONTENT_DAMAGED'],
  ];
  for (const [bytes, code] of cases) await assert.rejects(parsedWith(parsePptx, bytes), { code });
});

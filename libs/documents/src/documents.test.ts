import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import type { Block } from '@fumikura/model';
import { blocks } from './testing/blocks.ts';
import { createDocumentPipeline, DEFAULT_LIMITS, prepareBlocks, prepareContent } from './index.ts';

const samples = fileURLToPath(new URL('../../../../shared/samples/', import.meta.url));
const skipSamples = existsSync(samples) ? false : 'the sample files do not lie beside this checkout';

const prepare = (fileName: string, text: string | Uint8Array) =>
  prepareContent({ fileName, bytes: typeof text === 'string' ? Buffer.from(text) : text }, DEFAULT_LIMITS);

/** File → what its text must hold, in this order. */
const EXPECTED: Readonly<Record<string, readonly string[]>> = {
  'markitdown__test.docx': ['AutoGen: Enabling Next-Gen LLM Applications', 'Abstract'],
  'markitdown__test.pptx': ['AutoGen: Enabling Next-Gen LLM Applications'],
  'markitdown__test.xlsx': ['| Alpha | Beta | Gamma | Delta |', '| 89 | 82 | 100 | 12 |'],
  'markitdown__test.xls': ['| Alpha | Beta | Gamma | Delta |', '| 89 | 82 | 100 | 12 |'],
  'markitdown__test.pdf': ['Large language models (LLMs) are becoming a crucial building block'],
  'markitdown__SPARSE-2024-INV-1234_borderless_table.pdf': ['INVENTORY RECONCILIATION REPORT', 'SKU-8847'],
  'markitdown__test_outlook_msg.msg': ['This is the body of the test email message'],
  'markitdown__test_blog.html': ['Does Model and Inference Parameter Matter in LLM Applications?', 'TL;DR'],
  'markitdown__test_mskanji.csv': ['| 名前 | 年齢 | 住所 |', '| 髙橋淳 | 35 | 名古屋 |'],
  'mammoth__tables.docx': ['Above', 'Top left', 'Bottom right', 'Below'],
  'mammoth__footnotes.docx': ['Ouch', 'A tachyon walks into a bar.'],
  'docling__unit_test_headers_numbered.docx': ['Test Document', 'Section 1', 'Section 1.2.3', 'Section 2'],
  'docling__powerpoint_comments.pptx': ['Test Slide With Comments', 'This is a sample reviewer comment'],
  'docling__xlsx_01.xlsx': ['## Sheet1', '| first | second | third |'],
  'docling__eml_with_attachment.eml': ['Hello Bob,', 'Best regards,'],
  'docling__text_document_01.odt': ['heading level 1', 'Lorem Ipsum is simply dummy text'],
  'sample-files__pdflatex-4-pages.pdf': ['here is some text without a meaning'],
  'sample-files__google-doc-document.pdf': ['Beautiful is better than ugly'],
  'sample-files__multicolumn.pdf': ['Two-Column Document', 'Abstract'],
  'pdfminer__zen_of_python_corrupted.pdf': ['Beautiful is better than ugly', 'one honking great idea'],
  'pdfminer__simple3.pdf': ['Hello', 'World', 'あいうえお'],
  'md2conf__basic.xml': ['Basic features', 'bold, italic, monospace'],
  'md2conf__table.xml': ['| Arabic | Roman |', '| 1986 | MCMLXXXVI |'],
  'md2conf__panel.xml': ['Admonitions', 'This is an information panel with an explicit title.'],
  'atla__common.adf.json': ['# Deployment', '- Build', '| Status | Done |', 'cargo test'],
  'adf-schema__expand-with-nestedExpand.json': ['Expand title', 'Nested Expand Title'],
  'adf-schema__layoutSection-with-three-columns.json': ['First Column', 'Second Column', 'Third Column'],
  'coding-standards__OpenAPI_Specification_2.0.md': ['# はじめに', 'OpenAPI Specification 2.0'],
};
const REFUSED: Readonly<Record<string, string>> = {
  'docling__ocr_test.pdf': 'CONTENT_WITHOUT_TEXT',
  'sample-files__libreoffice-writer-password.pdf': 'CONTENT_ENCRYPTED',
};

describe('sample files', { skip: skipSamples }, () => {
  for (const [name, parts] of Object.entries(EXPECTED)) {
    it(`reads ${name}`, async () => {
      const { text } = await prepare(name, readFileSync(samples + name));
      let at = 0;
      for (const part of parts) {
        const found = text.indexOf(part, at);
        assert.ok(found >= 0, `"${part}" is not where it should be in: ${text.slice(0, 600)}`);
        at = found;
      }
    });
  }

  for (const [name, code] of Object.entries(REFUSED)) {
    it(`says why ${name} has no text`, () =>
      assert.rejects(prepare(name, readFileSync(samples + name)), { code }));
  }

  it('leaves navigation and scripts of a page out', async () => {
    const { text } = await prepare('blog.html', readFileSync(`${samples}markitdown__test_blog.html`));
    assert.ok(!/googletagmanager|Skip to main content|function\s*\(/u.test(text));
  });

  it('names the attachment of a mail and the hidden sheet of a workbook', async () => {
    const mail = await prepare('m.eml', readFileSync(`${samples}docling__eml_with_attachment.eml`));
    assert.deepEqual(
      mail.attachments?.map(({ fileName }) => fileName),
      ['test.txt'],
    );
    const book = await prepare('b.xlsx', readFileSync(`${samples}docling__xlsx_01.xlsx`));
    assert.ok(book.notices.some((notice) => notice.includes('Sheet4')));
  });
});

describe('text formats', () => {
  it('reads Markdown with front matter, nested lists, tables, code and entities', async () => {
    const source =
      '---\ntitle: Named\ntags: [a, b]\nauthor: Mika\n---\n\n# Head\n\n- one\n  - two\n\n| x | y |\n|---|---|\n| 1 | a &amp; b |\n\n```sh\nls -l\n```\n\n[link](http://x) ![alt text](y.png)';
    const { title, labels, authors, text, outline } = await prepare('a.md', source);
    assert.deepEqual(
      [title, labels, authors, outline.map(({ heading }) => heading)],
      ['Named', ['a', 'b'], ['Mika'], ['Head']],
    );
    for (const part of ['- one\n  - two', '| x | y |\n| 1 | a & b |', '```sh\nls -l\n```', 'link alt text'])
      assert.ok(text.includes(part), text);
  });

  it('[content.hostile] lets no active or hidden part of HTML through, also after decoding', async () => {
    const page =
      '<body><nav>menu</nav><p>seen &lt;b&gt;</p><script>alert(1)</script><p style="display:none">hidden</p><p hidden>also</p><div aria-hidden="true">too</div><iframe src=x></iframe></body>';
    assert.equal((await prepare('a.html', page)).text, 'seen <b>');
  });

  it('repeats merged cells and finds header rows', async () => {
    const page =
      '<table><tr><th>a</th><th>b</th></tr><tr><td rowspan=2>x</td><td>1</td></tr><tr><td>2</td></tr></table>';
    assert.equal((await prepare('a.html', page)).text, '| a | b |\n| x | 1 |\n| x | 2 |');
  });

  it('goes by content when the name is wrong, and refuses what it cannot read by naming what it can', async () => {
    await assert.rejects(prepare('a.pdf', 'plain text, no pdf'), { code: 'CONTENT_DAMAGED' });
    await assert.rejects(
      prepare('a.png', Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0, 0, 0, 0)),
      (error: { code: string; publicMessage: string }) => {
        assert.equal(error.code, 'FORMAT_UNSUPPORTED');
        return error.publicMessage.includes('Markdown');
      },
    );
    await assert.rejects(prepare('a.docx', Uint8Array.of(0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1)), {
      code: 'CONTENT_ENCRYPTED',
    });
    assert.match((await prepare('unknown.xyz', 'just text')).text, /just text/);
  });

  it('leaves badges beside a Markdown heading out of it, but no picture that is all of it', async () => {
    const badge = '[![Build status](https://x/b.svg)](https://x)';
    assert.equal((await prepare('a.md', `# minimist ${badge} ![npm](n.svg)`)).title, 'minimist');
    assert.equal((await prepare('a.md', `# [acorn](https://x) ${badge}`)).title, 'acorn');
    assert.equal((await prepare('a.md', '# ![The logo](l.svg)')).title, 'The logo');
  });

  it('gets through deep nesting and long lines', async () => {
    await prepare('a.md', '> '.repeat(20_000) + 'x');
    await prepare('a.md', `${'- '.repeat(5_000)}x`);
    await prepare('a.html', '<div>'.repeat(20_000) + 'x');
    await prepare('a.md', 'word '.repeat(400_000));
  });
});

describe('chunks', () => {
  it('cover the text once, in order, without overlap, and cut no character', () => {
    fc.assert(
      fc.property(blocks, (made) => {
        const { text, chunks } = prepareBlocks(made, DEFAULT_LIMITS);
        let at = 0;
        for (const [index, { start, end, ordinal }] of chunks.entries()) {
          assert.equal(ordinal, index);
          assert.ok(start >= at && end > start && end <= text.length);
          assert.equal(text.slice(at, start).trim(), '', 'nothing but blanks between chunks');
          assert.ok(text.slice(start, end).isWellFormed());
          at = end;
        }
        assert.equal(text.slice(at).trim(), '');
      }),
    );
  });

  it('repeat the header of a table that is cut, and stay below the limit', () => {
    const rows = [
      ['name', 'value'],
      ...Array.from({ length: 200 }, (_, at) => [`row ${at}`, 'some words that take room']),
    ];
    const { chunks, text } = prepareBlocks([{ type: 'table', headerRows: 1, rows }], DEFAULT_LIMITS);
    assert.ok(chunks.length > 2);
    assert.ok(chunks.slice(1).every(({ context }) => context === '| name | value |'));
    assert.ok(chunks.every(({ start, end }) => text.slice(start, end).length <= 2_200));
  });

  it('keep a heading with what follows and know the headings above', () => {
    const section = (name: string): Block[] => [
      { type: 'heading', level: 2, text: name },
      { type: 'paragraph', text: `${name} text` },
    ];
    const { chunks, text } = prepareBlocks(
      [{ type: 'heading', level: 1, text: 'Top' }, ...section('One'), ...section('Two')],
      DEFAULT_LIMITS,
    );
    assert.deepEqual(
      chunks.map(({ start, end }) => text.slice(start, end)),
      ['# Top\n\n## One\n\nOne text', '## Two\n\nTwo text'],
    );
    assert.deepEqual(chunks[1]?.headingPath, ['Top']);
  });
});

describe('the pipeline', () => {
  const signal = new AbortController().signal;

  it('[content.limits] ends a file that takes too long, and goes on with the next', async () => {
    const pipeline = createDocumentPipeline({ workers: 1, limits: { timeoutMs: 1 } });
    const slow = pipeline.prepare(
      { fileName: 'a.md', bytes: Buffer.from('word '.repeat(2_000_000)) },
      signal,
    );
    await assert.rejects(slow, { code: 'PARSE_TIMEOUT' });
    await pipeline.close();
  });

  it('[content.limits] survives a file that needs more memory than it may have', async () => {
    const pipeline = createDocumentPipeline({ workers: 1, maxHeapMb: 24 });
    const heavy = pipeline.prepare(
      { fileName: 'a.md', bytes: Buffer.from('- item\n'.repeat(1_000_000)) },
      signal,
    );
    await assert.rejects(heavy, (error: { code: string }) =>
      ['CONTENT_TOO_LARGE', 'PARSE_FAILED'].includes(error.code),
    );
    assert.match(
      (await pipeline.prepare({ fileName: 'b.md', bytes: Buffer.from('# fine') }, signal)).text,
      /fine/,
    );
    await pipeline.close();
  });

  it('refuses what is too large before it is read, and stops when cancelled', async () => {
    const pipeline = createDocumentPipeline({ workers: 1, limits: { maxBytes: 10 } });
    await assert.rejects(pipeline.prepare({ fileName: 'a.md', bytes: Buffer.alloc(11) }, signal), {
      code: 'CONTENT_TOO_LARGE',
    });
    await assert.rejects(
      pipeline.prepare({ fileName: 'a.md', bytes: Buffer.alloc(1) }, AbortSignal.abort()),
      { code: 'CANCELLED' },
    );
    await pipeline.close();
  });
});

describe('the kind of a text', () => {
  const titleOf = async (fileName: string, mediaType: string) =>
    (await prepareContent({ fileName, mediaType, bytes: Buffer.from('# Heading\n\ntext') }, DEFAULT_LIMITS))
      .title;

  it('is what its name says when it is only declared as some text', async () => {
    assert.equal(await titleOf('notes.md', 'text/plain'), 'Heading');
    assert.equal(await titleOf('notes.md', 'text/plain; charset=utf-8'), 'Heading');
    assert.equal(await titleOf('notes', 'text/plain'), undefined);
    assert.equal(await titleOf('notes.txt', 'text/markdown'), 'Heading', 'a declared kind wins over a name');
  });
});

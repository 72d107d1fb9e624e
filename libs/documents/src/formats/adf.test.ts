import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readAdf } from './adf.ts';
import type { AdfNode } from './adf.ts';

const text = (value: string): AdfNode => ({ type: 'text', text: value });
const paragraph = (value: string): AdfNode => ({ type: 'paragraph', content: [text(value)] });
const cell = (type: string, value: string): AdfNode => ({ type, content: [paragraph(value)] });
const row = (...content: AdfNode[]): AdfNode => ({ type: 'tableRow', content });
const read = (...content: AdfNode[]) => readAdf({ type: 'doc', content });

describe('ADF', () => {
  it('counts the rows of a table that shows their numbers', () => {
    const rows = [
      row(cell('tableHeader', 'Step')),
      row(cell('tableCell', 'Build')),
      row(cell('tableCell', 'Ship')),
    ];
    const numbered: AdfNode = { type: 'table', attrs: { isNumberColumnEnabled: true }, content: rows };
    assert.deepEqual(read(numbered), [
      {
        type: 'table',
        headerRows: 1,
        rows: [
          ['', 'Step'],
          ['1', 'Build'],
          ['2', 'Ship'],
        ],
      },
    ]);
    const [plain] = read({ ...numbered, attrs: {} });
    assert.deepEqual(plain?.type === 'table' && plain.rows, [['Step'], ['Build'], ['Ship']]);
  });

  const macro = (extensionKey: string, macroParams: object, content?: readonly AdfNode[]): AdfNode => ({
    type: content ? 'bodiedExtension' : 'extension',
    attrs: { extensionKey, text: 'label', parameters: { macroParams } },
    ...(content && { content }),
  });

  it('keeps what a macro of the page says: title, plain body, rich body', () => {
    const code = macro('code', { __bodyContent: { value: 'make all' }, language: { value: 'sh' } });
    assert.deepEqual(read(code), [{ type: 'code', text: 'make all', language: 'sh' }]);
    const panel = macro('panel', { title: { value: 'Mind' } }, [paragraph('the gap')]);
    assert.deepEqual(
      read(panel).map((block) => 'text' in block && block.text),
      ['Mind', 'label', 'the gap'],
    );
  });

  it('keeps nothing of macros that show other pages', () => {
    for (const key of ['excerpt-include', 'include', 'children', 'toc'])
      assert.deepEqual(read(macro(key, { title: { value: 'Salaries' } })), [], key);
  });
});

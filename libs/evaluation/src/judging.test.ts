import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readSheet, renderSheet } from './judging.ts';

const row = (query: string, document: string, title = 'A title') => ({
  query,
  document,
  question: 'who\nasks?',
  title,
  passage: 'a\tpassage',
});

/** As a person does it in a spreadsheet. */
function filled(sheet: string, relevances: readonly string[]): string {
  const [header, ...lines] = sheet.trimEnd().split('\n');
  const judged = lines.map((line, at) =>
    line
      .split('\t')
      .with(2, relevances[at] ?? '')
      .join('\t'),
  );
  return `\uFEFF${[header, ...judged].join('\r\n')}`;
}

describe('a sheet of documents to be judged', () => {
  const sheet = renderSheet([row('1', 'files:a/x'), row('1', 'files:a/y'), row('2', 'files:a/x')]);

  it('comes back as judgements, with what is still open', () => {
    assert.deepEqual(readSheet(filled(sheet, ['3', '0', ''])), {
      judgements: [
        { query: '1', document: 'files:a/x', relevance: 3 },
        { query: '1', document: 'files:a/y', relevance: 0 },
      ],
      open: 1,
      without: ['2'],
    });
  });

  it('names the line that is no judgement', () => {
    assert.throws(() => readSheet(filled(sheet, ['3', 'yes'])), /line 3: "yes"/);
    assert.throws(() => readSheet('a\tb\n'), /line 1/);
  });

  it('holds no formula and no further row, whatever a title says', () => {
    const hostile = renderSheet([row('1', 'files:a/x', '=HYPERLINK("http://x")\nrow')]);
    assert.equal(hostile.trimEnd().split('\n').length, 2);
    assert.match(hostile, /\t'=HYPERLINK/);
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AdfNode } from './adf.ts';
import { wikiToAdf } from './wiki.ts';

/** `type: words` of each block; items of lists and cells of tables parted by bars, nesting in brackets. */
function shown(source: string): string[] {
  return wikiToAdf(source).map((node) => `${node.type}: ${words(node)}`);
}

function words(node: AdfNode): string {
  if (node.type === 'text') return node.text ?? '';
  if (node.type === 'hardBreak') return '\n';
  const isNested = (child: AdfNode) => /List$/u.test(child.type);
  const inner = (node.content ?? []).map((child) => (isNested(child) ? `[${words(child)}]` : words(child)));
  return inner.join(
    ['tableRow', 'bulletList', 'orderedList'].includes(node.type)
      ? ' | '
      : node.type === 'table'
        ? ' // '
        : '',
  );
}

describe('wiki text', () => {
  it('keeps headings, paragraphs with their lines, and quotes', () => {
    assert.deepEqual(shown('h2. Plan\nfirst line\nsecond line\n\nbq. said so\n----\nend'), [
      'heading: Plan',
      'paragraph: first line\nsecond line',
      'blockquote: said so',
      'paragraph: end',
    ]);
    assert.equal(wikiToAdf('h3. Third')[0]?.attrs?.['level'], 3);
  });

  it('keeps lists with their nesting', () => {
    assert.deepEqual(shown('* one\n** inner\n*** deep\n* two\n\n# first\n# second\n- dashed'), [
      'bulletList: one[inner[deep]] | two',
      'orderedList: first | second | dashed',
    ]);
  });

  it('keeps tables, also with links in their cells', () => {
    const [table] = wikiToAdf('||Name||Value||\n|a|[docs|https://x.example/a|b]|\n|日本|語|');
    assert.deepEqual(
      table?.content?.map((row) => row.content?.map((cell) => `${cell.type}:${words(cell)}`)),
      [
        ['tableHeader:Name', 'tableHeader:Value'],
        ['tableCell:a', 'tableCell:docs (https://x.example/a)'],
        ['tableCell:日本', 'tableCell:語'],
      ],
    );
  });

  it('keeps code as it is written, with its language', () => {
    const [code, after] = wikiToAdf('{code:java|title=A.java}\n*int* x = [1|2];\n{code}\nafter');
    assert.deepEqual(
      [code?.type, code?.attrs?.['language'], words(code ?? { type: '' })],
      ['codeBlock', 'java', '*int* x = [1|2];'],
    );
    assert.equal(words(after ?? { type: '' }), 'after');
    assert.deepEqual(shown('{noformat}never closed\n* x'), ['codeBlock: never closed\n* x']);
  });

  it('opens panels and quotes, and closes them where they end', () => {
    assert.deepEqual(
      shown('{panel:title=Note|bgColor=#fff}\nh3. In\ntext\n{panel}\nout {quote}inner{quote}'),
      ['paragraph: Note', 'heading: In', 'paragraph: text', 'paragraph: out  inner '].map((each) =>
        each.trim(),
      ),
    );
    assert.deepEqual(shown('{quote}a\n\nb{quote}\nc'), ['blockquote: ab', 'paragraph: c']);
  });

  it('drops marks and keeps words, names and addresses', () => {
    assert.deepEqual(
      shown(
        '*bold* _it_ {color:red}red{color} {{mono}} [~ada] [https://x.example/] !pic.png|thumbnail! a*b 2-3 snake_case_name',
      ),
      ['paragraph: bold it red mono @ada https://x.example/ pic.png a*b 2-3 snake_case_name'],
    );
    assert.deepEqual(shown('a \\\\ b \\{x\\}'), ['paragraph: a \nb {x}']);
  });

  it('reads hostile text in time', () => {
    // As long as a field may be.
    const long = (part: string) => part.repeat(Math.ceil(32_767 / part.length));
    const slow = [
      '*',
      '[a|',
      '{quote}',
      '{quote}\n',
      '|',
      'a|',
      '_ a',
      ' *a',
      '{{',
      '??a ',
      '!a.png',
      '* x\n',
      '[',
      '\\',
      '{color:',
    ]
      .map((part) => [part, `${long(part)} x`] as const)
      .map(([part, source]) => {
        const began = process.cpuUsage().user;
        wikiToAdf(source);
        return [part, (process.cpuUsage().user - began) / 1_000] as const;
      })
      .filter(([, ms]) => ms > 5_000);
    assert.deepEqual(slow, []);
  });
});

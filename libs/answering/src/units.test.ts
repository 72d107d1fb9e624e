import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { unitsOf } from './units.ts';

const cut = (text: string) =>
  unitsOf(text).map(({ start, end, kind }) => `${kind}: ${text.slice(start, end).replace(/\s+/gu, ' ')}`);

describe('units of a text', () => {
  it('follow a wrapped list item to its end, and begin anew with the next one', () => {
    assert.deepEqual(
      cut(
        ' * The branch command learned to make a new branch out of the\n   changes that were laid aside earlier.\n * "rotate" was wrong.\n',
      ),
      [
        'item: The branch command learned to make a new branch out of the changes that were laid aside earlier.',
        'item: "rotate" was wrong.',
      ],
    );
  });

  it('follow a wrapped line also where the next one begins with a capital', () => {
    assert.deepEqual(
      cut('Spare keys of all plants in the north are kept by the office of\nMaria Weber. Ask her.\n'),
      [
        'sentence: Spare keys of all plants in the north are kept by the office of Maria Weber.',
        'sentence: Ask her.',
      ],
    );
  });

  it('keep short lines apart, which were not wrapped', () => {
    assert.deepEqual(cut('Opening hours\nMonday to Friday\n'), [
      'sentence: Opening hours',
      'sentence: Monday to Friday',
    ]);
  });

  it('keep rows, headings and code for themselves', () => {
    assert.deepEqual(
      cut('# Plans\n\n| Plan | Price |\n| --- | --- |\n| Gold | 900 |\n```\nfumi sync\n```\n'),
      ['heading: Plans', 'header: | Plan | Price |', 'row: | Gold | 900 |', 'code: fumi sync'],
    );
  });

  it('do not end at the full stop of a shortened word', () => {
    assert.deepEqual(cut('Call the desk (ext. 1100) at once. It is wiped.\n'), [
      'sentence: Call the desk (ext. 1100) at once.',
      'sentence: It is wiped.',
    ]);
  });
});

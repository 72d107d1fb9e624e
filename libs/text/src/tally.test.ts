import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { countTerms, TermNumbers, TermTally } from './index.ts';

const piece = fc.oneof(
  fc.constantFrom(
    ' ',
    '\n',
    'getUserById',
    'HTTPServer',
    'PROJ-123',
    'docs/setup.md',
    "can't",
    '機密情報の更新',
    'ﾊﾞｯﾁ',
    'Ω',
    '\ud83d',
  ),
  fc.string({ unit: 'grapheme', maxLength: 20 }),
);
const text = fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join(''));

describe('counting by numbers', () => {
  it('tells of each text in turn what counting by strings tells', () => {
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 5 }), (texts) => {
        const numbers = new TermNumbers();
        const tally = new TermTally(numbers);
        for (const each of texts) {
          tally.count(each);
          const counted = Array.from({ length: tally.size }, (_, index) => {
            const number = tally.numberAt(index);
            return [numbers.termOf(number), tally.countOf(number)] as const;
          });
          const expected = countTerms(each);
          assert.deepEqual(counted, [...expected.counts]);
          assert.equal(tally.wordLength, expected.wordLength);
          assert.equal(tally.bigramLength, expected.bigramLength);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('keeps more words apart than its first tables hold', () => {
    const numbers = new TermNumbers();
    const tally = new TermTally(numbers);
    const words = Array.from({ length: 30_000 }, (_, index) => `w${index.toString(36)}`);
    tally.count(words.join(' '));
    assert.deepEqual([tally.size, tally.wordLength], [numbers.size, words.length]);
    tally.count('w1 w1 unseen');
    assert.equal(tally.size, 2);
    assert.equal(tally.countOf(numbers.find('w1') ?? -1), 2);
    assert.equal(numbers.find('never'), undefined);
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { countTerms, findPhrase, foldText, phraseOf, termOfWord, termsOfPhrase, textTest } from './index.ts';

const holds = (text: string, phrase: string) => findPhrase(foldText(text), phraseOf(phrase)) !== undefined;

describe('phrases', () => {
  it('stand as written, but for case, width and signs', () => {
    assert.ok(holds('The ON-CALL\nengineer, rotates', 'on call engineer rotates'));
    assert.ok(holds('ＡＰＩ仕様書', 'api仕様書'));
    assert.ok(holds('東京都の経費', '京都の経'));
    assert.ok(!holds('keystone rotates', 'keys'));
    assert.ok(!holds('rotate keys', 'rotates keys'));
    assert.ok(!holds('on callengineer', 'on call engineer'));
    assert.ok(!holds('anything', ''));
  });

  it('are found at a later place when the first one is only part of a word', () => {
    assert.deepEqual(findPhrase('keysone keys two', ['keys', 'two']), { start: 8, end: 16 });
  });

  it('have only terms that every text with them has', () => {
    const word = fc.constantFrom(
      'on-call',
      'Keys',
      'getUserById',
      '経費精算',
      'する',
      'ｶﾞｽ',
      "don't",
      'v1.2',
      'の',
    );
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 4 }), word, word, (words, before, behind) => {
        const phrase = words.join(' ');
        const { counts } = countTerms(`${before}. ${phrase} ${behind}`);
        for (const term of termsOfPhrase(phrase))
          assert.ok(counts.has(term), `${phrase}: ${JSON.stringify(term)}`);
      }),
    );
  });

  it('a single word has a term, anything else is compared as written', () => {
    assert.equal(termOfWord('drafts'), 'draft');
    assert.equal(termOfWord('PROJ-123'), undefined);
    assert.equal(termOfWord('経費'), undefined);
  });
});

describe('conditions on a text', () => {
  const text = { title: 'Rotating keys', breadcrumbs: ['Ops'], text: 'The draft of a plan.' };

  it('hold together', () => {
    const meets = (conditions: Parameters<typeof textTest>[0]) => textTest(conditions)(text);
    assert.ok(meets({}));
    assert.ok(meets({ phrases: ['draft of a'], title: ['rotate', 'rotating keys'], excluded: ['secret'] }));
    assert.ok(!meets({ phrases: ['keys the draft'] }), 'title and text are two places');
    assert.ok(!meets({ title: ['plan'] }));
    assert.ok(!meets({ excluded: ['drafts'] }));
    assert.ok(meets({ excludedPhrases: ['drafts'] }));
    assert.ok(!meets({ excluded: ['ops'] }));
  });
});

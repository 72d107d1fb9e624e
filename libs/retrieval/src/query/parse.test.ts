import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { parseQuery } from './parse.ts';

describe('query language', () => {
  it('[query.language] reads filters, phrases, exclusions and titles apart from the words', () => {
    const parsed = parseQuery(
      'rotate source:jira,wiki author:me after:2026-01 "exact phrase" -draft -"as written" title:keys keys',
    );
    assert.deepEqual(parsed, {
      text: 'rotate exact phrase keys keys',
      plain: ['rotate', 'keys'],
      conditions: {
        phrases: ['exact phrase'],
        title: ['keys'],
        excluded: ['draft'],
        excludedPhrases: ['as written'],
      },
      filter: { sources: ['jira', 'wiki'], authors: ['me'], updatedFrom: '2026-01' },
      notices: [],
    });
  });

  it('reads Japanese quotes, a full-width colon and a full-width minus', () => {
    const parsed = parseQuery('「経費 精算」 ラベル kind：page －下書き label：「二つ の語」');
    assert.deepEqual(parsed.conditions, { phrases: ['経費 精算'], excluded: ['下書き'] });
    assert.deepEqual(parsed.filter, { kinds: ['page'], labels: ['二つ の語'] });
    assert.equal(parsed.text, '経費 精算 ラベル');
  });

  it('takes quotes within a sentence as signs', () => {
    const question = '本法の「特定商品」とは何か';
    assert.deepEqual(parseQuery(question).conditions, {});
    assert.equal(parseQuery(question).text, question);
  });

  it('leaves out values', () => {
    const { filter } = parseQuery('-label:old -source:mail -label:draft word');
    assert.deepEqual(filter, { excluded: { labels: ['old', 'draft'], sources: ['mail'] } });
  });

  it('takes what only looks like a word of the language as text', () => {
    for (const text of [
      'https://example.com/a',
      '10:30',
      'std::vector',
      'file:readme',
      'C:\\temp',
      'a - b',
      '-- force',
      '--force',
      '"unbalanced',
      'say "it',
      '-',
      '"',
      '""',
    ])
      assert.deepEqual(
        [parseQuery(text).text, parseQuery(text).conditions],
        [text === '""' ? '' : text, {}],
        text,
      );
  });

  it('[query.word-unknown] refuses a slip in the name of a word, with what was meant', () => {
    for (const [slip, meant] of [
      ['sourse:jira', 'source:jira'],
      ['lable:x', 'label:x'],
      ['-auther:bo', '-author:bo'],
    ] as const)
      assert.throws(
        () => parseQuery(slip),
        (error: { code: string; details: { near: string[] } }) => {
          assert.deepEqual([error.code, error.details.near], ['QUERY_WORD_UNKNOWN', [meant]]);
          return true;
        },
      );
  });

  it('says when a value is missing behind its word', () => {
    const { text, notices } = parseQuery('label: x');
    assert.equal(text, 'label: x');
    assert.match(notices.join(), /"label:" was taken as text/u);
  });

  it('refuses what cannot be left out, and more conditions than can be compared', () => {
    for (const query of ['-after:2026', '-title:x', '-a '.repeat(51)])
      assert.throws(() => parseQuery(query), { code: 'INVALID_ARGUMENT' });
  });

  it('fails with an error of use or not at all, and loses no word, whatever is typed', () => {
    const piece = fc.constantFrom(
      '"',
      '「',
      '」',
      '-',
      'source:',
      'label:',
      ' ',
      '　',
      'word',
      '語',
      '🎉',
      ':',
      ',',
      '\n',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        const query = pieces.join('');
        try {
          const { text, conditions, filter } = parseQuery(query);
          const told = JSON.stringify([text, conditions, filter]);
          assert.equal(query.includes('word'), told.includes('word'), query);
        } catch (error) {
          assert.equal((error as { kind?: string }).kind, 'invalid-input', query);
        }
      }),
      { numRuns: 3_000 },
    );
  });
});

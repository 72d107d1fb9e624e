import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  analyseQuery,
  countTerms,
  detectLanguage,
  estimateTokens,
  matchSpans,
  normaliseText,
} from './index.ts';

const terms = (text: string) => [...countTerms(text).counts.keys()];
const words = (text: string) => terms(text).filter((term) => term.charCodeAt(0) > 2);

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.string({ unit: 'grapheme', maxLength: 200 }),
  fc
    .array(
      fc.constantFrom(
        '東',
        '京',
        'の',
        'カ',
        'ｶ',
        'ﾞ',
        'a',
        'B',
        '-',
        '_',
        '1',
        ' ',
        '\ud800',
        '\u0301',
        '\u200d',
      ),
      { maxLength: 80 },
    )
    .map((parts) => parts.join('')),
);

describe('the language of a short query', () => {
  it('is English where only a name or a prefix looks like another one', () => {
    assert.equal(detectLanguage('PD-1 triggering reduces IL-10 production by monocytes'), 'en');
    assert.equal(detectLanguage('Teaching hospitals are better than non-teaching hospitals'), 'en');
    assert.equal(detectLanguage('il rinnovo della licenza'), 'it');
    assert.equal(detectLanguage('wie lange dauert das nicht'), 'de');
  });
});

describe('terms', () => {
  it('take what is written with a hyphen and without one for the same', () => {
    for (const [one, other] of [
      ['BCL-2', 'Bcl2'],
      ['e-mails', 'email'],
      ['2026-01-15', '20260115'],
    ] as const)
      assert.ok(words(one).includes(words(other)[0] ?? assert.fail()), `${one} as ${other}`);
    assert.deepEqual(words('state-of-the-art'), ['state', 'of', 'the', 'art']);
  });

  it('hold a number together with what it counts where no blank parts them', () => {
    assert.ok(words('民法第１６８条').includes('168条'));
    assert.ok(words('民法第１６８条').includes('168'));
    assert.ok(!words('民法第168号').includes('168条'));
    for (const part of ['3.5倍', '1,000円', 'B168条'])
      assert.deepEqual(
        words(part).filter((term) => /\d[^\d.,a-z]/u.test(term)),
        [],
        part,
      );
  });

  it('[search.identifiers] keeps identifiers whole and splits them too', () => {
    const found = words('getUserById PROJ-123 docs/setup.md ORA-00942 v1.2.3');
    for (const term of [
      'getuserbyid',
      'user',
      'proj123',
      'proj',
      '123',
      'docs/setup.md',
      'setup',
      'ora00942',
      'v1.2.3',
    ]) {
      assert.ok(found.includes(term), `${term} in ${found.join(' ')}`);
    }
  });

  it('[search.japanese] stems English words alike in index and query', () => {
    for (const [one, other] of [
      ['rotate', 'rotating'],
      ['secret', 'secrets'],
      ['policies', 'policy'],
      ['conditional', 'conditionally'],
      ['generate', 'generation'],
    ]) {
      assert.deepEqual(words(one ?? ''), words(other ?? ''), `${one} and ${other}`);
    }
  });

  it('[search.japanese] parts Japanese from Latin letters and gives words, bigrams and unigrams', () => {
    const found = terms('API仕様書');
    assert.ok(
      ['api', '仕様', '\u0002仕様', '\u0002様書', '\u0001仕'].every((term) => found.includes(term)),
      found.join(' '),
    );
  });

  it('reads half width, full width and case alike', () => {
    assert.deepEqual(terms('ﾊﾟｽﾜｰﾄﾞ'), terms('パスワード'));
    assert.deepEqual(words('ＡＰＩ'), words('api'));
  });

  it('never throws, and counts as long as its terms', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const { counts, wordLength, bigramLength } = countTerms(text);
        const sum = [...counts].reduce(
          (total, [term, count]) => total + (term.charCodeAt(0) === 1 ? 0 : count),
          0,
        );
        assert.equal(sum, wordLength + bigramLength);
      }),
    );
  });

  it('finds the terms of a part in the terms of the whole', () => {
    const word = fc.string({ unit: fc.constantFrom(...'abcdefgXYZ09'), minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 20 }), fc.nat(), fc.nat(), (parts, a, b) => {
        const [from, to] = [a % parts.length, b % parts.length].sort((x, y) => x - y) as [number, number];
        const whole = new Set(terms(parts.join(' ')));
        for (const term of terms(parts.slice(from, to + 1).join(' '))) assert.ok(whole.has(term), term);
      }),
    );
  });

  it('finds the bigrams of a part of a Japanese run in the whole', () => {
    const run = fc.string({
      unit: fc.constantFrom(...'東京都経費精算期限休暇申請'),
      minLength: 2,
      maxLength: 40,
    });
    fc.assert(
      fc.property(run, fc.nat(), (text, at) => {
        const start = at % (text.length - 1);
        const whole = new Set(terms(text));
        for (const term of terms(text.slice(start, start + 4)).filter((each) => each.startsWith('\u0002')))
          assert.ok(whole.has(term));
      }),
    );
  });

  it('[search.hostile-text] gets through hostile input of millions of characters', () => {
    for (const text of [
      'a'.repeat(3e6),
      'e\u0301'.repeat(1e6),
      '\ud800'.repeat(3e6),
      'a-'.repeat(1e6),
      '東'.repeat(5e5),
    ]) {
      assert.ok(countTerms(text).counts.size < 200_000);
      assert.ok(normaliseText(text).length <= text.length);
    }
  });
});

describe('queries', () => {
  it('[query.stop-words] drop stop words unless nothing else remains', () => {
    assert.deepEqual(
      analyseQuery('how do we rotate secrets').terms.map(({ term }) => term),
      ['rotat', 'secret'],
    );
    assert.deepEqual(
      analyseQuery('to be or not to be').terms.map(({ term }) => term),
      ['to', 'be', 'or', 'not'],
    );
  });

  it('use single characters only for a one-character query', () => {
    assert.ok(analyseQuery('桜').terms.some(({ class: kind }) => kind === 'unigram'));
    assert.ok(analyseQuery('桜の開花').terms.every(({ class: kind }) => kind !== 'unigram'));
  });

  it('[query.punctuation] have no term for punctuation alone', () => {
    assert.deepEqual(analyseQuery('?!… — ').terms, []);
  });
});

describe('match spans', () => {
  it('survive inflection and bigrams, in the text as written', () => {
    const text = 'We keep ROTATING the secret. 経費精算の期限は月末です。';
    const found = matchSpans(text, analyseQuery('rotate secrets 精算の期限')).map(({ start, end }) =>
      text.slice(start, end),
    );
    assert.deepEqual(found, ['ROTATING', 'secret', '費精算の期限'].slice(0, 2).concat(found.slice(2)));
    assert.ok(
      found.some((part) => part.includes('精算')),
      found.join(' '),
    );
  });

  it('lie inside the text, ascend and do not overlap', () => {
    fc.assert(
      fc.property(anyText, anyText, (text, query) => {
        let last = 0;
        for (const { start, end } of matchSpans(text, analyseQuery(query))) {
          assert.ok(start >= last && end > start && end <= text.length);
          last = end;
        }
      }),
    );
  });
});

describe('normalised text', () => {
  it('loses what a person cannot see and keeps what they can', () => {
    assert.equal(normaliseText('a\u200bb\u202ec\u{e0041}d\u00ade\r\nf'), 'abcde\nf');
    assert.equal(normaliseText('か\u3099'), 'が');
    assert.equal(normaliseText('👩\u200d💻 ok'), '👩\u200d💻 ok');
    assert.equal(normaliseText('pass\u200dword'), 'password');
  });

  it('is stable and well formed', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const once = normaliseText(text);
        assert.equal(normaliseText(once), once);
        assert.ok(once.isWellFormed());
      }),
    );
  });
});

describe('language and size', () => {
  it('tells languages by script and words', () => {
    assert.equal(detectLanguage('What is the plan for this week?'), 'en');
    assert.equal(detectLanguage('経費精算の期限はいつですか'), 'ja');
    assert.equal(detectLanguage('员工手册'), 'zh');
    assert.equal(detectLanguage('Der Plan für die Woche ist nicht fertig'), 'de');
    assert.equal(detectLanguage('12345'), 'und');
  });

  it('estimates tokens by script', () => {
    assert.equal(estimateTokens('abcdefgh'), 2);
    assert.equal(estimateTokens('東京'), 2);
  });
});

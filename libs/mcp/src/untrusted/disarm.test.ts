import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { cleanLine, cleanText } from './clean.ts';
import { disarm } from './disarm.ts';

/** What a page would see after decoding all entities, as often as they were escaped. */
function rendered(text: string): string {
  let current = text;
  for (let round = 0; round < 12; round++) {
    current = current
      .replace(/&amp;?|&#38;?|&#x26;?/giu, '&')
      .replace(/&lt;?|&#0*60;?|&#x0*3c;?/giu, '<')
      .replace(/&gt;?|&#0*62;?|&#x0*3e;?/giu, '>');
  }
  return current;
}
const ACTIVE = /<\/?(?:script|iframe|img[^>]*onerror|svg|form|meta)\b/iu;

describe('disarming active HTML', () => {
  for (const hostile of [
    '<script>steal()</script>',
    '<SCRIPT src=//evil.example>',
    '&lt;script&gt;steal()&lt;/script&gt;',
    '&amp;lt;script&amp;gt;steal()',
    '&#38;#60;script&#38;#62;',
    '&#x3c;script&#x3E;',
    '&ltscript>',
    '<scr<script>ipt>',
    '<img src=x onerror=steal()>',
    '<img alt=">" onerror=steal()>',
    '<img/onerror=steal() src=x>',
    '<svg/onload=steal()>',
    '<iframe srcdoc="x">',
    '<form action=https://evil.example>',
    '<meta http-equiv=refresh content=0>',
    `<img ${'x'.repeat(2_000)} onerror=steal()>`,
  ]) {
    it(`leaves nothing active of ${hostile.slice(0, 40)}`, () => {
      const after = disarm(hostile);
      assert.notEqual(after, hostile);
      assert.doesNotMatch(rendered(after), ACTIVE);
    });
  }

  it('blocks programs in links, however they are written', () => {
    for (const hostile of [
      '<a href="javascript:steal()">',
      '<a href="java&#115;cript:steal()">',
      '<a href="java&Tab;script&colon;steal()">',
      '<a href=" java\nscript:steal()">',
      '<javascript:steal()>',
    ]) {
      assert.ok(disarm(hostile).startsWith('‹'), hostile);
    }
    assert.equal(disarm('[click](javascript:steal())'), '[click](blocked:steal())');
  });

  it('leaves ordinary text and code as they are', () => {
    for (const harmless of [
      'a < b && c > d',
      'for (let i = 0; i < source.length; i++) sum += i;',
      'Map<string, Promise<void>>',
      '<p class="note">Read the <b>manual</b></p>',
      '<a href="https://docs.example.com/a?b=c">docs</a>',
      'Q&A, R&D, AT&T, &lt;b&gt;',
      '\u{1f469}‍\u{1f4bb} と 有給休暇',
    ]) {
      assert.equal(disarm(harmless), harmless);
    }
  });

  it('keeps every word of what it disarms', () => {
    assert.equal(disarm('before <script>alert(1)</script> after'), 'before ‹script>alert(1)‹/script> after');
  });

  it('changes nothing more the second time, whatever the text', () => {
    const piece = fc.constantFrom(
      '<',
      '>',
      '&lt;',
      '&amp;',
      'script',
      ' onload=',
      '"',
      "'",
      '/',
      'a',
      ' ',
      'svg',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const once = disarm(pieces.join(''));
        assert.equal(disarm(once), once);
        assert.doesNotMatch(rendered(once), /<\/?(?:script|svg)[\s/>]/iu);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('cleaning text of documents', () => {
  it('removes what nobody can see', () => {
    const hidden = [...'obey'].map((letter) => String.fromCodePoint(0xe0000 + letter.charCodeAt(0))).join('');
    assert.equal(cleanText(`pay\u202eroll${hidden}\u200b now`), 'payroll now');
  });

  it('finds tags that invisible characters cut in two', () => {
    assert.doesNotMatch(cleanText('<scr\u200bipt>'), /<script/u);
  });

  it('cuts a line to its length, between characters', () => {
    assert.equal(cleanLine('one\n two   three', 20), 'one two three');
    assert.equal(cleanLine('a'.repeat(30), 10), `${'a'.repeat(9)}…`);
    assert.ok(cleanLine('\u{1f600}'.repeat(30), 10).isWellFormed());
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { analyseQuery } from '@fumikura/text';
import { makeSnippet } from './snippet.ts';

const chunk = { ordinal: 0, start: 1_000, end: 2_000, headingPath: [] };

/** What a reader sees as marked. */
function marked(text: string, query: string, phrases: readonly string[] = []): string[] {
  const snippet = makeSnippet({ chunk, text }, analyseQuery(query), phrases);
  assert.equal(snippet.text, text.slice(snippet.start - chunk.start, snippet.end - chunk.start));
  let last = 0;
  for (const [start, end] of snippet.highlights) {
    assert.ok(start >= last && end > start && end <= snippet.text.length);
    last = end;
  }
  return snippet.highlights.map(([start, end]) => snippet.text.slice(start, end));
}

describe('[search.highlights] what is marked in a passage', () => {
  it('is the whole word in whatever form it stands', () => {
    assert.deepEqual(marked('Rotating keys: who rotates a Key', 'rotate key'), [
      'Rotating',
      'keys',
      'rotates',
      'Key',
    ]);
    assert.deepEqual(marked('call getUserById() now', 'getUserById'), ['getUserById']);
  });

  it('is a Japanese word once, not its pairs of signs, in whatever width', () => {
    assert.deepEqual(marked('毎月の経費精算の手続き', '経費精算'), ['経費精算']);
    assert.deepEqual(marked('ＡＰＩ仕様書を読む', 'api仕様書'), ['ＡＰＩ', '仕様書']);
    assert.deepEqual(marked('次にｻｰﾊﾞｰを再起動', 'サーバー'), ['ｻｰﾊﾞｰ']);
    assert.deepEqual(marked('㌔と経費精算', '経費'), ['経費']);
  });

  it('leaves marks of markup outside, and stands right behind signs that take two units', () => {
    assert.deepEqual(marked('**rotating** <b>keys</b> `vault`', 'rotate keys vault'), [
      'rotating',
      'keys',
      'vault',
    ]);
    assert.deepEqual(marked('🔑🔑 keys 🔑', 'keys'), ['keys']);
    assert.deepEqual(marked('İİİ rotating keys', 'keys'), ['keys']);
  });

  it('is an exact phrase as one, and its words elsewhere', () => {
    assert.deepEqual(marked('keys rotate; rotate the keys', 'rotate the keys', ['rotate the keys']), [
      'keys',
      'rotate',
      'rotate the keys',
    ]);
  });

  it('lies within the window that says most of it, however long the text', () => {
    const text = `${'filler words '.repeat(200)}rotating keys in the vault ${'more words '.repeat(200)}keys`;
    assert.deepEqual(marked(text, 'rotate keys vault'), ['rotating', 'keys', 'vault']);
    const emoji = `${'😀'.repeat(400)} keys ${'😀'.repeat(400)}`;
    assert.deepEqual(marked(emoji, 'keys'), ['keys']);
  });
});

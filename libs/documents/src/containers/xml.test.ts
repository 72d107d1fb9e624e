import assert from 'node:assert/strict';
import { test } from 'node:test';
import { childAt, elementsNamed, firstNamed, parseXml, textOf } from './xml.ts';

const xml = (text: string) => parseXml(new TextEncoder().encode(text));

test('entities of a document type are not expanded', () => {
  const levels = Array.from({ length: 9 }, (_, index) => {
    const below = index === 0 ? 'lol' : `&l${index - 1};`.repeat(10);
    return `<!ENTITY l${index} "${below}">`;
  });
  const nodes = xml(
    `<?xml version="1.0"?><!DOCTYPE a [${levels.join('')}]><a>before &l8; after &amp; &#12354;</a>`,
  );
  assert.equal(textOf(elementsNamed(nodes, 'a')), 'before &l8; after & あ');
});

test('external entities are not fetched', () => {
  const nodes = xml('<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>');
  assert.equal(textOf(elementsNamed(nodes, 'a')), '&x;');
});

test('a declared encoding is obeyed', () => {
  const shiftJis = Uint8Array.from([0x93, 0x8c, 0x8b, 0x9e]);
  const bytes = Buffer.concat([
    Buffer.from('<?xml version="1.0" encoding="Shift_JIS"?><a>'),
    shiftJis,
    Buffer.from('</a>'),
  ]);
  assert.equal(textOf(parseXml(bytes)), '東京');
});

test('deep nesting does not end in a full stack', () => {
  const depth = 20_000;
  const nodes = xml(`${'<a>'.repeat(depth)}deep${'</a>'.repeat(depth)}`);
  assert.equal(textOf(nodes), 'deep');
  assert.equal(elementsNamed(nodes, 'a').length, depth);
});

test('other prefixes than the usual are understood, the default one included', () => {
  const w = 'http://schemas.openxmlformats.org/wordprocessingml/2006/main';
  const r = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
  for (const text of [
    `<ns0:p xmlns:ns0="${w}" xmlns:ns1="${r}"><ns0:t ns0:val="1" ns1:id="x">a</ns0:t></ns0:p>`,
    `<p xmlns="${w}" xmlns:w="${w}" xmlns:q="${r}"><t w:val="1" q:id="x">a</t></p>`,
    `<s:p xmlns:s="http://purl.oclc.org/ooxml/wordprocessingml/main" xmlns:r="${r}"><s:t s:val="1" r:id="x">a</s:t></s:p>`,
  ]) {
    const t = childAt(firstNamed(xml(text), 'w:p'), 'w:t');
    assert.deepEqual([t?.attribs['w:val'], t?.attribs['r:id']], ['1', 'x'], text);
  }
  const odf = xml('<o:body xmlns:o="urn:oasis:names:tc:opendocument:xmlns:office:1.0"/>');
  assert.ok(firstNamed(odf, 'office:body'));
});

test('elements are found by path and in document order', () => {
  const nodes = xml('<r><p><b>1</b></p><q><b>2</b></q></r>');
  assert.equal(textOf(childAt(firstNamed(nodes, 'r'), 'q', 'b')?.children ?? []), '2');
  assert.deepEqual(
    elementsNamed(nodes, 'b').map(({ children }) => textOf(children)),
    ['1', '2'],
  );
});

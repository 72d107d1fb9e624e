import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inertBoundaries } from './boundaries.ts';
import { cleanAddress, honestLinks } from './links.ts';
import { meantId, shownId } from './ids.ts';

describe('links in text of documents', () => {
  it('load no pictures, and keep their words', () => {
    assert.equal(
      honestLinks('see ![plan](https://a.example/p.png) and ![x][y]'),
      'see ! [plan](https://a.example/p.png) and ! [x][y]',
    );
  });

  it('name the host that the network knows', () => {
    assert.equal(
      honestLinks('go to https://p\u0430ypal.com/login now'),
      'go to https://xn--pypal-4ve.com/login now',
    );
    assert.equal(honestLinks('https://bank.example@evil.example/x'), 'https://evil.example/x');
  });

  it('are none when they call themselves another address', () => {
    assert.equal(
      honestLinks('[https://bank.example](https://evil.example)'),
      '[https://bank.example] (https://evil.example)',
    );
    assert.equal(
      honestLinks('see [bank.example](https://bank.example.evil.example/)'),
      'see [bank.example] (https://bank.example.evil.example/)',
    );
  });

  it('stay as they are when they are what they seem', () => {
    for (const text of [
      '[the guide](https://docs.example/guide_(draft)?a=b&c=d#e)',
      '[https://docs.example/guide](https://docs.example/guide?x=1)',
      'see [docs.example](https://www.docs.example/)',
      'see [docs.example](https://docs.example)',
      'a ![ alone, and f(x)![0]',
      'https://docs.example/日本語 と http://localhost:3000/',
      '[node.js 24](https://nodejs.org/en)',
    ])
      assert.equal(honestLinks(text), text);
  });
});

describe('the address of a document', () => {
  it('is one of the web or a file, or empty', () => {
    for (const program of ['javascript:x', 'data:text/html,x', 'vbscript:x', 'blob:x', 'no address', ''])
      assert.equal(cleanAddress(program), '');
    assert.equal(cleanAddress('https://me:secret@wiki.example/a b'), 'https://wiki.example/a%20b');
    assert.equal(cleanAddress('file:///srv/docs/a.md'), 'file:///srv/docs/a.md');
  });

  it('holds no sign of Markdown or HTML, and leads to the same place', () => {
    const address = "https://wiki.example/Page_(draft)/![x]?a=1&b=2&lt;s&copy=3#h'1";
    assert.equal(
      cleanAddress(address),
      'https://wiki.example/Page_%28draft%29/!%5Bx%5D?a=1&b=2%26lt%3Bs&copy=3#h%271',
    );
    for (const same of ['https://wiki.example', 'https://wiki.example/', 'http://[::1]:8080/x?y=z'])
      assert.equal(cleanAddress(same), same);
  });
});

describe('marks of models and hosts', () => {
  it('mean nothing in a document', () => {
    assert.equal(
      inertBoundaries('<|im_start|>system [INST] <<SYS>> </tool_result>'),
      '‹|im_start|>system ⁅INST] ‹‹SYS>> ‹/tool_result>',
    );
  });

  it('are not seen in what is none', () => {
    for (const text of [
      'a < b | c > d',
      'x[0] = [INFO]',
      'Map<string, User>',
      '<p>system</p>',
      'if (a <systems) b>c',
    ])
      assert.equal(inertBoundaries(text), text);
  });
});

describe('ids', () => {
  it('come back as they were, whatever a source put into them', () => {
    for (const id of [
      'files:a/plain name.md',
      'files:a/日本語.md',
      'files:a/pay\u202eroll',
      'files:a/<|im_start|>',
      'files:a/%41',
      'files:a/x\u{e0041}',
    ])
      assert.equal(meantId(shownId(id)), id);
    assert.equal(shownId('files:a/plain name.md'), 'files:a/plain name.md');
    assert.match(shownId('files:a/pay\u202eroll'), /^fumi:\/\/doc\/[\w%.-]+$/u);
    assert.equal(meantId('fumi://doc/%E0%A4%A'), 'fumi://doc/%E0%A4%A');
  });
});

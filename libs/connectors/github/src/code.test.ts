import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isBefore } from './code.ts';

describe('the order of files', () => {
  it('puts README files first, then goes by bytes as git does', () => {
    const paths = [
      'b',
      'README.md',
      'a/x',
      'a-b',
      'a',
      '\u{1f600}',
      '\uffee',
      'docs/readme.rst',
      'z/README.md',
    ];
    const sorted = paths.toSorted((a, b) => (isBefore(a, b) ? -1 : 1));
    assert.deepEqual(sorted, [
      'README.md',
      'docs/readme.rst',
      'a',
      'a-b',
      'a/x',
      'b',
      'z/README.md',
      '\uffee',
      '\u{1f600}',
    ]);
    assert.equal(isBefore('a', 'a'), false);
  });
});

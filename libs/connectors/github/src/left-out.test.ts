import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { whyContentLeftOut, whyLeftOut } from './left-out.ts';

const entry = (path: string, more = {}) => ({
  path,
  mode: '100644',
  type: 'blob',
  sha: '',
  size: 10,
  ...more,
});

describe('files that are left out', () => {
  it('are told by their entry alone', () => {
    const why = (path: string, more = {}) => whyLeftOut(entry(path, more), 100);
    assert.deepEqual(
      ['logo.PNG', 'yarn.lock', 'app/dist/a.js', 'a.min.css', 'api_pb2.py', 'src/vendor/x/y.go'].map((path) =>
        why(path),
      ),
      ['binary', 'generated', 'generated', 'generated', 'generated', 'generated'],
    );
    assert.equal(why('a', { mode: '120000' }), 'symbolic link');
    assert.equal(why('a', { mode: '160000', type: 'commit' }), 'submodule');
    assert.equal(why('a.md', { size: 101 }), 'larger than the limit');
  });

  it('are not those whose names only resemble', () => {
    for (const path of [
      'distribution/a.md',
      'docs/vendors.md',
      'Makefile',
      'lock.ts',
      'a.pdf',
      '.gitignore',
      'mini.js',
    ])
      assert.equal(whyLeftOut(entry(path), 100), undefined, path);
  });

  it('are told by their content where the name says nothing', () => {
    const pointer = 'version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n';
    assert.equal(whyContentLeftOut('a.txt', Buffer.from(pointer)), 'pointer of Git LFS');
    assert.equal(whyContentLeftOut('tool', Buffer.from([1, 0, 2])), 'binary');
    assert.equal(whyContentLeftOut('a.pdf', Buffer.from([1, 0, 2])), undefined);
    assert.equal(whyContentLeftOut('utf16.txt', Buffer.from([0xff, 0xfe, 65, 0])), undefined);
    assert.equal(whyContentLeftOut('empty', Buffer.alloc(0)), undefined);
  });
});

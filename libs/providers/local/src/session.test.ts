import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { windowsOf } from './session.ts';

const [FIRST, LAST] = [101, 102];
const encoded = (length: number) => [FIRST, ...Array.from({ length }, (_, at) => 1_000 + at), LAST];
const facts = { maxTokens: 100, windowTokens: 20 };

describe('reading a long text in parts', () => {
  it('leaves nothing out and repeats nothing, in parts of like length between the marks', () => {
    for (const length of [0, 1, 20, 21, 39, 41, 77, 100]) {
      const windows = windowsOf(encoded(length), facts);
      assert.equal(windows.length, Math.max(1, Math.ceil(length / 20)));
      for (const window of windows) assert.deepEqual([window[0], window.at(-1)], [FIRST, LAST]);
      const inner = windows.map((window) => window.slice(1, -1));
      assert.deepEqual(inner.flat(), encoded(length).slice(1, -1));
      const lengths = inner.map((part) => part.length);
      assert.ok(
        Math.max(...lengths) <= 20 && Math.max(...lengths) - Math.min(...lengths) <= 1,
        lengths.join(),
      );
    }
  });

  it('reads no more than is allowed', () => {
    const inner = windowsOf(encoded(500), facts).flatMap((window) => window.slice(1, -1));
    assert.deepEqual(inner, encoded(100).slice(1, -1));
  });
});

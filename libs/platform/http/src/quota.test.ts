import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { quotaIn } from './quota.ts';

const of = (limit: string, remaining: string, reset: string) =>
  quotaIn(
    new Headers({
      'x-ratelimit-limit': limit,
      'x-ratelimit-remaining': remaining,
      'x-ratelimit-reset': reset,
    }),
  );

describe('what is left of a quota', () => {
  it('is read as each vendor writes it', () => {
    const resetsAt = '2026-01-01T00:00:00.000Z';
    assert.deepEqual(of('5000', '4999', '1767225600'), { limit: 5_000, remaining: 4_999, resetsAt });
    assert.deepEqual(of('65000', '0', '2026-01-01T00:00Z'), { limit: 65_000, remaining: 0, resetsAt });
  });

  it('is unknown where nothing, or nothing sensible, is said of it', () => {
    assert.equal(quotaIn(new Headers()), undefined);
    assert.equal(of('many', '1', '0'), undefined);
    assert.deepEqual(of('10', '1', 'soon'), { limit: 10, remaining: 1 });
  });
});

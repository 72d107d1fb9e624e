import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { EmbeddingStage } from '@fumikura/embedding';
import type { Fingerprint } from '@fumikura/model';
import { FINGERPRINT, until } from '@fumikura/testkit';
import { followingStage } from './following-stage.ts';

describe('a stage that follows the index', () => {
  for (const [what, other] of [
    ['another model', { ...FINGERPRINT, model: 'other' }],
    ['chunks of another size', { ...FINGERPRINT, chunkerVersion: '1 300/600' }],
  ] as const)
    it(`goes on anew when the index is bound to vectors of ${what}`, async () => {
      let bound: Fingerprint = FINGERPRINT;
      const followed: Fingerprint[] = [];
      const stageOf = (fingerprint: Fingerprint): EmbeddingStage => ({
        bind: () => Promise.resolve(),
        run: () => Promise.reject(new Error('nobody runs it')),
        follow: (signal) =>
          new Promise((resolve) => {
            followed.push(fingerprint);
            signal.addEventListener('abort', () => resolve(), { once: true });
          }),
      });
      const end = new AbortController();
      let reconsidered = 0;
      const following = followingStage({
        first: stageOf(bound),
        again: () => Promise.resolve(stageOf(bound)),
        reconsider: () => void reconsidered++,
        store: {
          status: () => Promise.resolve({ fingerprint: bound, isPaused: false, sources: [], refusals: 0 }),
        },
      }).follow(end.signal);
      await until(() => followed.length === 1);
      bound = other;
      await until(() => followed.length === 2);
      assert.deepEqual(followed, [FINGERPRINT, other]);
      assert.equal(reconsidered, 1);
      end.abort();
      await following;
    });
});

import { setTimeout as wait } from 'node:timers/promises';
import type { EmbeddingStage } from '@fumikura/embedding';
import type { EmbeddingStore } from '@fumikura/ports';

export interface FollowingOptions {
  readonly first: EmbeddingStage;
  /** The stage of the model that the index is bound to now, over chunks as they are cut now, as soon as that is known here. */
  readonly again: (signal: AbortSignal) => Promise<EmbeddingStage>;
  readonly reconsider: () => void;
  readonly store: Pick<EmbeddingStore, 'status'>;
}

/** How often it is looked whether another index is asked. */
export const LOOK_EVERY_MS = 3_000;

/** A stage that goes on with another model when the index of that one is asked from now on. */
export function followingStage({ first, again, reconsider, store }: FollowingOptions): EmbeddingStage {
  const boundNow = async () => JSON.stringify((await store.status()).fingerprint);
  return {
    ...first,
    follow: async (signal) => {
      for (let stage = first; ; stage = await again(signal)) {
        const bound = await boundNow();
        const turn = new AbortController();
        const following = stage.follow(AbortSignal.any([signal, turn.signal]));
        while (!signal.aborted && (await boundNow().catch(() => bound)) === bound)
          await wait(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined);
        turn.abort();
        await following;
        if (signal.aborted) return;
        reconsider();
      }
    },
  };
}

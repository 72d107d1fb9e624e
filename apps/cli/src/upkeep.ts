import { setTimeout as wait } from 'node:timers/promises';
import type { Installation } from '@fumikura/composition';
import { toAppError } from '@fumikura/errors';
import type { Context } from './context.ts';

const EVERY_MS = 60_000;

/** Drives on what processes that ended have left, now and then, until the signal fires. */
export async function followUpkeep({ logger, signal }: Context, { store }: Installation): Promise<void> {
  while (!signal.aborted) {
    await store.index.maintain(signal).catch((cause: unknown) => {
      if (!signal.aborted) logger.warn('store.upkeep.failed', { message: toAppError(cause).message });
    });
    await wait(EVERY_MS, undefined, { signal }).catch(() => undefined);
  }
}

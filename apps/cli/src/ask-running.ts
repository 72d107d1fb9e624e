import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { SourceId } from '@fumikura/model';
import type { Pass, Store } from '@fumikura/ports';

const LOOK_EVERY_MS = 500;
const LEASE_MS = 1_000;
const MAX_WISHES = 1_000;

export interface Asked {
  readonly source: SourceId;
  /** Done by the process that reads the source, between two batches. */
  readonly asked: readonly Pass[];
}

/**
 * Another process reads the source: these passes are asked of it, and waited for. @returns undefined when that process is
 * gone first, and whoever asked can read for themselves
 */
export async function askRunning(
  { catalog }: Store,
  source: SourceId,
  passes: readonly Pass[],
  signal: AbortSignal,
): Promise<Asked | undefined> {
  const me = `asking:${process.pid}:${randomUUID()}`;
  const isHeld = async () => {
    const lease = await catalog.acquireLease(source, me, LEASE_MS);
    if (lease.holder === me) await catalog.releaseLease(lease);
    return lease.holder !== me;
  };
  const open = async () =>
    (await catalog.requested(source, MAX_WISHES)).filter(
      (wish) => 'pass' in wish && passes.includes(wish.pass),
    );
  await catalog.request(source, { items: [], passes });
  for (let wishes = await open(); wishes.length > 0; wishes = await open()) {
    if (!(await isHeld())) {
      // Nobody may come to meet them: they are ours to do now.
      await catalog.met(wishes);
      return undefined;
    }
    await delay(LOOK_EVERY_MS, undefined, { signal });
  }
  return { source, asked: passes };
}

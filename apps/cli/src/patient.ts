import { setTimeout as wait } from 'node:timers/promises';
import { toAppError } from '@fumikura/errors';
import type { Context } from './context.ts';

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 10_000;

/** What a process needs that starts together with the servers it depends on: those that are not there yet are waited for. */
export async function whenReachable<T>({ output, signal }: Context, open: () => Promise<T>): Promise<T> {
  let said = '';
  for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(LONGEST_WAIT_MS, waitMs * 2)) {
    try {
      return await open();
    } catch (cause) {
      const { kind, publicMessage } = toAppError(cause);
      if (kind !== 'transient' || signal.aborted) throw cause;
      if (publicMessage !== said) output.note(`${publicMessage} Waiting for it.`);
      said = publicMessage;
      await wait(waitMs, undefined, { signal });
    }
  }
}

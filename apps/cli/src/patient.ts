import { setTimeout as wait } from 'node:timers/promises';
import { openInstallation } from '@fumikura/composition';
import type { Installation } from '@fumikura/composition';
import { toAppError } from '@fumikura/errors';
import { startHealthServer } from '@fumikura/server';
import type { Dependency, HealthServer } from '@fumikura/server';
import type { Context } from './context.ts';

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 10_000;
/** Which of them is missing stands on standard error. */
const STORES: Dependency = {
  name: 'stores',
  isRequired: true,
  check: () => Promise.reject(new Error('waited for')),
};

export interface Address {
  readonly host: string;
  readonly port: number;
}

/**
 * For a process that starts together with the stores it depends on: those that are not there yet are waited for.
 * @param address where it will say how it is; meanwhile it says there that it lives and is starting
 */
export async function openPatiently(context: Context, address: Address | undefined): Promise<Installation> {
  const { logger, variables, output, signal } = context;
  let [said, health]: [string, HealthServer | undefined] = ['', undefined];
  try {
    for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(LONGEST_WAIT_MS, waitMs * 2)) {
      try {
        // People lie in the catalog too.
        return await openInstallation(await context.config(), { logger, mode: 'service', variables });
      } catch (cause) {
        const { kind, publicMessage } = toAppError(cause);
        if (kind !== 'transient' || signal.aborted) throw cause;
        if (publicMessage !== said) output.note(`${publicMessage} Waiting for it.`);
        said = publicMessage;
        if (address) health ??= await startHealthServer({ ...address, logger }, [STORES]);
        await wait(waitMs, undefined, { signal });
      }
    }
  } finally {
    await health?.close();
  }
}

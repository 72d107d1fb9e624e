import { setTimeout as delay } from 'node:timers/promises';
import type { ForwardTarget } from '@fumikura/audit';
import { toAppError } from '@fumikura/errors';
import type { Logger } from '@fumikura/logging';
import { followForwarding } from '../forward.ts';
import type { Installation } from '../installation.ts';
import { answerRequests } from './answer.ts';
import { keepPlace } from './places.ts';

const LOOK_EVERY_MS = 1_000;
const LONGEST_WAIT_MS = 60_000;

/**
 * What every process that stays does for the records of its host, until the signal: delivers them to the targets, and answers who asks
 * at another host for what is kept of somebody.
 */
export async function followAudit(
  installation: Pick<Installation, 'config' | 'store' | 'audit'>,
  targets: readonly ForwardTarget[],
  logger: Logger,
  signal: AbortSignal,
): Promise<void> {
  await Promise.all([
    followForwarding(installation.config, targets, logger, signal),
    followRequests(installation, logger, signal),
  ]);
}

async function followRequests(
  { config, store, audit }: Pick<Installation, 'config' | 'store' | 'audit'>,
  logger: Logger,
  signal: AbortSignal,
): Promise<void> {
  const { state } = store.catalog;
  const seen = new Set<string>();
  let waitMs = LOOK_EVERY_MS;
  while (!signal.aborted) {
    try {
      const place = await keepPlace(config, state);
      await answerRequests({ config, state, audit, place, seen }, signal);
      waitMs = LOOK_EVERY_MS;
    } catch (cause) {
      if (signal.aborted) return;
      waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS);
      logger.warn('audit.request.failed', { message: toAppError(cause).message.slice(0, 300), waitMs });
    }
    await delay(waitMs, undefined, { signal, ref: false }).catch(() => undefined);
  }
}

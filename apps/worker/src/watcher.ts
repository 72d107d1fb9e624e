import { setTimeout as delay } from 'node:timers/promises';
import { toAppError } from '@fumikura/errors';
import type { Logger } from '@fumikura/logging';
import type { Catalog, Connector, Lease, Pass } from '@fumikura/ports';

export interface WatcherParts {
  readonly catalog: Pick<Catalog, 'request' | 'acquireLease' | 'renewLease' | 'releaseLease'>;
  readonly logger: Logger;
  readonly lookEveryMs: number;
  /** Names this process to others that watch the same source. */
  readonly holder: string;
  /** How long a source stays unwatched after its watcher died; default 15,000. */
  readonly leaseMs?: number;
}

export interface Watching {
  /** Resolves when what happened while nobody watched was asked for, another process watches, or watching failed. */
  readonly begun: Promise<void>;
  /** Resolves some time after the signal fired. */
  readonly ended: Promise<void>;
}

const LEASE_MS = 15_000;
/** Before a source is watched again that could not be watched any more. */
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 300_000;

/**
 * What a source tells by itself: its content may have changed. One process watches for all: what two were told would be
 * read twice. Watched again when watching broke off.
 */
export function watchSource(
  connector: Connector,
  parts: WatcherParts,
  signal: AbortSignal,
  wake: () => void,
): Watching {
  const begun = Promise.withResolvers<void>();
  const ended = watch(connector, parts, signal, { wake, begin: begun.resolve }).finally(begun.resolve);
  return { begun: begun.promise, ended };
}

interface Heard {
  wake(): void;
  begin(): void;
}

async function watch(
  connector: Connector,
  parts: WatcherParts,
  signal: AbortSignal,
  heard: Heard,
): Promise<void> {
  const { leaseMs = LEASE_MS, logger } = parts;
  for (let failures = 0; connector.watch && !signal.aborted;) {
    let waitMs = leaseMs / 3;
    try {
      const lease = await turnOf(connector, parts);
      if (lease && (await watchInTurn(lease, connector, parts, signal, heard, () => (failures = 0)))) return;
    } catch (cause) {
      if (signal.aborted) return;
      logger.warn('schedule.watch.failed', { sourceId: connector.id, message: toAppError(cause).message });
      waitMs = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** failures++);
    }
    heard.begin();
    await delay(waitMs, undefined, { signal }).catch(() => undefined);
  }
}

/** @returns undefined when another process watches, or the catalog does not say */
async function turnOf(
  { id }: Connector,
  { catalog, logger, holder, leaseMs = LEASE_MS }: WatcherParts,
): Promise<Lease | undefined> {
  try {
    const lease = await catalog.acquireLease(`${id}#watch`, holder, leaseMs);
    return lease.holder === holder ? lease : undefined;
  } catch (cause) {
    logger.warn('schedule.watch.failed', { sourceId: id, message: toAppError(cause).message });
    return undefined;
  }
}

/** @returns whether the source has nothing more to tell, rather than that the turn is lost */
async function watchInTurn(
  lease: Lease,
  connector: Connector,
  parts: WatcherParts,
  signal: AbortSignal,
  heard: Heard,
  succeeded: () => void,
): Promise<boolean> {
  const lost = new AbortController();
  const own = AbortSignal.any([signal, lost.signal]);
  const kept = keep(lease, parts, own).catch((cause: unknown) => lost.abort(cause));
  try {
    await listen(connector, parts, own, heard, succeeded);
    return !own.aborted;
  } finally {
    lost.abort();
    await kept;
    await parts.catalog.releaseLease(lease).catch(() => undefined); // it expires by itself
  }
}

/** A catalog that is away takes no lease from us: whoever can ask it again first watches. */
async function keep(lease: Lease, { catalog, leaseMs = LEASE_MS }: WatcherParts, signal: AbortSignal) {
  while (!signal.aborted) {
    await delay(leaseMs / 3, undefined, { signal }).catch(() => undefined);
    if (!signal.aborted) await catalog.renewLease(lease, leaseMs);
  }
}

async function listen(
  connector: Connector,
  parts: WatcherParts,
  signal: AbortSignal,
  { wake, begin }: Heard,
  succeeded: () => void,
): Promise<void> {
  if (!connector.watch) return;
  const changes = connector.watch(signal)[Symbol.asyncIterator]();
  let next = changes.next();
  next.catch(() => undefined); // heard of below
  // What happened while nobody watched was told to nobody: asked for once that is over.
  await askForContent(connector, parts, signal, wake);
  begin();
  for (; !(await next).done; next = changes.next()) {
    succeeded();
    await askForContent(connector, parts, signal, wake);
  }
}

/** What was told is not told again: it is asked for until the catalog takes it. */
async function askForContent(
  { id, listIds }: Connector,
  { catalog, logger, lookEveryMs }: WatcherParts,
  signal: AbortSignal,
  wake: () => void,
): Promise<void> {
  const passes: readonly Pass[] = listIds ? ['content', 'census'] : ['content'];
  while (!signal.aborted) {
    try {
      await catalog.request(id, { items: [], passes });
      return wake();
    } catch (cause) {
      logger.warn('schedule.request.failed', { sourceId: id, message: toAppError(cause).message });
    }
    await delay(lookEveryMs, undefined, { signal }).catch(() => undefined);
  }
}

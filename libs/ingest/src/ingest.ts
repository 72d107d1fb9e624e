import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { AppError, toAppError } from '@fumikura/errors';
import { PASSES } from '@fumikura/ports';
import type { Connector, Lease, RunRecord, Store } from '@fumikura/ports';
import { SourceRun } from './source-run.ts';
import { DEFAULT_INGEST_LIMITS } from './types.ts';
import type { Ingest, IngestOptions, SyncOptions } from './types.ts';

export function createIngest(options: IngestOptions): Ingest {
  const parts = {
    ...options,
    limits: { ...DEFAULT_INGEST_LIMITS, ...options.limits },
    now: options.now ?? Date.now,
    holder: options.holder ?? `${hostname()}:${process.pid}:${randomUUID().slice(0, 8)}`,
  };
  return { sync: (connector, sync) => syncSource(parts, connector, sync) };
}

export type IngestParts = Required<Omit<IngestOptions, 'limits'>> & {
  readonly limits: typeof DEFAULT_INGEST_LIMITS;
};

async function syncSource(
  parts: IngestParts,
  connector: Connector,
  options: SyncOptions,
): Promise<RunRecord> {
  const { store, limits, holder, now } = parts;
  const { passes = PASSES, signal, dryRun } = options;
  signal.throwIfAborted();
  await store.catalog.ensureSource(connector.id);
  const lease = await store.catalog.acquireLease(connector.id, holder, limits.leaseMs);
  if (lease.holder !== holder) throw alreadyRunning(lease);
  await options.onHeld?.().catch(async (error: unknown) => {
    await store.catalog.releaseLease(lease);
    throw error;
  });
  const started: RunRecord = {
    id: randomUUID(),
    source: connector.id,
    startedAt: new Date(now()).toISOString(),
    passes,
    outcome: 'running',
    counters: {},
  };
  if (!dryRun) await store.catalog.putRun(started);
  const guard = new RunGuard(store, lease, limits.leaseMs, limits.stallMs, options.signal);
  const run = new SourceRun(parts, connector, lease, { ...options, signal: guard.signal }, () =>
    guard.progressed(),
  );
  const own = { ...options, signal: guard.signal };
  try {
    const outcome = await read(parts, connector, started, run, own).catch((error: unknown) =>
      ended(parts, started, run, guard.reasonFor(error), options),
    );
    await options.onEnded?.(outcome);
    if (outcome instanceof AppError) throw outcome;
    return outcome;
  } finally {
    await guard.stop();
    await run.close();
  }
}

async function read(
  parts: IngestParts,
  connector: Connector,
  started: RunRecord,
  run: SourceRun,
  options: SyncOptions,
): Promise<RunRecord> {
  // Inside the run, so that a source that cannot be read at all is seen where the other runs are seen.
  if (started.passes.length > 0) await lookAt(parts.store, connector, options.signal, options.dryRun);
  await run.read();
  return finish(parts, started, run, 'completed', options);
}

async function lookAt(
  { catalog }: Store,
  connector: Connector,
  signal: AbortSignal,
  dryRun: boolean | undefined,
): Promise<void> {
  const check = await connector.check(signal).catch((cause: unknown) => {
    throw nothingThere(connector.id, toAppError(cause));
  });
  if (!dryRun) await catalog.putCheck(connector.id, check);
}

/** What is asked first is there wherever such a system is: a server that has none of it is another one. */
function nothingThere(source: string, error: AppError): AppError {
  if (error.kind !== 'not-found') return error;
  return new AppError('CONFIG_INVALID', 'config', `${source} is not at its address: ${error.message}`, {
    publicMessage: `Something else than ${source} answers at the address that is configured. Check its address.`,
    cause: error,
  });
}

/** A cancel is an outcome like any other; what failed is recorded. */
async function ended(
  parts: IngestParts,
  started: RunRecord,
  run: SourceRun,
  error: AppError,
  options: SyncOptions,
): Promise<RunRecord | AppError> {
  if (error.code === 'CANCELLED') return finish(parts, started, run, 'cancelled', options);
  const outcome = error.code === 'REMOVAL_GUARD' ? 'stopped-by-guard' : 'failed';
  parts.logger.warn('sync.ended', { sourceId: started.source, outcome, code: error.code });
  // A database that refuses writes refuses this one too: the first reason is the one to tell.
  await finish(parts, started, run, outcome, options, error.publicMessage).catch(() => undefined);
  return error;
}

async function finish(
  { store, now, logger }: IngestParts,
  started: RunRecord,
  run: SourceRun,
  outcome: RunRecord['outcome'],
  { dryRun }: SyncOptions,
  reason?: string,
): Promise<RunRecord> {
  const record: RunRecord = {
    ...started,
    outcome,
    endedAt: new Date(now()).toISOString(),
    counters: run.counters,
    ...(reason && { reason }),
  };
  if (!dryRun) await store.catalog.putRun(record);
  logger.info('sync.finished', { sourceId: started.source, outcome, ...run.counters });
  return record;
}

function alreadyRunning({ source, holder, expiresAt }: Lease): AppError {
  return new AppError('SYNC_RUNNING', 'conflict', `${source} is synced by ${holder}`, {
    publicMessage: `${source} is being synced by another process (${holder}). Wait for it; if it died, try again after ${expiresAt}.`,
  });
}

/** Keeps the lease alive while the run makes progress, and ends the run when the lease is lost or nothing moves. */
class RunGuard {
  readonly #controller = new AbortController();
  readonly #timer: NodeJS.Timeout;
  readonly #store: Store;
  readonly signal: AbortSignal;
  #lease: Lease;
  #lastProgress = performance.now();
  #reason: AppError | undefined;

  constructor(store: Store, lease: Lease, leaseMs: number, stallMs: number, signal: AbortSignal) {
    this.#store = store;
    this.#lease = lease;
    this.signal = AbortSignal.any([signal, this.#controller.signal]);
    this.#timer = setInterval(() => void this.#beat(leaseMs, stallMs), leaseMs / 3);
    this.#timer.unref();
  }

  progressed(): void {
    this.#lastProgress = performance.now();
  }

  reasonFor(error: unknown): AppError {
    return this.#reason ?? toAppError(error);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#store.catalog.releaseLease(this.#lease).catch(() => undefined); // it expires by itself
  }

  async #beat(leaseMs: number, stallMs: number): Promise<void> {
    if (performance.now() - this.#lastProgress > stallMs) {
      return this.#end(
        new AppError('DEADLINE_EXCEEDED', 'transient', `no progress for ${stallMs} ms`, {
          publicMessage: `The sync made no progress for ${stallMs / 1_000} s and was ended.`,
        }),
      );
    }
    try {
      this.#lease = await this.#store.catalog.renewLease(this.#lease, leaseMs);
    } catch (error) {
      this.#end(toAppError(error));
    }
  }

  #end(reason: AppError): void {
    this.#reason ??= reason;
    this.#controller.abort(reason);
  }
}

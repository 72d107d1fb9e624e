import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { toAppError } from '@fumikura/errors';
import type { AppError } from '@fumikura/errors';
import { LeaseKeeper } from './lease-keeper.ts';
import { StageRun } from './stage-run.ts';
import { fingerprintOf } from './passage.ts';
import type { EmbeddingStage, StageOptions, StageOutcome, StageProgress, StageResult } from './types.ts';

/** Attempts of a run that somebody waits for; whoever follows goes on for ever. */
const ATTEMPTS = 3;
const FIRST_WAIT_MS = 2_000;
const LONGEST_WAIT_MS = 600_000;
/** How often a follower looks whether something waits; also how late it learns of the end of a pause. */
const LOOK_EVERY_MS = 3_000;
/** How often it looks again when somebody has to do something first. */
const LOOK_RARELY_MS = 60_000;

type Parts = Required<Omit<StageOptions, 'budget' | 'chunking'>> & Pick<StageOptions, 'budget' | 'chunking'>;

export function createEmbeddingStage(options: StageOptions): EmbeddingStage {
  const parts: Parts = {
    now: Date.now,
    sleep: async (ms, signal) => void (await delay(ms, undefined, { signal })),
    holder: `${hostname()}:${process.pid}:${randomUUID().slice(0, 8)}`,
    ...options,
  };
  const { store, embedder, chunking } = parts;
  const bind = () => store.bind(fingerprintOf(embedder, chunking));
  return {
    bind,
    run: async ({ signal, onProgress }) => runOnce(parts, signal, onProgress ?? (() => undefined)),
    follow: async (signal) => follow(parts, signal),
  };
}

async function runOnce(
  parts: Parts,
  signal: AbortSignal,
  onProgress: (progress: StageProgress) => void,
): Promise<StageResult> {
  const run = new StageRun(parts, onProgress);
  const outcome = await underLease(parts, signal, async (held) => persist(parts, run, held));
  await tell(parts, outcome);
  await run.finish(outcome.kind === 'done');
  const { spend, ...progress } = run.progress();
  parts.logger.info('embed.finished', { outcome: outcome.kind, ...progress, ...spend });
  return { ...progress, spend, outcome };
}

async function underLease(
  parts: Parts,
  signal: AbortSignal,
  work: (held: AbortSignal) => Promise<StageOutcome>,
): Promise<StageOutcome> {
  try {
    const lease = await LeaseKeeper.acquire(parts.leases, parts.holder);
    if ('other' in lease) return { kind: 'busy', holder: lease.other };
    try {
      return await work(AbortSignal.any([signal, lease.signal]));
    } finally {
      await lease.release();
    }
  } catch (cause) {
    return signal.aborted ? { kind: 'cancelled' } : { kind: 'failed', error: toAppError(cause) };
  }
}

/** What passes is tried again, as long as it gets somewhere or has attempts left. */
async function persist(parts: Parts, run: StageRun, signal: AbortSignal): Promise<StageOutcome> {
  for (let attempt = 1; ; attempt++) {
    const before = run.progress().done;
    try {
      return await run.work(signal);
    } catch (cause) {
      if (signal.aborted) throw cause;
      const error = toAppError(cause);
      if (run.progress().done > before) attempt = 1;
      const waitMs = error.retryAfterMs ?? FIRST_WAIT_MS * 2 ** (attempt - 1);
      if (!isPassing(error) || attempt >= ATTEMPTS || waitMs > LONGEST_WAIT_MS) throw error;
      parts.logger.warn('embed.retry', { code: error.code, waitMs, attempt });
      await parts.sleep(waitMs, signal);
    }
  }
}

function isPassing({ kind }: AppError): boolean {
  return kind === 'transient' || kind === 'rate-limited' || kind === 'conflict';
}

/** For whoever asks later, in whatever process: why not everything is embedded. */
async function tell({ store, logger, now }: Parts, outcome: StageOutcome): Promise<void> {
  if (outcome.kind === 'done') {
    if ((await store.status()).problem) await store.setProblem(undefined);
    return;
  }
  if (outcome.kind !== 'failed') return;
  const { code, publicMessage, message } = outcome.error;
  logger.warn('embed.failed', { code, message });
  const problem = { at: new Date(now()).toISOString(), code, message: publicMessage };
  // A store that refuses writes refuses this one too: the first reason is the one to tell.
  await store.setProblem(problem).catch(() => undefined);
}

async function follow(parts: Parts, signal: AbortSignal): Promise<void> {
  let failures = 0;
  while (!signal.aborted) {
    let waitMs = LOOK_EVERY_MS;
    // Looking writes nothing: every write makes readers look again at what they hold.
    // What cannot be looked at, a run will tell.
    if (await isWorkWaiting(parts).catch(() => true)) {
      const { outcome } = await runOnce(parts, signal, () => undefined);
      failures = outcome.kind === 'failed' ? failures + 1 : 0;
      waitMs = waitAfter(outcome, failures);
    }
    await parts.sleep(waitMs, signal).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  }
}

async function isWorkWaiting({ store }: Parts): Promise<boolean> {
  const { isPaused, sources } = await store.status();
  return !isPaused && sources.some(({ waitingDocuments }) => waitingDocuments > 0);
}

function waitAfter(outcome: StageOutcome, failures: number): number {
  if (outcome.kind !== 'failed') return outcome.kind === 'budget' ? LOOK_RARELY_MS : LOOK_EVERY_MS;
  const { error } = outcome;
  if (!isPassing(error)) return LOOK_RARELY_MS * 10;
  return error.retryAfterMs ?? Math.min(LONGEST_WAIT_MS, LOOK_EVERY_MS * 2 ** failures);
}

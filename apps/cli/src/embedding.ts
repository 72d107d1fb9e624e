import type { InstalledEmbedder, Installation } from '@fumikura/composition';
import type { EmbeddingStage, StageProgress, StageResult } from '@fumikura/embedding';
import { AppError, toAppError } from '@fumikura/errors';
import { Presets, SingleBar } from 'cli-progress';
import type { Context } from './context.ts';
import { EXIT_CODES, exitCodeOf } from './exit-codes.ts';
import { count, duration } from './output.ts';
import type { Output } from './output.ts';

const LINE_EVERY_MS = 5_000;

/** @throws AppError CONFIG_INVALID (config) when the configuration names none */
export function requireEmbedder({ embedder }: Installation): InstalledEmbedder {
  if (embedder) return embedder;
  throw new AppError('CONFIG_INVALID', 'config', 'no embedder is configured');
}

/** Makes vectors for what waits, and tells of it. What stands in the way is told, and does not fail what came before. */
export async function embedBacklog(context: Context, stage: EmbeddingStage): Promise<StageResult> {
  const { output, signal } = context;
  const view = showEmbedding(output);
  try {
    const result = await stage.run({ signal, onProgress: view.update });
    view.stop();
    report(output, result);
    if (result.outcome.kind === 'failed') process.exitCode = exitCodeOf(result.outcome.error);
    if (result.outcome.kind === 'cancelled') process.exitCode = EXIT_CODES.interrupted;
    return result;
  } finally {
    view.stop();
  }
}

/** Beside everything else, until the signal fires: an embedder's trouble is told, and is nobody else's. */
export async function followBacklog(context: Context, { embedder }: Installation): Promise<void> {
  if (!embedder) return;
  const tell = (cause: unknown) => {
    if (!context.signal.aborted) context.output.note(`vectors: ${toAppError(cause).publicMessage}`);
  };
  // What keeps a query from its vector is no reason to make none for documents, and is told by itself.
  const warm = embedder.warmUp(context.signal).catch(tell);
  await embedder
    .stage()
    .then((stage) => stage.follow(context.signal))
    .catch(tell);
  await warm;
}

function report(
  output: Output,
  { outcome, done, embedded, refused, total, spend, elapsedMs }: StageResult,
): void {
  if (done > 0 || outcome.kind !== 'done') {
    const rate = (embedded / (elapsedMs / 1_000)).toFixed(1);
    const cost = spend.usd > 0 ? `, $${spend.usd.toFixed(4)}` : '';
    const known = done - embedded - refused;
    output.line(
      `vectors: ${done} of ${count(total, 'chunk')}, ${embedded} made (${rate}/s), ${Math.max(0, known)} known before, ${refused} refused, ${spend.tokens.toLocaleString('en')} tokens${cost}, in ${duration(elapsedMs)}`,
    );
  }
  if (outcome.kind === 'paused') output.line('vectors: paused. Go on with: fumi embed resume');
  if (outcome.kind === 'budget')
    output.line("vectors: the day's budget is used up; it goes on tomorrow (UTC).");
  if (outcome.kind === 'busy') output.line(`vectors: another process makes them (${outcome.holder}).`);
  if (outcome.kind === 'cancelled') output.line('vectors: stopped. The next time goes on from here.');
  if (outcome.kind === 'failed') output.note(`vectors: ${outcome.error.publicMessage}`);
}

function showEmbedding(output: Output): { update(progress: StageProgress): void; stop(): void } {
  return output.isInteractive ? bar() : lines(output);
}

function bar() {
  const format = 'vectors {bar} {value}/{total} · {rate}/s';
  const options = { format, stream: process.stderr, hideCursor: true, clearOnComplete: true, fps: 5 };
  const single = new SingleBar(options, Presets.shades_classic);
  single.start(1, 0, { rate: '0' });
  return {
    update: ({ done, total, embedded, elapsedMs }: StageProgress) => {
      single.setTotal(Math.max(1, total));
      single.update(done, { rate: (embedded / (elapsedMs / 1_000)).toFixed(1) });
    },
    stop: () => single.stop(),
  };
}

function lines(output: Output) {
  let last = performance.now();
  return {
    update: ({ done, total, embedded, elapsedMs }: StageProgress) => {
      if (performance.now() - last < LINE_EVERY_MS) return;
      last = performance.now();
      output.note(`vectors: ${done} of ${total} chunks, ${(embedded / (elapsedMs / 1_000)).toFixed(1)}/s`);
    },
    stop: () => undefined,
  };
}

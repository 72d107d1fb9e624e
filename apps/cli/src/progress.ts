import { Presets, SingleBar } from 'cli-progress';
import type { SyncProgress } from '@fumikura/ingest';
import type { Context } from './context.ts';
import type { Output } from './output.ts';

/** Shows a sync while it runs: a bar on a terminal, a line every few seconds elsewhere. */
export interface ProgressView {
  update(progress: SyncProgress): void;
  stop(): void;
}

const PHASES: Readonly<Record<SyncProgress['phase'], string>> = {
  listing: 'listing',
  reading: 'reading',
  refresh: 'reading what was asked for',
  census: 'looking for what is gone',
  removing: 'removing what is gone',
  access: 'reading readers',
  directory: 'reading people and groups',
  done: 'done',
};

/** A rebuild is told line by line, the first line at once; Ctrl-C keeps what is made and the next one goes on. */
export function rebuildOptions({ output, signal }: Pick<Context, 'output' | 'signal'>) {
  let last = -Infinity;
  return {
    signal,
    onProgress: ({ documents, total, isDone }: { documents: number; total: number; isDone: boolean }) => {
      if (!isDone && performance.now() - last < LINE_EVERY_MS) return;
      last = performance.now();
      output.note(`index: made anew for ${documents} of ${total} documents`);
    },
  };
}

/** Documents that were gone through, now and then. */
export function documentsDone({ note }: Output) {
  let last = performance.now();
  return ({ documents, total }: { documents: number; total: number }) => {
    if (performance.now() - last < LINE_EVERY_MS) return;
    last = performance.now();
    note(`${documents} of ${total} documents`);
  };
}

const LINE_EVERY_MS = 5_000;

export function showProgress(output: Output, label: string): ProgressView {
  return output.isInteractive ? bar(label) : lines(output, label);
}

function bar(label: string): ProgressView {
  const single = new SingleBar(
    {
      format: `${label} {bar} {value}/{total} · {rate}/s · {left} · {failed} failed`,
      stream: process.stderr,
      hideCursor: true,
      clearOnComplete: true,
      fps: 5,
    },
    Presets.shades_classic,
  );
  single.start(1, 0, { rate: '0', left: 'starting', failed: 0 });
  return {
    update: ({ counters, expected, elapsedMs, phase }) => {
      const total = Math.max(expected ?? counters.read, counters.read, 1);
      const rate = counters.read / (elapsedMs / 1_000);
      single.setTotal(total);
      single.update(counters.read, {
        rate: rate.toFixed(0),
        left: timeLeft(phase, total - counters.read, rate, expected),
        failed: counters.failed,
      });
    },
    stop: () => single.stop(),
  };
}

function timeLeft(
  phase: SyncProgress['phase'],
  rest: number,
  rate: number,
  expected: number | undefined,
): string {
  if (phase !== 'reading') return PHASES[phase];
  return expected === undefined || rate === 0 ? 'reading' : `${Math.ceil(rest / rate)} s left`;
}

function lines(output: Output, label: string): ProgressView {
  let last = performance.now();
  return {
    update: ({ phase, counters, expected, elapsedMs }) => {
      if (phase === 'done' || performance.now() - last < LINE_EVERY_MS) return;
      last = performance.now();
      const rate = (counters.read / (elapsedMs / 1_000)).toFixed(0);
      output.note(
        `${label}: ${PHASES[phase]}, ${counters.read}${expected === undefined ? '' : ` of ${Math.max(expected, counters.read)}`} read, ${counters.written} written, ${counters.failed} failed, ${rate}/s`,
      );
    },
    stop: () => undefined,
  };
}

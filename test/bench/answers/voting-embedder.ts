import { existsSync } from 'node:fs';
import { createLikeness } from '@fumikura/answering';
import type { Likeness } from '@fumikura/answering';
import { figure, percentile } from '@fumikura/evaluation';
import type { Figure } from '@fumikura/evaluation';
import { createLocalEmbedder } from '@fumikura/provider-local';

export interface VotingEmbedder {
  readonly likeness: Likeness;
  /** How often it was asked, how long that took, how often it could not vote. */
  figures(): Figure[];
  close(): Promise<void>;
}

/** Undefined for `none`, and where no model lies. */
export async function embedderOf(folder: string): Promise<VotingEmbedder | undefined> {
  if (folder === 'none' || !existsSync(folder)) return undefined;
  const embedder = await createLocalEmbedder({ folder });
  await embedder.warmUp(new AbortController().signal);
  const times: number[] = [];
  let failed = 0;
  const likeness = createLikeness({
    open: async () => embedder,
    onFailed: () => failed++,
    timeoutMs: 60_000,
  });
  return {
    likeness: async (...asked) => {
      const started = performance.now();
      const isLike = await likeness(...asked);
      times.push(performance.now() - started);
      return isLike;
    },
    figures: () => [
      figure('verifier.withEmbedder.asked', times.length, '', 'higher'),
      figure('verifier.withEmbedder.failed', failed, '', 'lower', 0),
      figure('verifier.withEmbedder.vote.p95', percentile(times, 0.95), 'ms', 'lower'),
    ],
    close: () => embedder.close(),
  };
}

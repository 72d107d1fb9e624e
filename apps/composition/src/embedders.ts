import { invalidInput } from '@fumikura/errors';
import type { Embedder } from '@fumikura/ports';
import { createLocalEmbedder } from '@fumikura/provider-local';
import type { RuntimeKind } from '@fumikura/provider-local';
import { FUSION_WEIGHTS, NARROW_WEIGHTS } from '@fumikura/retrieval';
import type { FusionWeights } from '@fumikura/retrieval';
import type { Variables } from './connectors/secrets.ts';

export interface EmbedderHost {
  readonly variables: Variables;
  /** Threads that embed documents with a local model. */
  readonly workers: number;
  readonly runtime?: RuntimeKind;
  /** A folder from which the native package is found. */
  readonly nativeFrom?: string;
}

/**
 * `local:<folder>`: an embedder for a measurement.
 * @throws AppError INVALID_ARGUMENT (invalid-input) and what the embedder throws
 */
export async function openEmbedder(spec: string, host: EmbedderHost): Promise<Embedder | undefined> {
  const { workers, runtime, nativeFrom } = host;
  const [, kind, rest = ''] = /^(local|openai):(.+)$/su.exec(spec) ?? [];
  if (spec === 'none') return undefined;
  if (kind === 'local')
    return createLocalEmbedder({
      folder: rest,
      workers,
      ...(runtime && { runtime }),
      ...(nativeFrom !== undefined && { nativeFrom }),
    });
  throw invalidInput(
    'INVALID_ARGUMENT',
    `--embedder: "${spec}" is not understood. Write none or local:<folder>.`,
  );
}

export function fusionFor({ cosines }: Pick<Embedder, 'cosines'>): FusionWeights {
  return cosines === 'narrow' ? NARROW_WEIGHTS : FUSION_WEIGHTS;
}

import { AppError } from '@fumikura/errors';
import type { Fingerprint } from '@fumikura/model';

const MIN_DIMENSION = 8;
/** Above it a code's score would leave 16 bits. */
const MAX_DIMENSION = 4_096;

/** @throws AppError VECTOR_INVALID (invalid-input) for a dimension that is not stored */
export function requireDimension({ dimension }: Fingerprint): void {
  if (Number.isInteger(dimension) && dimension >= MIN_DIMENSION && dimension <= MAX_DIMENSION) return;
  throw new AppError('VECTOR_INVALID', 'invalid-input', `dimension ${dimension}`, {
    publicMessage: `Vectors may have ${MIN_DIMENSION} to 4,096 dimensions, not ${dimension}.`,
  });
}

export function isSameFingerprint(a: Fingerprint, b: Fingerprint): boolean {
  return (
    a.model === b.model &&
    a.dimension === b.dimension &&
    a.promptForm === b.promptForm &&
    a.chunkerVersion === b.chunkerVersion
  );
}

export function mismatch(current: Fingerprint, wanted: Fingerprint): AppError {
  return new AppError(
    'FINGERPRINT_MISMATCH',
    'config',
    `index has ${JSON.stringify(current)}, asked for ${JSON.stringify(wanted)}`,
    {
      publicMessage: `The index holds vectors of ${named(current)}, not of ${named(wanted)}. Rebuild it for the other model.`,
    },
  );
}

/** Everything in which two fingerprints can differ. */
function named({ model, dimension, promptForm, chunkerVersion }: Fingerprint): string {
  return `${model} (${dimension} dimensions, prompt form ${promptForm}, chunker ${chunkerVersion})`;
}

export function withoutFingerprint(): AppError {
  return new AppError('FINGERPRINT_MISMATCH', 'config', 'vectors without a fingerprint', {
    publicMessage: 'The index does not know which model its vectors come from. Configure the embedder first.',
  });
}

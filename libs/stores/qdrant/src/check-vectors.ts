import { AppError } from '@fumikura/errors';
import type { Fingerprint } from '@fumikura/model';

/** The server takes larger numbers, stores them as not-a-number and then ranks that point first. */
const LARGEST = 3e38;

/** @throws AppError VECTOR_INVALID (invalid-input) */
export function checkVector(vector: Float32Array, fingerprint: Fingerprint | undefined): void {
  if (!fingerprint) throw invalid('the index is not bound to a model');
  if (vector.length !== fingerprint.dimension)
    throw invalid(`${vector.length} values instead of ${fingerprint.dimension}`);
  let isZero = true;
  for (const value of vector) {
    if (!(Math.abs(value) < LARGEST)) throw invalid('a value that is no finite number');
    if (value !== 0) isZero = false;
  }
  if (isZero) throw invalid('nothing but zeros');
}

function invalid(message: string): AppError {
  return new AppError('VECTOR_INVALID', 'invalid-input', message, {
    publicMessage: `A vector cannot be stored: ${message}.`,
  });
}

/** @throws AppError FINGERPRINT_MISMATCH (config) */
export function requireFingerprint(bound: Fingerprint | undefined, asked: Fingerprint): void {
  if (bound && isSame(bound, asked)) return;
  throw new AppError(
    'FINGERPRINT_MISMATCH',
    'config',
    `bound to ${bound?.model ?? 'no model'}, not ${asked.model}`,
    {
      publicMessage: 'The index holds vectors of another model. Rebuild it for the new one.',
    },
  );
}

export function isSame(a: Fingerprint, b: Fingerprint): boolean {
  return (
    a.model === b.model &&
    a.dimension === b.dimension &&
    a.promptForm === b.promptForm &&
    a.chunkerVersion === b.chunkerVersion
  );
}

import { AppError } from '@fumikura/errors';

export interface Breaker {
  /** @throws AppError MODEL_UNAVAILABLE (transient) while it is open */
  require(): void;
  isOpen(): boolean;
  succeeded(): void;
  failed(): void;
}

const FAILURES = 3;
const OPEN_MS = 30_000;

/** After some failures in a row nobody waits for the model for a while; then one try decides. */
export function createBreaker(now: () => number): Breaker {
  let failures = 0;
  let openUntil = 0;
  const isOpen = () => now() < openUntil;
  return {
    isOpen,
    require: () => {
      if (!isOpen()) return;
      throw new AppError('MODEL_UNAVAILABLE', 'transient', 'the model failed several times in a row', {
        publicMessage: 'The language model cannot be reached at the moment.',
        retryAfterMs: openUntil - now(),
      });
    },
    succeeded: () => {
      failures = 0;
      openUntil = 0;
    },
    failed: () => {
      failures++;
      if (failures >= FAILURES) openUntil = now() + OPEN_MS;
    },
  };
}

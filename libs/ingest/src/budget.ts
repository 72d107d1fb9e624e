import { AppError } from '@fumikura/errors';
import type { IngestLimits } from './types.ts';

/** Items before the share of failures means anything. */
const SHARE_FROM = 100;

/** Ends a run that fails too often: something is wrong with the source, not with its items. */
export class ErrorBudget {
  readonly #limits: IngestLimits;
  #seen = 0;
  #failed = 0;
  #inARow = 0;

  constructor(limits: IngestLimits) {
    this.#limits = limits;
  }

  succeeded(): void {
    this.#seen++;
    this.#inARow = 0;
  }

  /** @throws AppError ERROR_BUDGET_EXCEEDED (transient) */
  failed(lastReason: string): void {
    this.#seen++;
    this.#failed++;
    this.#inARow++;
    const { maxFailures, maxFailuresInARow, maxFailureShare } = this.#limits;
    const isTooMany = this.#failed > maxFailures || this.#inARow > maxFailuresInARow;
    const isTooLarge = this.#seen >= SHARE_FROM && this.#failed / this.#seen > maxFailureShare;
    if (!isTooMany && !isTooLarge) return;
    const what = `${this.#failed} of ${this.#seen} items failed (${this.#inARow} in a row)`;
    throw new AppError('ERROR_BUDGET_EXCEEDED', 'transient', `${what}; last: ${lastReason}`, {
      publicMessage: `The sync stopped: ${what}. What was indexed stays. The last reason: ${lastReason}`,
    });
  }
}

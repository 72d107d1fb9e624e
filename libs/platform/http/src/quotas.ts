import { quotaIn } from './quota.ts';
import type { Quota } from './quota.ts';

/** What a source says of its quotas, with what was asked of them since, shared by all budgets of a client. */
export class Quotas {
  readonly #told = new Map<string, Quota & { asked: number }>();
  /** Which quota a budget spends from, as its last answer said. */
  readonly #resources = new Map<string, string>();

  told(budget: string, headers: Headers): void {
    const quota = quotaIn(headers);
    if (!quota) return;
    const { resource = '' } = quota;
    this.#resources.set(budget, resource);
    this.#told.set(resource, { ...quota, asked: 0 });
  }

  asked(budget: string): void {
    const quota = this.#of(budget);
    if (quota) quota.asked++;
  }

  /**
   * Milliseconds until the quota begins anew, when no more than `reserve` of it is left; 0 otherwise, and where nothing is
   * said of it or of its beginning.
   * @param reserve share of the limit, in [0, 1)
   */
  waitMs(budget: string, reserve: number, now: number): number {
    const { limit = 0, remaining = 0, asked = 0, resetsAt } = this.#of(budget) ?? {};
    if (resetsAt === undefined || remaining - asked > limit * reserve) return 0;
    return Math.max(0, Date.parse(resetsAt) - now);
  }

  #of(budget: string) {
    return this.#told.get(this.#resources.get(budget) ?? '');
  }
}

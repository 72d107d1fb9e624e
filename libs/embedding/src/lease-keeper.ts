import { toAppError } from '@fumikura/errors';
import type { SourceId } from '@fumikura/model';
import type { Lease } from '@fumikura/ports';
import type { StageOptions } from './types.ts';

/** The backlog is leased like a source, under a name that no source can be configured by. */
const BACKLOG: SourceId = 'embedding:backlog';
const LEASE_MS = 10_000;

/** Keeps a lease while its holder lives; whoever dies loses it after `LEASE_MS`. */
export class LeaseKeeper {
  readonly #leases: StageOptions['leases'];
  readonly #lost = new AbortController();
  readonly #timer: NodeJS.Timeout;
  #lease: Lease;

  private constructor(leases: StageOptions['leases'], lease: Lease) {
    this.#leases = leases;
    this.#lease = lease;
    this.#timer = setInterval(() => void this.#renew(), LEASE_MS / 3).unref();
  }

  static async acquire(
    leases: StageOptions['leases'],
    holder: string,
  ): Promise<LeaseKeeper | { readonly other: string }> {
    const lease = await leases.acquireLease(BACKLOG, holder, LEASE_MS);
    return lease.holder === holder ? new LeaseKeeper(leases, lease) : { other: lease.holder };
  }

  /** Fires when another process has it. */
  get signal(): AbortSignal {
    return this.#lost.signal;
  }

  async release(): Promise<void> {
    clearInterval(this.#timer);
    await this.#leases.releaseLease(this.#lease).catch(() => undefined); // it expires by itself
  }

  async #renew(): Promise<void> {
    try {
      this.#lease = await this.#leases.renewLease(this.#lease, LEASE_MS);
    } catch (error) {
      this.#lost.abort(toAppError(error));
    }
  }
}

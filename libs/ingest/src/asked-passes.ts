import type { Connector, Pass } from '@fumikura/ports';
import type { IngestParts } from './ingest.ts';

const MAX_WISHES = 1_000;

/** Passes that a webhook or a person asks for while the content is read. */
export class AskedPasses {
  readonly #parts: Pick<IngestParts, 'store' | 'now' | 'logger'>;
  readonly #connector: Connector;
  readonly #isDry: boolean;
  #notBefore = 0;

  constructor(parts: Pick<IngestParts, 'store' | 'now' | 'logger'>, connector: Connector, isDry: boolean) {
    this.#parts = parts;
    this.#connector = connector;
    this.#isDry = isDry;
  }

  async isDue(pass: Pass): Promise<boolean> {
    if (this.#isDry || !this.#connector.pullAccess || performance.now() < this.#notBefore) return false;
    return (await this.#wishes(pass)).length > 0;
  }

  /** The wish is met by what begins after it; asked for again meanwhile, it stays. */
  async meet(pass: Pass, read: () => Promise<void>): Promise<void> {
    const { store, now, logger } = this.#parts;
    const { id } = this.#connector;
    const wishes = await this.#wishes(pass);
    const startedAt = new Date(now()).toISOString();
    const began = performance.now();
    await read();
    // However often it is asked for, the content gets as much time as this took.
    this.#notBefore = performance.now() + (performance.now() - began);
    await store.catalog.met(wishes);
    const endedAt = new Date(now()).toISOString();
    await store.catalog.putJob({ source: id, pass, outcome: 'completed', startedAt, endedAt, failures: 0 });
    logger.info('sync.pass.between', { sourceId: id, pass });
  }

  async #wishes(pass: Pass) {
    const wishes = await this.#parts.store.catalog.requested(this.#connector.id, MAX_WISHES);
    return wishes.filter((wish) => 'pass' in wish && wish.pass === pass);
  }
}

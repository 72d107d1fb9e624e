import type { Connector, Pass, ReadingRequest } from '@fumikura/ports';
import type { IngestParts } from './ingest.ts';

const MAX_WISHES = 1_000;

/** Passes that a webhook or a person asks for while the content is read, and that do not wait for its end. */
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

  async due(): Promise<ReadonlySet<Pass>> {
    if (this.#isDry || performance.now() < this.#notBefore) return new Set();
    const wishes = await this.#wishes();
    return new Set(
      wishes.flatMap((wish) => ('pass' in wish && this.#isOffered(wish.pass) ? [wish.pass] : [])),
    );
  }

  /** What begins now meets what was asked for by now; asked for again meanwhile, it stays. */
  async meet(pass: Pass, read: () => Promise<void>): Promise<void> {
    const { store, now, logger } = this.#parts;
    const { id } = this.#connector;
    const wishes = (await this.#wishes()).filter((wish) => 'pass' in wish && wish.pass === pass);
    const startedAt = new Date(now()).toISOString();
    const began = performance.now();
    await read();
    // However often it is asked for, the content gets as much time as this took.
    this.#notBefore = 2 * performance.now() - began;
    await store.catalog.met(wishes);
    const endedAt = new Date(now()).toISOString();
    await store.catalog.putJob({ source: id, pass, outcome: 'completed', startedAt, endedAt, failures: 0 });
    logger.info('sync.pass.between', { sourceId: id, pass });
  }

  #isOffered(pass: Pass): boolean {
    if (pass === 'access') return this.#connector.pullAccess !== undefined;
    return pass === 'directory' && this.#connector.directory !== undefined;
  }

  #wishes(): Promise<readonly ReadingRequest[]> {
    return this.#parts.store.catalog.requested(this.#connector.id, MAX_WISHES);
  }
}

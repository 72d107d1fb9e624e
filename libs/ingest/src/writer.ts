import type { AppError } from '@fumikura/errors';
import type { Logger } from '@fumikura/logging';
import type { Acl, AllowList, DocumentHead, DocumentId, JsonValue, SourceId } from '@fumikura/model';
import type { DocumentWrite, Lease, Store, StoreBatch } from '@fumikura/ports';
import type { CounterName, Counters, IngestLimits } from './types.ts';

/** Collects changes and makes them durable together with the checkpoint that covers them. */
export class BatchWriter {
  readonly #store: Store;
  readonly #source: SourceId;
  readonly #limits: IngestLimits;
  readonly #isDry: boolean;
  readonly #logger: Logger;
  readonly #counters: Record<CounterName, number> = {
    read: 0,
    written: 0,
    unchanged: 0,
    retold: 0,
    aclChanged: 0,
    removed: 0,
    failed: 0,
    lists: 0,
  };
  #open = emptyBatch();
  #chunks = 0;
  lease: Lease;

  constructor(
    { store, limits, logger }: { store: Store; limits: IngestLimits; logger: Logger },
    source: SourceId,
    lease: Lease,
    isDry: boolean,
  ) {
    this.#store = store;
    this.#source = source;
    this.lease = lease;
    this.#limits = limits;
    this.#isDry = isDry;
    this.#logger = logger;
  }

  get counters(): Counters {
    return { ...this.#counters };
  }

  count(name: CounterName, by = 1): void {
    this.#counters[name] += by;
  }

  upsert(write: DocumentWrite): void {
    this.#open.upserts.push(write);
    this.#chunks += write.chunks.length + 1;
    this.count('written');
  }

  retell(head: DocumentHead): void {
    this.#open.heads.push(head);
    this.count('retold');
  }

  acl(id: DocumentId, acl: Acl): void {
    this.#open.acls.push({ id, acl });
    this.count('aclChanged');
  }

  list(list: AllowList): void {
    this.#open.lists.push(list);
    this.count('lists');
  }

  remove(id: DocumentId): void {
    this.#open.removals.push(id);
    this.count('removed');
  }

  fail(id: DocumentId, { code, publicMessage }: AppError): void {
    this.#open.deadLetters.push({ documentId: id, code, reason: publicMessage });
    this.count('failed');
  }

  /** The batches up to `checkpoint` are complete: write when enough has come together. */
  async reached(checkpoint: JsonValue): Promise<void> {
    this.#open.checkpoint = checkpoint;
    const { upserts, heads, acls, removals } = this.#open;
    const documents = upserts.length + heads.length + acls.length + removals.length;
    if (this.#chunks >= this.#limits.commitChunks || documents >= this.#limits.commitDocuments)
      await this.flush();
  }

  /** @param more what else is to be durable with it */
  async flush(more: Pick<StoreBatch, 'accessCheckpoint'> = {}): Promise<void> {
    const batch = { ...this.#open, ...more };
    this.#open = emptyBatch();
    this.#chunks = 0;
    const isEmpty = Object.values(batch).every(
      (part) => part === undefined || (Array.isArray(part) && part.length === 0),
    );
    if (this.#isDry || isEmpty) return;
    const size = { sourceId: this.#source, documents: batch.upserts.length, removals: batch.removals.length };
    const started = performance.now();
    this.#logger.debug('sync.batch.writing', size);
    await this.#store.commit({ source: this.#source, lease: this.lease, ...batch });
    this.#logger.debug('sync.batch.written', {
      ...size,
      durationMs: Math.round(performance.now() - started),
    });
  }
}

function emptyBatch() {
  return {
    lists: [] as AllowList[],
    upserts: [] as DocumentWrite[],
    heads: [] as DocumentHead[],
    acls: [] as { id: DocumentId; acl: Acl }[],
    removals: [] as DocumentId[],
    deadLetters: [] as { documentId: DocumentId; code: string; reason: string }[],
    checkpoint: undefined as JsonValue | undefined,
  };
}
